// Containers often run as a number that the system has no user for: Compose with the user of the host, OpenShift.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startJourney } from "../../sandbox/c1/journey.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { eventually } from "../support/eventually.ts";
import { launcher, logLines, type RunningProgram, scratchDirectory, startProgram } from "./program.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";

const nobody = 54_321;
const other = { uid: nobody, gid: nobody };
const scratch = scratchDirectory();
const sandbox = await startSandbox({ organization: { members: 30, teams: 4 } });
after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

const starts =
  process.getuid?.() === 0 && spawnSync(process.execPath, [launcher, "--version"], { ...other, cwd: "/" }).status === 0;
const skip = starts ? false : "only root can start a program as another user, in a checkout that others may read";

/** A directory of that user. */
function own(name: string): string {
  const path = join(scratch.path, name);
  mkdirSync(path);
  chownSync(scratch.path, nobody, nobody);
  chownSync(path, nobody, nobody);
  return path;
}

/** Without HOME, which would come with the user. */
function start(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>>): RunningProgram {
  return startProgram(argv, { cwd, env: { ...settingsFor(sandbox), BATON_TMPDIR: cwd, ...env }, user: other });
}

test("a user without a home is told that the client for S3 needs one, before anything is read", { skip }, async () => {
  const run = await start(["-f", "s3://files/sync.c1z"], own("s3"), { AWS_ACCESS_KEY_ID: "x" }).finished;
  assert.equal(run.code, 2, run.stderr);
  assert.match(run.stderr, /^BATON-S3-SETTING: .*home directory.*\n.*\n +Set HOME/m);
  assert.equal(sandbox.requests.length, 0);
});

test("a user without a name can sync into a file, whatever directory of theirs lies closed beside it", {
  skip,
}, async () => {
  const cwd = own("file");
  const closed = own("file/c1z-abcdef");
  chmodSync(closed, 0);
  const longAgo = Date.now() / 1000 - 3600;
  utimesSync(closed, longAgo, longAgo);
  const run = await start([], cwd, {}).finished;
  assert.equal(run.code, 0, run.stderr);
  await assertHolds(join(cwd, "sync.c1z"), sandbox);
});

test("a file of somebody else in a directory for all is refused before anything is read", { skip }, async () => {
  const cwd = own("shared");
  chownSync(cwd, 0, 0);
  chmodSync(cwd, 0o1777);
  const path = join(cwd, "sync.c1z");
  writeFileSync(path, "");
  const asked = sandbox.requests.length;
  const run = await start([], cwd, { BATON_TMPDIR: own("scratch") }).finished;
  assert.equal(run.code, 7, run.stderr);
  assert.match(run.stderr, /^FILE-PERMISSION: .*sync\.c1z/m);
  assert.equal(sandbox.requests.length, asked);
});

test("a user without a name can ask the doctor, and write its report", { skip }, async () => {
  const cwd = own("doctor");
  const run = await start(["doctor", "--bundle", "report.json"], cwd, {}).finished;
  assert.doesNotMatch(run.stderr, /uv_os|system error/i);
  assert.match(run.stderr, /wrote .*report.json/);
});

test("a user without a name can work for ConductorOne", { skip }, async () => {
  const cwd = own("service");
  const options = { everySeconds: 3_600, uploadDirectory: join(scratch.path, "uploads") };
  await using journey = await startJourney(options, () => undefined);
  const { c1, report } = journey;
  const authority = join(cwd, "ca.pem");
  copyFileSync(report.caFile, authority);
  chownSync(authority, nobody, nobody);
  const program = start([], cwd, {
    BATON_CLIENT_ID: report.clientId,
    BATON_CLIENT_SECRET: report.clientSecret,
    BATON_C1_API_HOST: report.host,
    SSL_CERT_FILE: authority,
  });
  let isOver = false;
  void program.finished.then(() => {
    isOver = true;
  });
  await eventually(() => isOver || c1.finished.length > 0, { what: "a finished task" });
  program.kill("SIGTERM");
  const run = await program.finished;
  assert.equal(run.code, 0, run.stderr);
  assert.ok(
    logLines(run).some(({ msg }) => msg === "Task complete!"),
    run.stderr,
  );
  await assertHolds(c1.uploads[0]?.path ?? "", sandbox);
});
