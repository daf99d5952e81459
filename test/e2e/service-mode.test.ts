import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Journey, startJourney } from "../../sandbox/c1/journey.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { logLines, type RunningProgram, runProgram, scratchDirectory, startProgram } from "./program.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";

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
  while (!condition()) {
    assert.ok(!ended, "the program ended too early");
    await setImmediate();
  }
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
    assertHolds(c1.uploads[0]?.path ?? "", sandbox);
    const secret = journey.report.clientSecret.split(":").at(-1) ?? "";
    assert.ok(secret.length > 100 && !run.stderr.includes(secret) && !run.stderr.includes(secret.slice(0, 12)));
    assert.ok(!existsSync(join(scratch.path, "sync.c1z")));
    const messages = logLines(run).map(({ msg }) => msg);
    assert.ok(messages.includes("Task complete!") && messages.includes("stopped"), run.stderr);
  });
}

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
  assertHolds(c1.uploads[0]?.path ?? "", sandbox);
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
  assertHolds(c1.uploads[0]?.path ?? "", sandbox);
});

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
  const port = String(20_000 + (process.pid % 20_000));
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
