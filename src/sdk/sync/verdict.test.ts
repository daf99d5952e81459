import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  entitlementOf,
  grantOf,
  groupOf,
  type ScriptedType,
  scriptedConnector,
  typeOf,
  userOf,
} from "../../../test/support/scripted-connector.ts";
import type { SyncStats } from "../c1z/write/sync-store.ts";
import { systemClock } from "../clock.ts";
import { type ResourceId, Trait } from "../contracts/model.ts";
import { parseRunRecord, type RunRecord, runRecordPath } from "../contracts/run-record.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { skipEntitlementsAndGrants } from "../resources/annotations.ts";
import { runSync } from "./run-sync.ts";
import {
  dropWarning,
  findDrops,
  heldError,
  incompleteError,
  keepsNothing,
  resultOf,
  resultOfError,
} from "./verdict.ts";
import { writeRunRecord } from "./write-run-record.ts";

function stats(resources: Record<string, number>, grants = 0): SyncStats {
  return {
    resourceTypes: Object.keys(resources).length,
    resources: 0,
    entitlements: 0,
    grants,
    resourcesByResourceType: resources,
    entitlementsByResourceType: {},
    grantsByResourceType: {},
  };
}

for (const [before, now, expected] of [
  [100, 100, "nothing"],
  [100, 140, "nothing"],
  [100, 81, "nothing"],
  [100, 80, "warns"],
  [100, 51, "warns"],
  [100, 50, "holds"],
  [100, 0, "holds"],
  [4, 0, "nothing"],
  [5, 0, "holds"],
  [9, 5, "nothing"],
  [20, 15, "warns"],
  [0, 0, "nothing"],
] as const) {
  test(`R8: ${before} users of whom ${now} are left: ${expected}`, () => {
    const drops = findDrops(stats({ user: before }), stats({ user: now }));
    const holds = drops.some((drop) => drop.holds);
    assert.equal(drops.length === 0 ? "nothing" : holds ? "holds" : "warns", expected);
    assert.equal(dropWarning(drops) === undefined, expected === "nothing");
  });
}

test("R8: grants are compared as well, but only if both syncs hold the same types", () => {
  const before = stats({ user: 50, team: 10 }, 1000);
  assert.deepEqual(findDrops(before, stats({ user: 50, team: 10 }, 400)), [
    { kind: "grants", before: 1000, now: 400, holds: true },
  ]);
  assert.deepEqual(findDrops(before, stats({ user: 50 }, 0)), []);
  assert.deepEqual(findDrops(before, stats({ user: 10 }, 0)), [{ kind: "user", before: 50, now: 10, holds: true }]);
});

test("the gravest warning gives the word for the result", () => {
  const note = { code: "A", message: "" };
  const partial = { code: "B", message: "", severity: "partial" } as const;
  const incomplete = { code: "C", message: "", severity: "incomplete" } as const;
  assert.equal(resultOf([]), "Complete");
  assert.equal(resultOf([note]), "Complete with warnings");
  assert.equal(resultOf([note, partial]), "Partial roster");
  assert.equal(resultOf([note, partial, incomplete]), "Incomplete");
});

test("runs that are incomplete or held keep nothing, others do; their exit codes are no gRPC status", () => {
  const incomplete = incompleteError({ code: "X", message: "rows are missing" });
  const held = heldError([{ kind: "user", before: 10, now: 1, holds: true }]);
  const other = new BatonError({ code: "X", status: Status.unavailable, message: "away" });
  assert.deepEqual([incomplete, held, other].map(resultOfError), ["Incomplete", "Held", "Failed"]);
  assert.deepEqual([incomplete, held, other].map(keepsNothing), [true, true, false]);
  assert.deepEqual([incomplete.exitCode, held.exitCode], [21, 22]);
  assert.match(held.message, /user 10 → 1 \(-90 %\)/);
});

const directory = mkdtempSync(join(tmpdir(), "hold-drop-"));
after(() => rmSync(directory, { recursive: true }));

const org: ResourceId = { resourceType: "org", resource: "o1" };

function club(users: number, members: number): readonly ScriptedType[] {
  const people = Array.from({ length: users }, (_, i) => userOf(`u${i}`, org));
  return [
    {
      type: typeOf("org", [Trait.group]),
      resources: { "": [groupOf(org, ["user"])] },
      entitlements: (resource) => [entitlementOf(resource, "member")],
      grants: () => people.slice(0, members).map((person) => grantOf(org, "member", person.id)),
    },
    { type: typeOf("user", [Trait.user], [skipEntitlementsAndGrants]), resources: { o1: people } },
  ];
}

async function sync(file: string, types: readonly ScriptedType[]): Promise<RunRecord> {
  const path = join(directory, file);
  await runSync({
    connector: scriptedConnector({ types }),
    path,
    signal: new AbortController().signal,
    logger: silentLogger,
    clock: systemClock,
    onEnd: (end) => writeRunRecord(end, { path, connector: { name: "test", version: "0" } }),
  }).catch(() => {});
  const record = parseRunRecord(readFileSync(runRecordPath(path), "utf8"));
  assert.ok(record);
  return record;
}

test("the record of a held run says what is gone: counts, and at most twenty names", async () => {
  assert.equal((await sync("users.c1z", club(60, 60))).drop, null);
  const { result, drop } = await sync("users.c1z", club(20, 20));
  assert.equal(result, "Held");
  assert.deepEqual(drop?.counts, [
    { what: "user", before: 60, after: 20 },
    { what: "grants", before: 60, after: 20 },
  ]);
  const names = drop?.sampleNames ?? [];
  assert.equal(names.length, 20);
  assert.equal(
    new Set(drop?.gone?.map(({ resourceType, id }) => `${resourceType}/${id}`)).size,
    40,
    "all of them by id",
  );
  const kept = new Set(club(20, 0)[1]?.resources["o1"]?.map(({ displayName }) => displayName));
  assert.deepEqual(
    names.filter((name) => kept.has(name)),
    [],
  );
});

test("where only grants are gone, those who lost them are named", async () => {
  await sync("grants.c1z", club(12, 12));
  const { result, drop } = await sync("grants.c1z", club(12, 3));
  assert.equal(result, "Held");
  assert.deepEqual(drop?.counts, [{ what: "grants", before: 12, after: 3 }]);
  assert.equal(drop?.sampleNames.length, 9);
  assert.equal(drop?.gone?.length, 9);
});
