import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { caseNames, parseBenchOptions } from "./options.ts";

const chosen = (argv: readonly string[]): string[] => {
  const { syncs, starts, layers } = parseBenchOptions(argv);
  return [...syncs, ...starts].map(({ name }) => name).concat(layers ? ["layers"] : []);
};

describe("options of the benchmark", () => {
  it("measures everything when nothing is said", () => {
    assert.deepEqual(chosen([]), caseNames);
  });

  it("measures only the named cases", () => {
    assert.deepEqual(chosen(["--cases", "10k,version"]), ["10k", "version"]);
  });

  it("leaves the large cases out when it must be quick", () => {
    assert.equal(chosen(["--quick"]).includes("100k"), false);
    assert.equal(parseBenchOptions(["--quick"]).runs, 3);
  });

  for (const argv of [["--cases", "10k,11k"], ["--runs", "0"], ["--runs", "x"], ["--fast"], ["more"]]) {
    it(`refuses ${argv.join(" ")}`, () => {
      assert.throws(() => parseBenchOptions(argv), TypeError);
    });
  }

  it("keeps results of the whole measurement only", () => {
    assert.throws(() => parseBenchOptions(["--write", "--quick"]), /whole measurement/);
    assert.throws(() => parseBenchOptions(["--write", "--cases", "1k"]), /whole measurement/);
    assert.equal(parseBenchOptions(["--write"]).write, true);
  });
});
