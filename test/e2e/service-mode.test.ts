import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Journey, startJourney } from "../../sandbox/c1/journey.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { formatOf } from "../../src/sdk/c1z/container/container.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { eventually } from "../support/eventually.ts";
import { startRawServer } from "../support/raw-server.ts";
import { freePort } from "./free-port.ts";
import { logLines, type RunningProgram, runProgram, scratchDirectory, startProgram } from "./program.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";
import { readStoredRows } from "./stored-rows.ts";

const sandbox = await startSandbox({ organization: { members: 60, teams: 5 } });
after(() => sandbox.close());

/** Everything that the program is told in service mode. */
function serviceSettings({ report }: Journey): Readonly<Record<string, string>> {
  return {
    ...settingsFor(sandbox),
    BATON_CLIENT_ID: report.clientId,
    BATON_CLIENT_SECRET: `${report.clientSecret}\n`,
    BATON_C1_API_HOST: report.host,
    BATON_HOST_ID: "e2e",
    NODE_EXTRA_CA_CERTS: report.caFile,
  };
}

async function until(condition: () => boolean, program?: RunningProgram): Promise<void> {
  let ended = false;
  program?.finished.then(() => {
    ended = true;
  }, undefined);
  const holds = (): boolean => {
    assert.ok(!ended, "the program ended too early");
    return condition();
  };
  await eventually(holds, { what: "what the program is to come to", everyMs: 0 });
}

async function journeyIn(directory: string, lines: string[] = []): Promise<Journey> {
  const journey = await startJourney({ everySeconds: 3600, uploadDirectory: join(directory, "uploads") }, (line) =>
    lines.push(line),
  );
  journey.c1.pace.nextPollMs = 20;
  return journey;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`T-05: the program connects, syncs, uploads and stops at ${signal} with 0; ConductorOne shows it all`, async () => {
    using scratch = scratchDirectory();
    const lines: string[] = [];
    await using journey = await journeyIn(scratch.path, lines);
    const { c1 } = journey;
    const program = startProgram(["--c1z-temp-dir", scratch.path], {
      cwd: scratch.path,
      env: serviceSettings(journey),
    });
    await until(() => c1.finished.length === 1, program);
    program.kill(signal);
    const run = await program.finished;
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(
      lines.map((line) => line.split(/[ :]/, 1)[0]),
      ["Hello", "Syncing", "Received", "Connected"],
    );
    await assertHolds(c1.uploads[0]?.path ?? "", sandbox);
    const secret = journey.report.clientSecret.split(":").at(-1) ?? "";
    assert.ok(secret.length > 100 && !run.stderr.includes(secret) && !run.stderr.includes(secret.slice(0, 12)));
    assert.ok(!existsSync(join(scratch.path, "sync.c1z")));
    const messages = logLines(run).map(({ msg }) => msg);
    assert.ok(messages.includes("Task complete!") && messages.includes("stopped"), run.stderr);
  });
}

test("the uploaded file holds the same rows as one that the program syncs into by itself", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  const { c1 } = journey;
  const program = startProgram(["--c1z-temp-dir", scratch.path], { cwd: scratch.path, env: serviceSettings(journey) });
  await until(() => c1.finished.length === 1, program);
  program.kill("SIGTERM");
  await program.finished;
  const own = join(scratch.path, "own.c1z");
  const once = await runProgram(["-f", own], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(once.code, 0, once.stderr);
  const uploaded = readStoredRows(c1.uploads[0]?.path ?? "");
  assert.deepEqual(uploaded, readStoredRows(own));
  assert.equal(Object.keys(uploaded.resources).length, 66);
});

for (const [value, method] of [
  ["1", "GetTasks"],
  ["false", "GetTask"],
] as const) {
  test(`with BATON_GET_TASKS=${value} the program asks by ${method}, and --file is named as without effect`, async () => {
    using scratch = scratchDirectory();
    await using journey = await journeyIn(scratch.path);
    const { c1 } = journey;
    const env = { ...serviceSettings(journey), BATON_GET_TASKS: value, BATON_FILE: "s3://bucket/key" };
    const program = startProgram(["--c1z-temp-dir", scratch.path], { cwd: scratch.path, env });
    await until(() => c1.finished.length === 1, program);
    program.kill("SIGTERM");
    const run = await program.finished;
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(
      [...new Set(c1.calls.map((call) => call.method).filter((name) => name.startsWith("GetTask")))],
      [method],
    );
    assert.ok(
      logLines(run).some(({ level, msg }) => level === "warn" && msg === "--file has no effect in service mode"),
    );
  });
}

