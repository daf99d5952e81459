import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import type { FaultKind } from "../../sandbox/faults/faults.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { type Finished, logLines, runProgram, scratchDirectory, startProgram } from "./program.ts";
import { settingsFor } from "./sandbox-run.ts";

/** Makes the sandbox hold back its first answer; resolves once it was asked for. */
function holdFirstAnswer(sandbox: Sandbox): { readonly asked: Promise<void>; answer(): void } {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const release = sandbox.onRequest(async () => {
    asked.resolve();
    await held.promise;
    release();
    return undefined;
  });
  return { asked: asked.promise, answer: held.resolve };
}

/** Arguments of a process and of all below it, as everybody on the machine can read them. */
function argumentsOf(pid: number): string {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  return [readFileSync(`/proc/${pid}/cmdline`, "utf8"), ...children.map((child) => argumentsOf(Number(child)))].join(
    "\n",
  );
}

/** A directory whose `node` is too old for the connector, where the machine has one. */
function oldNode(): string | undefined {
  const major = (path: string): number =>
    Number(spawnSync(path, ["-p", "process.versions.node"]).stdout?.toString().split(".")[0]);
  return ["/usr/bin/node", "/usr/local/bin/node"].filter(existsSync).find((path) => major(path) < 24);
}

const notLinux = existsSync("/proc/self/cmdline") ? false : "arguments are read from /proc";
const old = oldNode();
const starts = [
  { how: "with this Node", path: undefined, skip: notLinux },
  {
    how: "with an older Node, through the launcher",
    path: old === undefined ? undefined : `${dirname(old)}:/bin`,
    skip: old === undefined ? "the machine has no older Node" : notLinux,
  },
];

for (const { how, path, skip } of starts) {
  test(`T-81: a key given as a flag is warned of and cannot be read from the process list, ${how}`, {
    skip,
  }, async () => {
    await using sandbox = await startSandbox({ organization: { members: 3, teams: 1 } });
    using scratch = scratchDirectory();
    const first = holdFirstAnswer(sandbox);
    const { BATON_API_KEY: key, ...env } = settingsFor(sandbox);
    const argv = ["-f", "x.c1z", "--api-key", key];
    const run = startProgram(argv, { cwd: scratch.path, env, ...(path !== undefined && { path }) });
    await first.asked;
    const visible = argumentsOf(run.pid);
    first.answer();
    const finished = await run.finished;
    assert.ok(visible.includes("baton"), "there was something to read");
    assert.ok(!visible.includes(key), visible);
    assert.equal(finished.code, 0, finished.stderr);
    const warnings = logLines(finished).filter(({ level }) => level === "warn");
    assert.match(String(warnings[0]?.["msg"]), /^--api-key on the command line can be read by other users/);
    assertAbsent(key, finished);
  });
}

function assertAbsent(key: string, { stdout, stderr }: Finished): void {
  for (const form of [key, Buffer.from(key).toString("base64"), encodeURIComponent(key)]) {
    assert.ok(!stdout.includes(form), "not on standard output");
    assert.ok(!stderr.includes(form), "not on standard error");
  }
}

/** Answers that hold the key, as a server or proxy in the way may give them. */
const echoes: readonly (readonly [name: string, echo: (key: string) => FaultKind])[] = [
  ["an error body", (key) => ({ kind: "status", status: 403, body: JSON.stringify({ detail: `bad key ${key}` }) })],
  ["an error page", (key) => ({ kind: "status", status: 403, body: `<html>X-Api-Key: ${key}</html>` })],
  ["a redirect", (key) => ({ kind: "redirect", location: `https://login.example/?key=${key}` })],
  ["a body that is no JSON", (key) => ({ kind: "garbage", body: `X-Api-Key: ${key}` })],
  ["a body of another type", (key) => ({ kind: "wrong-content-type", contentType: `text/${key}` })],
  ["a header that breaks the protocol", (key) => ({ kind: "raw", bytes: `HTTP/1.1 200 OK\r\nX Key: ${key}\r\n\r\n` })],
];

test("T-80: a key that a server sends back is printed nowhere, not even at debug level", {
  concurrency: 2,
}, async (t) => {
  const checks = echoes.map(([name, echo]) =>
    t.test(`in ${name}`, async () => {
      await using sandbox = await startSandbox({ organization: { members: 3, teams: 1 } });
      using scratch = scratchDirectory();
      const env = settingsFor(sandbox);
      const fault = echo(env.BATON_API_KEY);
      sandbox.addFault({ ...fault, match: { path: "/orgs/sandbox-org/" }, times: Number.POSITIVE_INFINITY });
      const log = join(scratch.path, "run.log");
      const argv = ["--log-level", "debug", "--log-path", "stderr", "--log-path", log];
      const run = await runProgram(argv, { cwd: scratch.path, env: { ...env, BATON_HTTP_TIMEOUT_SECONDS: "5" } });
      assert.notEqual(run.code, 0);
      assert.ok((sandbox.counters.faultsFired[fault.kind] ?? 0) > 0);
      assertAbsent(env.BATON_API_KEY, run);
      assertAbsent(env.BATON_API_KEY, { code: 0, stdout: readFileSync(log, "utf8"), stderr: "" });
    }),
  );
  await Promise.all(checks);
});

test("T-80: the key is not in the file, in no command's output and in no output of a run", async () => {
  await using sandbox = await startSandbox({ organization: { members: 3, teams: 1 } });
  using scratch = scratchDirectory();
  const env = settingsFor(sandbox);
  const commands = [["-f", "x.c1z", "--log-level", "debug"], ["validate"], ["config"], ["capabilities"], ["--help"]];
  for (const argv of commands) {
    const run = await runProgram(argv, { cwd: scratch.path, env });
    assert.equal(run.code, 0, run.stderr);
    assertAbsent(env.BATON_API_KEY, run);
  }
  const database = zstdDecompressSync(readFileSync(join(scratch.path, "x.c1z")).subarray(5));
  assert.ok(database.includes("c1.connector.v2.UserTrait"), "the database is what was searched");
  assert.ok(!database.includes(env.BATON_API_KEY));
});
