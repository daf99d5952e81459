import assert from "node:assert/strict";
import { test } from "node:test";
import { runHead, runOf } from "../../../reports/run-result.ts";
import { parseRunRecord } from "../../contracts/run-record.ts";
import { type FleetRow, fleetRows } from "./fleet.ts";

const nowMs = Date.UTC(2026, 5, 2, 12);
const counts = { resourceTypes: 3, resources: 12, entitlements: 4, grants: 20, resourcesByResourceType: { user: 11 } };
const good = {
  schemaVersion: 2,
  result: "Complete",
  replaced: true,
  signals: [{ id: "R2", level: "partial", count: 1, message: "few" }],
  warnings: [] as object[],
  error: null,
  drop: { counts: [{ what: "user", before: 2, after: 1 }], sampleNames: ["Ada"], gone: [] },
  syncId: "a",
  syncType: "full",
  resumed: false,
  startedAt: "2026-06-02T09:59:00.000Z",
  endedAt: "2026-06-02T10:00:00.000Z",
  durationMs: 60_000,
  phaseMs: { save: 3 },
  requests: 4,
  retries: null,
  counts,
  completeness: {
    lists: [] as object[],
    keyOwner: { kind: "person", role: "Owner", seesAll: true },
    notRead: [{ what: "invitations", title: "invitations", reason: "not-chosen" }],
  },
  file: { path: "acme.c1z", bytes: 9, sha256: "00" },
  key: { source: "file", fingerprint: "ab12" },
  target: "acme",
  identity: { host: "api.example.com", root: { resourceType: "organization", resource: "1" } },
  connector: { name: "x", version: "1" },
};
const lastSync = { syncId: "a", endedAt: "2026-06-02T09:00:00.000Z", result: "Complete", counts };

function row(record: object | string | undefined, at = "/data/acme.c1z.run.json"): FleetRow {
  const text = typeof record === "object" ? JSON.stringify(record) : record;
  return fleetRows([{ at, text }], { nowMs, staleAfterSeconds: 26 * 3600 })[0] ?? assert.fail();
}

test("a target that is fresh and whole has no concern", () => {
  const { concerns, ageSeconds, keyRole, resources, grants, lastSyncAt } = row(good);
  assert.deepEqual([concerns, ageSeconds, keyRole, resources, grants], [[], 7200, "Owner", { user: 11 }, 20]);
  assert.equal(lastSyncAt, "2026-06-02T10:00:00.000Z");
});

for (const [what, record, concerns] of [
  ["a failed run on a fresh file", { ...good, result: "Failed", replaced: false, counts: null, lastSync }, ["failed"]],
  ["a held run", { ...good, result: "Held", replaced: false, lastSync }, ["held"]],
  ["an incomplete run", { ...good, result: "Incomplete", replaced: false, lastSync }, ["incomplete"]],
  ["a partial roster", { ...good, result: "Partial roster" }, ["partial"]],
  [
    "a failed run on a partial file",
    { ...good, result: "Failed", replaced: false, lastSync: { ...lastSync, result: "Partial roster" } },
    ["failed", "partial"],
  ],
  ["a sync of two days ago", { ...good, endedAt: "2026-05-31T10:00:00.000Z" }, ["stale"]],
  [
    "a first run that failed",
    { ...good, result: "Failed", replaced: false, lastSync: null },
    ["failed", "never-synced"],
  ],
  [
    "a record of version 1 that failed",
    { ...good, schemaVersion: 1, result: "Failed", replaced: false },
    ["failed", "never-synced"],
  ],
  ["a good record of version 1", { ...good, schemaVersion: 1, completeness: undefined }, []],
  ["a record from the future, within what is fresh", { ...good, endedAt: "2026-06-03T10:00:00.000Z" }, []],
  ["a record of next year, when it says nothing any more", { ...good, endedAt: "2027-06-03T10:00:00.000Z" }, ["stale"]],
  ["a record of a later version", { ...good, schemaVersion: 99 }, ["unreadable"]],
  ["no record", "{", ["unreadable"]],
  ["one that may not be read", undefined, ["unreadable"]],
] as const) {
  test(`${what}: ${concerns.join(" and ") || "no concern"}`, () => assert.deepEqual(row(record).concerns, concerns));
}

/** The value with every part of it replaced by something else, or left out, one at a time. */
function* spoiled(value: unknown): Generator<unknown> {
  yield* [undefined, null, -1, "x", true, {}, [], [null]];
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    for (const other of spoiled(part)) yield Object.assign(Array.isArray(value) ? [] : {}, value, { [name]: other });
  }
}

test("a record of which some part is something else is one that cannot be read, or as good as it was", () => {
  const list = { list: "a", title: "a", resourceType: "user", announced: 1, read: 1, distinct: 1, added: 1 };
  const lists = [{ ...list, passes: 1, sweeps: 1, moved: false, startedAt: good.startedAt, endedAt: null }];
  const warnings = [{ code: "A", severity: "note", count: 1, message: "a" }];
  const whole = { ...good, warnings, completeness: { ...good.completeness, lists }, lastSync };
  assert.deepEqual(row(whole).warnings, ["A"]);
  let unreadable = 0;
  for (const record of spoiled(whole)) {
    const text = String(JSON.stringify(record));
    if (row(text).concerns.includes("unreadable")) unreadable++;
    // What reports and packs show of it.
    const run = runOf(text, undefined) ?? parseRunRecord(text);
    if (run) runHead(run);
  }
  assert.ok(unreadable > 400, `${unreadable}`);
});

test("those with concerns come first, then all by name; one without a target is called by its record", () => {
  const texts = [
    { ...good, target: "b" },
    { ...good, target: "z", result: "Failed" },
    { ...good, target: "a" },
    { ...good, target: null },
  ].map((record) => ({ at: "s3://bucket/x/file.c1z.run.json", text: JSON.stringify(record) }));
  const rows = fleetRows(texts, { nowMs, staleAfterSeconds: 26 * 3600 });
  assert.deepEqual(
    rows.map(({ target }) => target),
    ["z", "a", "b", "file.c1z"],
  );
});
