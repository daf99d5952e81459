import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { version } from "../../src/version.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";

const root = join(import.meta.dirname, "..", "..");
const scratch = scratchDirectory();
const executable = join(scratch.path, "baton-cloudsmith");
const sandbox = await startSandbox({ organization: { members: 30, teams: 4 } });
after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

test("the single executable is one file that syncs where no Node is on PATH", { timeout: 60_000 }, async () => {
  const built = spawnSync(process.execPath, [join(root, "scripts/build-executable.ts"), executable], {
    encoding: "utf8",
  });
  assert.equal(built.status, 0, built.stderr);
  assert.ok(statSync(executable).size > 10_000_000);
  const env = { ...settingsFor(sandbox), HOME: scratch.path, PATH: "/nowhere" };
  const shown = spawnSync(executable, ["--version"], { env, encoding: "utf8" });
  assert.equal(shown.stdout, `baton-cloudsmith version ${version}\n`);
  const child = spawn(executable, [], { env, cwd: scratch.path, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  assert.deepEqual(await once(child, "close"), [0, null], stderr);
  assert.ok(existsSync(join(scratch.path, "sync.c1z")));
  assertHolds(join(scratch.path, "sync.c1z"), sandbox);
});