test("a client secret that is replaced in its file is taken up without a restart", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  const { c1, report } = journey;
  const secretFile = join(scratch.path, "client-secret");
  writeFileSync(secretFile, `${report.clientSecret}\n`);
  const { BATON_CLIENT_SECRET: _, ...settings } = serviceSettings(journey);
  const env = { ...settings, BATON_CLIENT_SECRET_FILE: secretFile };
  const program = startProgram(["--c1z-temp-dir", scratch.path], { cwd: scratch.path, env });
  await until(() => c1.finished.length === 1, program);
  writeFileSync(secretFile, `${c1.tokens.rotate().clientSecret}\n`);
  c1.addTask({ taskType: { case: "syncFull", value: {} } });
  await until(() => c1.finished.length === 2, program);
  program.kill("SIGTERM");
  assert.equal((await program.finished).code, 0);
  assert.equal(c1.tokens.given, 2);
  assert.ok(c1.finished.every(({ finalState }) => finalState.case === "success"));
});

test("the journey can be tried with what sandbox --c1 prints: it shows Syncing, then Connected, and keeps the upload", async () => {
  using scratch = scratchDirectory();
  const uploads = join(scratch.path, "kept");
  const stand = startProgram(["sandbox", "--members", "30", "--teams", "3", "--c1", "--c1-uploads", uploads], {
    cwd: scratch.path,
  });
  await until(() => /NODE_EXTRA_CA_CERTS=/.test(stand.output().stdout));
  const printed = stand.output().stdout.matchAll(/^ {2}export (\w+)=(.+)$/gm);
  const env = Object.fromEntries([...printed].map(([, name = "", value = ""]) => [name, value]));
  assert.deepEqual(Object.keys(env).toSorted(), [
    "BATON_API_KEY",
    "BATON_BASE_URL",
    "BATON_C1_API_HOST",
    "BATON_CLIENT_ID",
    "BATON_CLIENT_SECRET",
    "BATON_ORG_SLUG",
    "NODE_EXTRA_CA_CERTS",
  ]);
  const program = startProgram([], { cwd: scratch.path, env: { ...env, BATON_TMPDIR: scratch.path } });
  await until(() => /^Connected: /m.test(stand.output().stderr), program);
  program.kill("SIGINT");
  assert.equal((await program.finished).code, 0);
  stand.kill("SIGINT");
  const { stderr } = await stand.finished;
  assert.deepEqual(
    stderr
      .trim()
      .split("\n")
      .map((line) => line.split(/[ :]/, 1)[0]),
    ["Hello", "Syncing", "Received", "Connected"],
  );
  const [kept = assert.fail("nothing was kept"), ...more] = readdirSync(uploads);
  assert.deepEqual(more, []);
  using uploaded = await openC1z(join(uploads, kept));
  assert.equal(await formatOf(uploaded.path), "v3");
  assert.equal([...uploaded.view().resources()].length, 34);
});

test("a service that is killed in the middle of a sync goes on from its last checkpoint or begins anew, and finishes", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  const { c1 } = journey;
  const options = { cwd: scratch.path, env: serviceSettings(journey) };
  const off = sandbox.onRequest(() => void first.kill("SIGKILL"));
  const first = startProgram(["--c1z-temp-dir", scratch.path], options);
  assert.equal((await first.finished).code, 137);
  off();
  const [id = assert.fail()] = c1.board.out;
  c1.addTask({ id, taskType: { case: "syncFull", value: {} } });
  const second = startProgram(["--c1z-temp-dir", scratch.path], options);
  await until(() => c1.finished.length === 1, second);
  second.kill("SIGTERM");
  assert.equal((await second.finished).code, 0);
  assert.equal(c1.finished[0]?.finalState.case, "success");
  await assertHolds(c1.uploads[0]?.path ?? "", sandbox);
});

