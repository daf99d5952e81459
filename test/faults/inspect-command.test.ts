import assert from "node:assert/strict";
import { copyFileSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runProgram, scratchDirectory } from "../e2e/program.ts";

const golden = join(import.meta.dirname, "..", "golden");

test("inspect says of a sound file what it holds, needs no settings, changes nothing and exits 0", async () => {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "a.c1z");
  copyFileSync(join(golden, "two-syncs-v1.c1z"), file);
  const { code, stdout, stderr } = await runProgram(["inspect", "a.c1z"], { cwd: scratch.path });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /version 1 \(SQLite\)\n {2}full sync \w{27}, begun .*, finished .*\n {2}full sync/);
  assert.match(stdout, /10 checks, 0 failed, 0 with warnings\nThe file is sound\.\n$/);
  assert.deepEqual(readFileSync(file), readFileSync(join(golden, "two-syncs-v1.c1z")));
});

test("inspect says of a damaged file what is wrong and exits 15, also as JSON", async () => {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "a.c1z");
  copyFileSync(join(golden, "minimal-v1.c1z"), file);
  truncateSync(file, 4000);
  const shown = await runProgram(["inspect", file], { cwd: scratch.path });
  assert.equal(shown.code, 15);
  assert.match(shown.stdout, /✘ fail {2}First bytes and compressed frame .*ends too early/);
  const { code, stdout } = await runProgram(["inspect", "--json", file], { cwd: scratch.path });
  assert.equal(code, 15);
  const found = JSON.parse(stdout) as { sound: boolean; problems: { check: string; severity: string }[] };
  assert.equal(found.sound, false);
  assert.deepEqual(
    found.problems.map(({ check, severity }) => [check, severity]),
    [["envelope", "fail"]],
  );
});

test("inspect says of a version 3 file what its header holds", async () => {
  using scratch = scratchDirectory();
  const { code, stdout } = await runProgram(["inspect", join(golden, "minimal-v3.c1z")], { cwd: scratch.path });
  assert.equal(code, 0);
  assert.match(stdout, /engine pebble3\n {2}full sync \w{27}, finished .*, 9 resources, 8 entitlements, 18 grants/);
});

test("inspect of no file, of two files and of a missing one is refused", async () => {
  using scratch = scratchDirectory();
  const codes = await Promise.all(
    [["inspect"], ["inspect", "a", "b"], ["inspect", "missing.c1z"]].map(async (argv) => {
      const { code, stdout } = await runProgram(argv, { cwd: scratch.path });
      assert.equal(stdout, "");
      return code;
    }),
  );
  assert.equal(codes[2], 5);
  assert.ok(codes[0] !== 0 && codes[0] === codes[1]);
});
