/** The console as a person starts it: one command, the sample organization connected, an orderly end. */
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { ConnectorSummary } from "../../src/console/contract/connectors.ts";
import type { SourceInfo } from "../../src/console/contract/sources.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { type ConsoleProcess, startConsole } from "./console-process.ts";

/** Signs in and gives back what asks with the session. */
async function signIn(running: ConsoleProcess): Promise<<T>(path: string) => Promise<T>> {
  const launched = await running.ask(running.link.slice(running.origin.length));
  const cookie = (launched.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";
  return async <T>(path: string) => {
    const { status, body } = await running.ask(path, { headers: { cookie } });
    assert.equal(status, 200, body);
    return JSON.parse(body) as T; // what the test asserts
  };
}

test("npm run console opens the made-up organization, and passes flags on", async () => {
  const script = join(import.meta.dirname, "..", "..", "scripts", "console.ts");
  await using running = await startConsole([], {}, [], [script]);
  assert.equal((await connected(await signIn(running))).isSample, true);
  assert.equal((await running.stop()).code, 0);
});

/** The one connector, once its sync has ended. */
async function connected(get: <T>(path: string) => Promise<T>): Promise<ConnectorSummary> {
  for (;;) {
    const [connector] = (await get<{ connectors: ConnectorSummary[] }>("/api/connectors")).connectors;
    if (connector && connector.status !== "Syncing" && connector.status !== "Testing") {
      assert.equal(connector.status, "Connected");
      return connector;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("with --sample the made-up organization becomes Connected, and its file answers", async () => {
  await using running = await startConsole(["--sample"]);
  const get = await signIn(running);
  const connector = await connected(get);
  const info = await get<SourceInfo>(`/api/sources/connector:${connector.id}`);
  assert.equal(info.totals.people, connector.lastGoodRun?.totals?.members);
  assert.equal(info.result, "Complete");
  const byRun = await get<SourceInfo>(`/api/sources/run:${connector.lastGoodRun?.runId}`);
  assert.equal(byRun.sha256, info.sha256);
});

test("T-97: a sync is unharmed by a thousand sockets and questions without end", async () => {
  await using running = await startConsole(["--sample"]);
  const sockets = Array.from({ length: 1000 }, () => createConnection({ host: "127.0.0.1", port: running.port }));
  for (const socket of sockets) socket.on("error", () => undefined).write("GET / HTTP/1.1\r\n");
  const questions = Array.from({ length: 200 }, () => running.ask("/").catch(() => undefined));
  await Promise.all(questions);
  for (const socket of sockets) socket.destroy();
  await answersAgain(running);
  assert.equal((await connected(await signIn(running))).lastGoodRun?.result, "Complete");
});

/** The server learns of closed sockets one by one; until then it hangs up. */
async function answersAgain(running: ConsoleProcess): Promise<void> {
  for (;;) {
    const reply = await running.ask("/").catch(() => undefined);
    if (reply) return;
  }
}

test("told to stop in the middle of a sync, it ends well, and nothing of it is left running", async () => {
  await using running = await startConsole(["--sample"]);
  const { code, stderr } = await running.stop();
  assert.equal(code, 0, stderr);
  await assert.rejects(running.ask("/"));
});

test("the data directory and everything in it are for its owner alone", async () => {
  await using running = await startConsole(["--sample"]);
  await signIn(running);
  const entries = readdirSync(running.dataDir, { recursive: true, withFileTypes: true });
  assert.ok(entries.length > 3);
  assert.equal(statSync(running.dataDir).mode & 0o077, 0);
  for (const entry of entries) {
    const mode = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.mode;
    if (mode !== undefined) assert.equal(mode & 0o077, 0, join(entry.parentPath, entry.name));
  }
});

test("one console at a time uses a data directory", async () => {
  await using running = await startConsole();
  const second = await runProgram(["console", "--no-open", "--data-dir", running.dataDir], { cwd: running.dataDir });
  assert.notEqual(second.code, 0);
  assert.match(second.stderr, /CONSOLE-BUSY/);
  assert.equal((await running.ask("/")).status, 200);
});

for (const [argv, complaint] of [
  [["--port", "70000"], /--port is a number from 0 to 65535/],
  [["--tls-cert", "x.pem"], /--tls-cert and --tls-key belong together/],
  [["--tls-cert", "x.pem", "--tls-key", "y.pem"], /x\.pem cannot be read \(ENOENT\)/],
  [["--name", "x"], /--name is for --host/],
  [["--host", "0.0.0.0", "--allow-remote", "--name", "UPPER"], /--name is a host name in lower case/],
  [["extra"], /console does not take "extra"/],
  [["--unheard-of"], /unknown flag: --unheard-of/],
] as const) {
  test(`console ${argv.join(" ")} is refused with exit code 2`, async () => {
    using scratch = scratchDirectory();
    const finished = await runProgram(["console", "--no-open", ...argv], { cwd: scratch.path });
    assert.equal(finished.code, 2);
    assert.match(finished.stderr, complaint);
    assert.equal(finished.stdout, "");
  });
}

test("help names every flag of the console", async () => {
  using scratch = scratchDirectory();
  const { code, stdout } = await runProgram(["console", "--help"], { cwd: scratch.path });
  assert.equal(code, 0);
  for (const flag of [
    "port",
    "host",
    "allow-remote",
    "name",
    "tls-cert",
    "data-dir",
    "store-key-file",
    "sample",
    "link",
  ]) {
    assert.ok(stdout.includes(`--${flag}`), flag);
  }
});

for (const HOME of ["/proc/nowhere", "", "not/absolute", "/dev/null"]) {
  test(`with the home directory ${JSON.stringify(HOME)} the way to name another place is said`, async () => {
    using scratch = scratchDirectory();
    const started = await runProgram(["console", "--no-open", "--port", "0"], { cwd: scratch.path, env: { HOME } });
    assert.equal(started.code, 9, started.stderr);
    assert.match(started.stderr, /CONSOLE-DATA-DIR/);
    assert.match(started.stderr, /--data-dir or BATON_CONSOLE_DATA_DIR/);
    assert.deepEqual(readdirSync(scratch.path), []);
  });
}
