import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { caseTable, growthLine, stepTable } from "./report.ts";
import type { CaseResult } from "./run-cases.ts";

const result = (name: string, seconds: number): CaseResult => ({
  case: name,
  title: `title of ${name}`,
  package: "",
  runs: 3,
  wallSeconds: { min: seconds / 2, median: seconds, max: seconds * 2 },
  cpuSeconds: undefined,
  peakMegabytes: { min: 90, median: 100, max: 110 },
  othersPercent: { min: 4, median: 5, max: 60 },
  requests: 24,
  fileMegabytes: 5.09,
  grants: 54_334,
  stepMs: { "list-grants": 12.4 },
  targets: { seconds: 0.9, megabytes: 99, requests: 24 },
});

describe("the report", () => {
  it("shows the median with its extremes, and each target as met or missed", () => {
    const [, , row = ""] = caseTable([result("10k", 0.8)]).split("\n");
    assert.deepEqual(
      row.split("|").map((cell) => cell.trim()),
      [
        "",
        "title of 10k",
        "0.80 (0.40 to 1.60)",
        "-",
        "100 (90 to 110)",
        "5 (4 to 60)",
        "24",
        "54,334",
        "5.1",
        "0.9 s met, 99 MB MISSED, 24 requests met",
        "",
      ],
    );
  });

  it("shows the steps of every sync", () => {
    assert.match(stepTable([result("10k", 1)]), /list-grants +\| 12 /);
  });

  it("says how time grows when both sizes were measured, and whether that is too much", () => {
    assert.match(growthLine([result("10k-10-teams", 1), result("100k", 10)]) ?? "", /: 10\.0 .*met/);
    assert.match(growthLine([result("10k-10-teams", 1), result("100k", 12)]) ?? "", /: 12\.0 .*MISSED/);
    assert.equal(growthLine([result("100k", 10)]), undefined);
  });
});
