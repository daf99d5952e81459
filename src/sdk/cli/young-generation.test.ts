import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const module = join(import.meta.dirname, "young-generation.ts");
const mebibyte = 1024 * 1024;

/** The size of the young generation of a process that makes garbage, of which a part lives on for a while. */
function sizeAfter(setUp: string, rest = ""): number {
  const script = `
    import { getHeapSpaceStatistics } from "node:v8";
    import { setTimeout } from "node:timers/promises";
    import { boundYoungGeneration } from ${JSON.stringify(module)};
    const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size;
    ${setUp}
    const kept = [];
    async function makeGarbage() {
      for (let round = 0; round < 300; round++) {
        for (let n = 0; n < 20_000; n++) kept[n] = { round, n };
        await setTimeout(0);
      }
    }
    await makeGarbage();
    ${rest}
    console.log(size());`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return Number(stdout);
}

test("the young generation stays below its bound, which it would otherwise exceed", () => {
  assert.ok(sizeAfter("boundYoungGeneration();") <= 18 * mebibyte);
  assert.ok(sizeAfter("") > 18 * mebibyte, "without a bound it grows further, so that the bound is of use");
});

test("it grows up to the bound, and not only to where it begins", () => {
  assert.ok(sizeAfter("boundYoungGeneration();") > 6 * mebibyte);
});

test("a process ends with the flags of V8 that it began with, so that code which is kept then fits the next start", () => {
  const script = `
    import { cachedDataVersionTag, setFlagsFromString } from "node:v8";
    import { keepHeapSmall } from ${JSON.stringify(module)};
    const before = cachedDataVersionTag();
    process.on("exit", () => console.log(cachedDataVersionTag() === before));
    keepHeapSmall();
    setFlagsFromString("--semi-space-growth-factor=1");
    console.log(cachedDataVersionTag() === before);`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(stdout, "false\ntrue\n");
});
