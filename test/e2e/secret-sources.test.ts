import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startJourney } from "../../sandbox/c1/journey.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { eventually } from "../support/eventually.ts";
import { runProgram, scratchDirectory, startProgram } from "./program.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";

const sandbox = await startSandbox({ organization: { members: 20, teams: 3 } });
after(() => sandbox.close());

const { BATON_API_KEY: key, ...settings } = settingsFor(sandbox);

test("T-81: a sync with the key in a file, and one with the key from a command, never show the key", async () => {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "key");
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  const command = `'${process.execPath}' -p "require('fs').readFileSync('key', 'utf8')"`;
  for (const source of [{ BATON_API_KEY_FILE: file }, { BATON_API_KEY_COMMAND: command }]) {
    const run = await runProgram(["--log-level", "debug"], { cwd: scratch.path, env: { ...settings, ...source } });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!run.stderr.includes(key));
    await assertHolds(join(scratch.path, "sync.c1z"), sandbox);
  }
});

test("a running service takes up a key that was replaced in its file", async () => {
  using scratch = scratchDirectory();
  const journey = await startJourney(
    { everySeconds: 3600, uploadDirectory: join(scratch.path, "uploads") },
    () => undefined,
  );
  await using _closed = journey;
  const { c1, report } = journey;
  c1.pace.nextPollMs = 20;
  const apiKey = join(scratch.path, "api-key");
  const clientSecret = join(scratch.path, "client-secret");
  writeFileSync(apiKey, "a-key-that-was-revoked\n", { mode: 0o600 });
  writeFileSync(clientSecret, `${report.clientSecret}\n`, { mode: 0o600 });
  const program = startProgram(["--c1z-temp-dir", scratch.path], {
    cwd: scratch.path,
    env: {
      ...settings,
      BATON_API_KEY_FILE: apiKey,
      BATON_CLIENT_ID: report.clientId,
      BATON_CLIENT_SECRET_FILE: clientSecret,
      BATON_C1_API_HOST: report.host,
      NODE_EXTRA_CA_CERTS: report.caFile,
    },
  });
  await eventually(() => c1.finished.length >= 1, { what: "the first task's end" });
  assert.equal(c1.finished[0]?.finalState.case, "error");
  writeFileSync(apiKey, `${key}\n`);
  c1.addTask({ taskType: { case: "syncFull", value: {} } });
  await eventually(() => c1.finished.length >= 2, { what: "the second task's end" });
  program.kill("SIGTERM");
  assert.equal((await program.finished).code, 0);
  assert.equal(c1.finished[1]?.finalState.case, "success");
  await assertHolds(c1.uploads.at(-1)?.path ?? "", sandbox);
});
