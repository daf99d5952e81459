import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { launcher, logSays, runProgram, scratchDirectory, startProgram } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { sealedSyncIds } from "../e2e/stored-rows.ts";
import { eventually } from "../support/eventually.ts";
import { goldenDirectory } from "../support/sample-c1z.ts";

const sandbox = await startSandbox({ organization: { members: 60, teams: 5 } });
after(() => sandbox.close());

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`T-05: ${signal} while a rate limit is waited for ends the run at once, and what was read is kept`, async () => {
    using scratch = scratchDirectory();
    sandbox.addFault({ kind: "throttle", retryAfter: "600", match: { path: /\/teams\/$/ } });
    const program = startProgram(["-f", "x.c1z"], { cwd: scratch.path, env: settingsFor(sandbox) });
    const isWaiting = (): boolean => {
      const { throttle = 0 } = sandbox.counters.faultsFired;
      return throttle > fired;
    };
    await eventually(isWaiting, { what: "a request that is answered with a rate limit" });
    fired++;
    program.kill(signal);
    const stopped = await program.finished;
    assert.equal(stopped.code, code, stopped.stderr);
    assert.deepEqual(sealedSyncIds(join(scratch.path, "x.c1z")), []);
    const next = await runProgram(["-f", "x.c1z"], { cwd: scratch.path, env: settingsFor(sandbox) });
    assert.equal(next.code, 0, next.stderr);
    await assertHolds(join(scratch.path, "x.c1z"), sandbox);
  });
}
let fired = 0;

/** Starts a run that hangs at its fifth request, which is for a first page, through a program such as nohup or as it is. */
async function hanging(directory: string, prefix: readonly string[]) {
  const reached = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let requests = 0;
  const off = sandbox.onRequest(async () => {
    if (++requests !== 5) return undefined;
    reached.resolve();
    await answer.promise;
    return undefined;
  });
  const [command = process.execPath, ...argv] = [...prefix, process.execPath, launcher, "-f", "x.c1z"];
  const env = { HOME: directory, PATH: "/usr/bin:/bin", ...settingsFor(sandbox) };
  const child = spawn(command, argv, { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  const begun = logSays(child, "Syncing resources...");
  await Promise.race([Promise.all([reached.promise, begun]), once(child, "exit")]);
  off();
  return { child, answer: answer.resolve };
}

for (const prefix of [[], ["/usr/bin/nohup"]]) {
  const skip = prefix.length > 0 && !existsSync("/usr/bin/nohup") ? "nohup is not installed" : false;
  const how = prefix.length > 0 ? ", under nohup as well," : "";
  test(`T-06: a lost terminal (SIGHUP)${how} stops a run in good order, and the next run goes on`, {
    skip,
  }, async () => {
    using scratch = scratchDirectory();
    const { child, answer } = await hanging(scratch.path, prefix);
    const ended = once(child, "exit");
    child.kill("SIGHUP");
    assert.deepEqual(await ended, [129, null]);
    answer();
    assert.deepEqual(sealedSyncIds(join(scratch.path, "x.c1z")), []);
    const next = await runProgram(["-f", "x.c1z"], { cwd: scratch.path, env: settingsFor(sandbox) });
    assert.equal(next.code, 0, next.stderr);
    assert.match(next.stderr, /resumed previous sync/);
    await assertHolds(join(scratch.path, "x.c1z"), sandbox);
    assert.deepEqual(readdirSync(scratch.path).toSorted(), ["x.c1z", "x.c1z.run.json"]);
  });
}

test("T-06: a run whose reader goes away (| head) ends well and writes its file", async () => {
  using scratch = scratchDirectory();
  const { child, answer } = await hanging(scratch.path, []);
  const ended = once(child, "exit");
  child.stdout.destroy();
  child.stderr.destroy();
  answer();
  assert.deepEqual(await ended, [0, null]);
  await assertHolds(join(scratch.path, "x.c1z"), sandbox);
});

test("SIGUSR1, which some programs that turn log files over send, opens no debugger, and the run goes on", async () => {
  using scratch = scratchDirectory();
  const { child, answer } = await hanging(scratch.path, []);
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const ended = once(child, "close");
  child.kill("SIGUSR1");
  answer();
  assert.deepEqual(await ended, [0, null]);
  assert.doesNotMatch(said, /debugger/i);
});

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} while a file is read ends the command as one that was told to stop, and leaves nothing`, async () => {
    using scratch = scratchDirectory();
    const file = join(scratch.path, "x.c1z");
    copyFileSync(join(goldenDirectory, "minimal-v1.c1z"), file);
    const args = [launcher, "report", "access", "--list", "-", "-f", file];
    const env = { HOME: scratch.path, PATH: "/usr/bin:/bin", TMPDIR: scratch.path };
    // It waits for the list, which does not come.
    const child = spawn(process.execPath, args, { cwd: scratch.path, env, stdio: ["pipe", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (piece: Buffer) => {
      text += String(piece);
    });
    const ended = once(child, "close");
    await eventually(() => childrenOf(child.pid).length > 0, { what: "the process that reads the file" });
    child.kill(signal);
    assert.deepEqual(await ended, [code, null], text);
    assert.match(text, new RegExp(`^BATON-INTERRUPTED: stopped by ${signal}$`, "m"));
    assert.doesNotMatch(text, /memory/);
    assert.deepEqual(
      readdirSync(scratch.path).filter((name) => name.startsWith("c1z-")),
      [],
    );
  });
}

/** Ids of the processes that a process has started (Linux). */
function childrenOf(pid: number | undefined): readonly string[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter((id) => id !== "");
}