test("T-05: a stop in the middle of a sync ends within ten seconds and keeps the sync for the restart", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  const { c1 } = journey;
  const options = { cwd: scratch.path, env: serviceSettings(journey) };
  const off = sandbox.onRequest(async ({ path }) => {
    if (!path.includes("/teams")) return undefined;
    first.kill("SIGTERM");
    // This answer never comes; the program must not wait for it.
    return await new Promise<undefined>((resolve) => void first.finished.then(() => resolve(undefined)));
  });
  const first = startProgram(["--c1z-temp-dir", scratch.path], options);
  const run = await first.finished;
  off();
  assert.equal(run.code, 0, run.stderr);
  assert.equal(c1.finished.length, 0);
  const [id = assert.fail()] = c1.board.out;
  c1.addTask({ id, taskType: { case: "syncFull", value: {} } });
  const second = startProgram(["--c1z-temp-dir", scratch.path], options);
  await until(() => c1.finished.length === 1, second);
  second.kill("SIGINT");
  await second.finished;
  await assertHolds(c1.uploads[0]?.path ?? "", sandbox);
});

for (const silent of ["ConductorOne", "proxy"] as const) {
  test(`a service whose ${silent} takes connections and says nothing is not ended by force when it is told to stop`, async () => {
    using scratch = scratchDirectory();
    await using journey = await journeyIn(scratch.path);
    await using server = await startRawServer(() => {});
    const address = `127.0.0.1:${server.port}`;
    const way = silent === "proxy" ? { HTTPS_PROXY: address, NO_PROXY: "127.0.0.1" } : { BATON_C1_API_HOST: address };
    // A name that is no address of this machine, which would be asked without the proxy.
    const host = silent === "proxy" ? { BATON_C1_API_HOST: "c1.example.test" } : {};
    const env = { ...serviceSettings(journey), ...way, ...host };
    const program = startProgram([], { cwd: scratch.path, env });
    await until(() => server.connections > 0, program);
    program.kill("SIGTERM");
    const { code, stderr } = await program.finished;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /"msg":"stopped"/);
    assert.doesNotMatch(stderr, /did not stop in time/);
  });
}

test("a debug task's log arrives with debug lines and without the key", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  const { c1 } = journey;
  c1.addTask({ debug: true, taskType: { case: "syncFull", value: {} } });
  const program = startProgram(["--c1z-temp-dir", scratch.path], { cwd: scratch.path, env: serviceSettings(journey) });
  await until(() => c1.finished.length >= 1, program);
  program.kill("SIGTERM");
  const run = await program.finished;
  const log = c1.uploads.find(({ path }) => path.endsWith(".log"));
  const text = readFileSync(log?.path ?? "", "utf8");
  assert.match(text, /"level":"debug"/);
  assert.ok(!text.includes(sandbox.keys.service));
  // Debug lines go to the file only.
  assert.doesNotMatch(run.stderr, /"level":"debug"/);
  assert.deepEqual(
    readdirSync(scratch.path, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("debug.log")),
    [],
  );
});

test("credentials of another connector end the program with exit code 16 and say what to do", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  await using other = await journeyIn(scratch.path);
  const env = { ...serviceSettings(journey), BATON_CLIENT_SECRET: other.report.clientSecret };
  const run = await runProgram([], { cwd: scratch.path, env });
  assert.equal(run.code, 16, run.stderr);
  assert.match(run.stderr, /^C1-TOKEN: failed to get token: 401/m);
});

test("health checks of the running service pass with the program's own command", async () => {
  using scratch = scratchDirectory();
  await using journey = await journeyIn(scratch.path);
  const port = String(await freePort());
  const env = { ...serviceSettings(journey), BATON_HEALTH_CHECK: "true", BATON_HEALTH_CHECK_PORT: port };
  const program = startProgram(["--c1z-temp-dir", scratch.path], { cwd: scratch.path, env });
  await until(() => journey.c1.finished.length === 1, program);
  for (const endpoint of ["health", "ready", "live"]) {
    const argv = ["health-check", "--endpoint", endpoint, "--health-check-port", port];
    const check = await runProgram(argv, { cwd: scratch.path });
    assert.equal(check.code, 0, check.stderr);
  }
  program.kill("SIGTERM");
  assert.equal((await program.finished).code, 0);
});
