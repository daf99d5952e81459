// T-02: the real program is killed before and after each operation of its save on the target's directory. A preload
// counts the operations and kills its own process, so that each point is hit for certain and not by chance.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startSandbox } from "../../sandbox/server.ts";
import { checkFile } from "../crash/file-check.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";

const sandbox = await startSandbox({ organization: { members: 30, teams: 3 } });
after(() => sandbox.close());

/** Kills itself before operation number KILL_AT, or after it when KILL_AFTER is set; notes each operation it gets to. */
const preload = `
import promises from "node:fs/promises";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const { KILL_AT, KILL_AFTER, KILL_LOG } = process.env;
let count = 0;
const point = async (name, operation) => {
  const here = ++count === Number(KILL_AT);
  appendFileSync(KILL_LOG, count + " " + name + "\\n");
  if (here && !KILL_AFTER) process.kill(process.pid, "SIGKILL");
  const result = await operation();
  if (here) process.kill(process.pid, "SIGKILL");
  return result;
};
const isOurs = (path) => /sync\\.c1z(\\.[0-9a-f]{12}\\.tmp)?$/.test(String(path));
const { open, rename } = promises;
promises.open = async (path, flags, ...rest) => {
  const isDirectory = String(path) === process.cwd();
  if (!isOurs(path) && !isDirectory) return open(path, flags, ...rest);
  if (flags === "r" && !isDirectory) return open(path, flags, ...rest);
  const handle = isDirectory ? await open(path, flags, ...rest) : await point("create", () => open(path, flags, ...rest));
  for (const name of ["write", "sync", "close"]) {
    const real = handle[name].bind(handle);
    if (isDirectory && name !== "sync") continue;
    handle[name] = (...args) => point((isDirectory ? "directory " : "") + name, () => real(...args));
  }
  return handle;
};
promises.rename = (from, to) => (isOurs(to) ? point("rename", () => rename(from, to)) : rename(from, to));
syncBuiltinESMExports();
`;

interface Kill {
  readonly at: number;
  readonly isAfter: boolean;
}

async function runAndKill(directory: string, { at, isAfter }: Kill) {
  const [script, log] = [join(directory, "..", "preload.mjs"), join(directory, "..", "points.log")];
  writeFileSync(script, preload);
  writeFileSync(log, "");
  const run = await runProgram([], {
    cwd: directory,
    env: {
      ...settingsFor(sandbox),
      BATON_TMPDIR: join(directory, "..", "scratch"),
      NODE_OPTIONS: `--import=${pathToFileURL(script).href}`,
      KILL_AT: String(at),
      KILL_LOG: log,
      ...(isAfter && { KILL_AFTER: "1" }),
    },
  });
  const points = readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\d+ /, ""));
  return { ...run, points };
}

/** The operations of one save, as an uninterrupted run makes them. */
const wanted = ["create", "write", "sync", "close", "rename", "directory sync"];

test("T-02: killed before and after each operation of a save, the file is the old one or the whole new one, and the next run ends well", async () => {
  using scratch = scratchDirectory();
  const start = (name: string): string => {
    const directory = join(scratch.path, name, "data");
    mkdirSync(directory, { recursive: true });
    mkdirSync(join(scratch.path, name, "scratch"));
    return directory;
  };
  const first = start("uninterrupted");
  const { points } = await runAndKill(first, { at: 0, isAfter: false });
  const old = readFileSync(join(first, "sync.c1z"));
  // The run record is saved in the same way; its operations are on another file.
  assert.deepEqual([...new Set(points)], wanted);
  const kills = points.flatMap((_point, index) => [false, true].map((isAfter) => ({ at: index + 1, isAfter })));
  assert.ok(kills.length >= 8, `${kills.length} points`);
  const results = new Set<string>();
  const check = async (kill: Kill): Promise<void> => {
    const label = `killed ${kill.isAfter ? "after" : "before"} ${points[kill.at - 1]} (${kill.at})`;
    const directory = start(`${kill.at}-${kill.isAfter}`);
    const file = join(directory, "sync.c1z");
    writeFileSync(file, old, { mode: 0o600 });
    const killed = await runAndKill(directory, kill);
    assert.equal(killed.code, 137, `${label}: ${killed.stderr}`);
    const isOld = readFileSync(file).equals(old);
    const content = await checkFile(file);
    results.add(isOld ? "old" : "new");
    if (!isOld) assert.equal(content?.finished.length, 2, `${label}: a new file is a whole one`);
    const env = { ...settingsFor(sandbox), BATON_TMPDIR: join(directory, "..", "scratch") };
    const next = await runProgram([], { cwd: directory, env });
    assert.equal(next.code, 0, `${label}: ${next.stderr}`);
    await assertHolds(file, sandbox);
    assert.deepEqual(readdirSync(directory).toSorted(), ["sync.c1z", "sync.c1z.run.json"], label);
  };
  const lane = async (): Promise<void> => {
    for (let kill = kills.shift(); kill; kill = kills.shift()) await check(kill);
  };
  await Promise.all([lane(), lane()]);
  assert.deepEqual([...results].toSorted(), ["new", "old"], "kills fell on either side of the rename");
});
