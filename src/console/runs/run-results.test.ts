import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunRecord } from "../../sdk/contracts/run-record.ts";
import type { RunResult } from "../contract/runs.ts";
import { endedRun, isGood, newRun, type RunEnding, summaryOf, withFailure } from "./run-results.ts";

const run = newRun({ runId: "r", connectorId: "c", startedBy: "schedule", startedAtMs: 1000 });
const nothing: RunEnding = { endedAtMs: 4000, record: undefined, totals: null, error: null, wasCancelled: false };
/** What a run leaves beside its file, as far as it counts here. */
const recorded = (record: object): RunRecord => ({ warnings: [], phaseMs: {}, signals: [], ...record }) as never;
const failed = (code: string): RunEnding["error"] => ({ code, status: 13, message: "", candidates: [], facts: [] });

const endings: readonly (readonly [what: string, ending: Partial<RunEnding>, result: RunResult])[] = [
  ["wrote its file", { record: recorded({ result: "Complete", replaced: true }) }, "Complete"],
  ["left its word", { record: recorded({ result: "Held", replaced: false }), error: failed("BATON-HELD") }, "Held"],
  ["left nothing", { error: failed("CS-KEY") }, "Failed"],
  ["was stopped by a person", { error: failed("BATON-INTERRUPTED"), wasCancelled: true }, "Cancelled"],
  ["was stopped with the console", { error: failed("BATON-INTERRUPTED") }, "Interrupted"],
  ["was lost", { error: failed("CONSOLE-RUN-LOST") }, "Failed"],
  [
    "was lost when its file was written already",
    { error: failed("CONSOLE-RUN-LOST"), record: recorded({ result: "Complete", replaced: true }) },
    "Complete",
  ],
  [
    "was stopped when its file was written already",
    {
      error: failed("BATON-INTERRUPTED"),
      record: recorded({ result: "Complete", replaced: true }),
      wasCancelled: true,
    },
    "Complete",
  ],
  [
    "says itself that it was stopped",
    { record: recorded({ result: "Failed", error: { code: "BATON-INTERRUPTED" } }) },
    "Interrupted",
  ],
];
for (const [what, ending, result] of endings) {
  test(`a run that ${what} is ${result}`, () => {
    assert.equal(endedRun(run, { ...nothing, ...ending }).result, result);
  });
}

test("a run has the file that it wrote, and none that it did not put in place", () => {
  const file = { path: "/x", bytes: 7, sha256: "abc" };
  const written = (replaced: boolean) =>
    endedRun(run, { ...nothing, record: recorded({ result: "Complete", replaced, file }) }).file;
  assert.deepEqual(written(true), { bytes: 7, sha256: "abc" });
  assert.equal(written(false), null);
});

test("what fell away is told in the page's words, and who, by type and id", () => {
  const drop = {
    counts: [
      { what: "user", before: 9, after: 2 },
      { what: "grant", before: 5, after: 5 },
    ],
    sampleNames: ["Ada"],
    gone: [{ resourceType: "user", id: "1" }],
  };
  const ended = endedRun(run, { ...nothing, record: recorded({ result: "Held", replaced: false, drop }) });
  assert.deepEqual(
    ended.drop?.counts.map(({ what }) => what),
    ["members", "grant"],
  );
  assert.deepEqual(ended.drop?.gone, ["user/1"]);
});

test("a clock that went back makes no run shorter than nothing", () => {
  assert.equal(endedRun(run, { ...nothing, endedAtMs: 0 }).durationMs, 0);
  assert.equal(endedRun(run, nothing).durationMs, 3000);
});

test("a list shows that a run failed and with what, and its details are not in it", () => {
  const failure = { code: "CS-KEY", state: "unexpected", title: "Key refused", message: "long" } as never;
  const summary = summaryOf(withFailure(endedRun(run, { ...nothing, error: failed("CS-KEY") }), failure));
  assert.deepEqual([summary.errorCode, summary.errorTitle, summary.result], ["CS-KEY", "Key refused", "Failed"]);
  for (const detail of ["failure", "signals", "drop", "completeness", "phaseMs"])
    assert.ok(!(detail in summary), detail);
});

test("a file with warnings is the whole organization, a partial or held one is not", () => {
  const results = [
    "Complete",
    "Complete with warnings",
    "Partial roster",
    "Held",
    "Incomplete",
    "Failed",
    null,
  ] as const;
  assert.deepEqual(
    results.filter((result) => isGood({ result })),
    ["Complete", "Complete with warnings"],
  );
});
