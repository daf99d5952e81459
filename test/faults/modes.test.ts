import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { launcher, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";

const sandbox = await startSandbox({ organization: { members: 12, teams: 2 } });
after(() => sandbox.close());
const skip = spawnSync("/bin/sh", ["-c", "umask"]).status !== 0 && "there is no shell with umask";

/** Files and directories below one, with their modes. */
function modesBelow(directory: string): readonly (readonly [name: string, mode: string])[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => {
    const found = lstatSync(join(directory, name));
    return [found.isDirectory() ? `${name}/` : name, (found.mode & 0o777).toString(8)];
  });
}

for (const umask of ["000", "022", "777"]) {
  test(`T-82: with umask ${umask} every file of a run is for its owner alone, and so is every directory, also while it runs`, {
    skip,
  }, async () => {
    using scratch = scratchDirectory();
    const data = join(scratch.path, "data");
    const temporary = join(scratch.path, "temporary");
    mkdirSync(data);
    mkdirSync(temporary);
    const seen = new Map<string, string>();
    const look = (): void => {
      for (const directory of [data, temporary]) {
        for (const [name, mode] of modesBelow(directory)) seen.set(name.replace(/[0-9a-f]{12,}/, "*"), mode);
      }
    };
    const off = sandbox.onRequest(() => {
      look();
      return undefined;
    });
    const env = { HOME: scratch.path, PATH: "/usr/bin:/bin", BATON_TMPDIR: temporary, ...settingsFor(sandbox) };
    const run = async (...argv: readonly string[]): Promise<void> => {
      const words = [process.execPath, launcher, ...argv].map((word) => `'${word}'`).join(" ");
      const child = spawn("/bin/sh", ["-c", `umask ${umask}; exec ${words}`], { cwd: data, env, stdio: "ignore" });
      const [code] = await once(child, "exit");
      assert.equal(code, 0, argv.join(" "));
      look();
    };
    await run("--log-path", "run.log");
    await run("doctor", "--bundle", "bundle.json");
    await run("report", "roster", "--output", "csv", "--out", "roster.csv");
    await run("evidence", "--out", "evidence.zip");
    off();
    const names = [...seen.keys()];
    for (const wanted of [
      "sync.c1z",
      "sync.c1z.lock",
      "sync.c1z.run.json",
      "run.log",
      "bundle.json",
      "roster.csv",
      "evidence.zip",
      "c1z-*/",
      "c1z-*/db",
    ]) {
      assert.ok(names.includes(wanted), `${wanted} was seen among ${names}`);
    }
    for (const [name, mode] of seen) assert.equal(mode, name.endsWith("/") ? "700" : "600", name);
  });
}
