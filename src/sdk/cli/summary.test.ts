import assert from "node:assert/strict";
import { test } from "node:test";
import type { SyncOutcome } from "../sync/events.ts";
import { renderSummary } from "./summary.ts";
import { displayWidth } from "./terminal-text.ts";

const outcome: SyncOutcome = {
  result: "Complete",
  syncId: "2abcdefghijklmnopqrstuvwxyz",
  syncType: "full",
  resumed: false,
  completeness: { lists: [], keyOwner: null, notRead: [] },
  path: "out/sync.c1z",
  fileBytes: 1_234_567,
  stats: {
    resourceTypes: 3,
    resources: 10_501,
    entitlements: 1006,
    grants: 50_000,
    resourcesByResourceType: { user: 10_000, organization: 1, team: 500 },
    entitlementsByResourceType: {},
    grantsByResourceType: {},
  },
  warnings: [],
  durationMs: 75_400,
  phaseMs: {},
  connector: { requests: 41, retries: 1 },
};

test("the summary says what was compared and what was not read", () => {
  const list = { list: "pets", title: "pets", resourceType: "pet", announced: null, read: 8, distinct: 7, added: 7 };
  const lists = [{ ...list, passes: 1, sweeps: 1, moved: false, startedAtMs: 0, endedAtMs: 1 }];
  const notRead = [{ what: "birds", title: "birds", reason: "out-of-scope" as const }];
  const text = renderSummary(
    { ...outcome, completeness: { lists, keyOwner: null, notRead } },
    { target: "acme", color: false },
  );
  assert.match(
    text,
    /^ {2}Compared {2}pets: announced nothing, read 8, distinct 7, added 7; passes 1, sweeps 1, did not move; begun at 1970-01-01T00:00:00\.000Z, whole at 1970-01-01T00:00:00\.001Z$/m,
  );
  assert.match(text, /^ {2}Not read {2}birds$/m);
});

test("the summary is a table of what was found, then the facts of the run", () => {
  assert.equal(
    renderSummary(outcome, { target: "acme", color: false }),
    `
✔ Synced acme

  Found
    organization       1
    team             500
    user          10,000
    entitlements   1,006
    grants        50,000

  Result    Complete
  File      out/sync.c1z (1.2 MB)
  Sync      2abcdefghijklmnopqrstuvwxyz (full)
  Duration  1 min 15 s
  Requests  41, 1 retry

`,
  );
});

test("sections of the caller are aligned with the first, wide characters included", () => {
  const sections = [
    {
      title: "Members by team",
      rows: [
        ["開発チーム・東京", 7],
        ["😀", 12_345],
      ] as const,
    },
  ];
  const lines = renderSummary(outcome, { target: "acme", color: false, sections }).split("\n");
  const rows = lines.filter((line) => /^ {4}\S.* [\d,]+$/.test(line));
  assert.equal(rows.length, 7);
  assert.deepEqual([...new Set(rows.map(displayWidth))].length, 1);
});

test("warnings are listed with their code and count, and the headline says so", () => {
  const warnings = [
    { code: "EX-ROLE", message: "unknown role\u001b[2J", count: 3 },
    { code: "EX-ONE", message: "once" },
  ];
  const text = renderSummary({ ...outcome, warnings, resumed: true }, { target: "acme\n", color: false });
  assert.match(text, /^! Synced \(taken up again\) acme\\n with 2 warnings$/m);
  assert.match(text, /^ {4}EX-ROLE \(3\) unknown role\\u001b\[2J$/m);
  assert.match(text, /^ {4}EX-ONE once$/m);
});

test("colours are there when wanted and take no part in the layout", () => {
  const colored = renderSummary(outcome, { target: "acme", color: true });
  const plain = colored.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g"), "");
  assert.notEqual(colored, plain);
  assert.equal(plain, renderSummary(outcome, { target: "acme", color: false }));
});
