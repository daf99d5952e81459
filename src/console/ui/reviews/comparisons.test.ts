import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunSummary } from "../../contract/runs.ts";
import { otherComparisons, type RunsOfConnector } from "./comparisons.ts";

function run(runId: string, target: string, sha256 = runId): RunsOfConnector["runs"][number] {
  const file = { path: "", bytes: 1, sha256 } as unknown as RunSummary["file"];
  return { runId, target, file, startedAtMs: 0, result: "Complete" };
}

const acme = { id: "1", name: "Acme", orgSlug: "acme" };
const globex = { id: "2", name: "Globex", orgSlug: "globex" };

test("runs of another organization are marked, also where a connector was set to another one since", () => {
  const lists = [
    { connector: acme, runs: [run("now", "acme"), run("before", "acme"), run("long ago", "acme-eu")] },
    { connector: globex, runs: [run("other", "globex")] },
  ];
  const files = [{ source: "file:1", title: "some.c1z", openedAtMs: 0 }];
  for (const source of ["connector:1", "run:now"]) {
    const found = otherComparisons({ source, sha256: "now", lists, files });
    assert.deepEqual(
      found.map(({ value, group, isForeign = false }) => [value, group, isForeign]),
      [
        ["run:before", "Runs of Acme (acme)", false],
        ["run:long ago", "Runs of Acme (acme-eu), another organization", true],
        ["run:other", "Runs of Globex (globex), another organization", true],
        ["file:1", "Opened files", false],
      ],
    );
  }
});

test("beside a file of nobody knows which organization nothing is marked, and the file itself is no choice", () => {
  const lists = [{ connector: acme, runs: [run("now", "acme")] }];
  const files = [{ source: "file:1", title: "some.c1z", openedAtMs: 0 }];
  const found = otherComparisons({ source: "file:1", sha256: "unknown", lists, files });
  assert.deepEqual(
    found.map(({ value, isForeign = false }) => [value, isForeign]),
    [["run:now", false]],
  );
});
