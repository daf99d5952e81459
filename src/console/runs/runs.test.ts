/** Runs that do not go straight: cancelled, killed, left behind, partial, held, waiting for others, missed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { holdMembers } from "../../../test/console/hold-members.ts";
import { ManualClock } from "../../../test/console/manual-clock.ts";
import { openTestConnectors, settingsOf, type TestConnectors } from "../../../test/console/test-connectors.ts";
import { assertHolds } from "../../../test/e2e/sandbox-run.ts";
import { hitsIn } from "../../../test/trust/secret-forms.ts";

const sha256 = (path: string | null): string =>
  createHash("sha256")
    .update(readFileSync(path ?? assert.fail("no file")))
    .digest("hex");

/** Processes that do jobs of this test's sets of connectors. */
function jobPids(): readonly number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      try {
        const parent = / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) \S/, ""))?.[1];
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("console-worker")
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function connectedAndHeldBack(console: TestConnectors, sandbox: Sandbox) {
  const connector = await console.connect(sandbox);
  const held = holdMembers(sandbox);
  const runId = console.connectors.startSync(connector.id);
  await held.isAsked;
  return { connector, held, runId, before: sha256(connector.currentFile) };
}

test("a cancelled sync ends, is called so, and the last good file stays; the next sync is well", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { connector, held, runId, before } = await connectedAndHeldBack(console, sandbox);
  const { id } = connector;
  const cancelling = console.connectors.cancel(id);
  assert.equal(console.connectors.detail(id).progress?.isCancelling, true);
  const after = await cancelling;
  held.release();
  assert.equal(console.connectors.archive.run(runId).result, "Cancelled");
  assert.deepEqual([after.progress, after.status], [null, "Connected"]);
  assert.equal(sha256(after.currentFile), before);
  assert.equal((await console.sync(id)).result, "Complete");
});

test("a sync that is cancelled while its process starts was stopped, and not lost", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { id } = await console.connect(sandbox);
  console.connectors.startSync(id);
  // Its settings are read, and its process is started, but has not been heard of.
  await new Promise((resolve) => setImmediate(resolve));
  const { lastRun, failure, status } = await console.connectors.cancel(id);
  assert.deepEqual([lastRun?.result, failure?.state, status], ["Cancelled", "stopped", "Connected"]);
});

const seesProcesses = process.platform === "linux" ? {} : { skip: "processes are found by /proc" };

test(
  "a sync whose process is killed is an error at once, not a run for ever; the next one goes on and is well",
  seesProcesses,
  async () => {
    await using sandbox = await startSandbox();
    await using console = await openTestConnectors();
    const { connector, held, runId, before } = await connectedAndHeldBack(console, sandbox);
    const [pid] = jobPids();
    assert.ok(pid !== undefined, "the process of the sync was found");
    process.kill(pid, "SIGKILL");
    const run = await console.ended(connector.id);
    held.release();
    assert.deepEqual([run.runId, run.result, run.errorCode], [runId, "Failed", "CONSOLE-RUN-LOST"]);
    assert.match(run.failure?.message ?? "", /SIGKILL/);
    const after = console.connectors.detail(connector.id);
    assert.deepEqual([after.status, after.consecutiveFailures], ["Error", 1]);
    assert.equal(sha256(after.currentFile), before);
    assert.equal((await console.sync(connector.id)).result, "Complete");
    assert.equal(console.connectors.detail(connector.id).consecutiveFailures, 0);
  },
);

test(
  "a console that ends stops its syncs in good order; they are Interrupted, and go on at the next start",
  seesProcesses,
  async () => {
    await using sandbox = await startSandbox();
    await using first = await openTestConnectors({ env: { BATON_CONSOLE_PASSPHRASE: "correct horse battery" } });
    const { connector, held, runId, before } = await connectedAndHeldBack(first, sandbox);
    const { id } = connector;
    await first.connectors.close();
    held.release();
    assert.deepEqual(jobPids(), []);
    await using second = await openTestConnectors({
      env: { BATON_CONSOLE_PASSPHRASE: "correct horse battery" },
      dataDir: first.dataDir,
    });
    const { result, failure } = second.connectors.archive.run(runId);
    assert.deepEqual([result, failure?.message], ["Interrupted", "The console ended before this sync did."]);
    assert.equal(sha256(second.connectors.detail(id).currentFile), before);
    const run = await second.ended(id);
    assert.notEqual(run.runId, runId);
    assert.deepEqual([run.result, run.resumed], ["Complete", true]);
  },
);

test("the process of a sync has no secret among its arguments and in its environment", seesProcesses, async () => {
  await using sandbox = await startSandbox();
  const passphrase = "canary passphrase of the store";
  const env = { BATON_API_KEY: sandbox.keys.owner, BATON_CONSOLE_PASSPHRASE: passphrase };
  await using console = await openTestConnectors({ env });
  const { held, connector } = await connectedAndHeldBack(console, sandbox);
  const [pid] = jobPids();
  assert.ok(pid !== undefined);
  const channels = ["cmdline", "environ"].map((name) => ({ name, content: readFileSync(`/proc/${pid}/${name}`) }));
  const { service, owner } = sandbox.keys;
  assert.ok(channels.every(({ content }) => content.length > 0));
  assert.deepEqual(hitsIn(channels, { service, owner, passphrase }), []);
  held.release();
  assert.equal((await console.ended(connector.id)).result, "Complete");
});

test("a partial roster does not take the place of a good file, and can be downloaded; the next good one does", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const connector = await console.connect(sandbox);
  const { id } = connector;
  const before = sha256(connector.currentFile);
  await console.connectors.saveSettings(id, { apiKey: sandbox.keys.member });
  const partial = await console.ended(id);
  const after = console.connectors.detail(id);
  assert.deepEqual([partial.result, after.status], ["Partial roster", "Partial"]);
  assert.equal(after.lastGoodRun?.runId, connector.lastRun?.runId);
  assert.equal(sha256(after.currentFile), before);
  assert.equal(sha256(console.connectors.archive.runFile(partial.runId)?.path ?? null), partial.file?.sha256);
  const putAway = console.connectors.keepOld(id);
  assert.deepEqual([putAway.status, putAway.failure], ["Partial", null], "only the banner goes");
  sandbox.edit.addMember({ user: "newcomer", userName: "New Comer" });
  await console.connectors.saveSettings(id, { apiKey: sandbox.keys.service });
  assert.equal((await console.ended(id)).result, "Complete");
  const { currentFile, status } = console.connectors.detail(id);
  assert.equal(status, "Connected");
  await assertHolds(currentFile ?? "", sandbox);
});

test("where there is no good file yet, a partial one is the current one, and called Partial", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const connector = await console.connect(sandbox, { apiKey: sandbox.keys.member });
  assert.equal(connector.status, "Partial");
  assert.ok(connector.currentFile !== null);
  assert.equal(connector.lastGoodRun?.result, "Partial roster");
});

test("a big drop is held with counts and names; keeping the old file clears the banner, confirming takes it over", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const connector = await console.connect(sandbox);
  const { id } = connector;
  const before = sha256(connector.currentFile);
  const leavers = sandbox.organization.members.slice(20);
  for (const { user } of leavers) sandbox.edit.removeMember(user);
  const held = await console.sync(id);
  assert.equal(held.result, "Held");
  assert.deepEqual(held.drop?.counts[0], { what: "members", before: 120, after: 20 });
  assert.equal(held.drop?.sampleNames.length, 20);
  const gone = new Set(leavers.map(({ userName }) => userName));
  assert.ok(held.drop?.sampleNames.every((name) => gone.has(name)));
  const banner = console.connectors.detail(id);
  assert.deepEqual(
    [banner.status, banner.failure?.state, banner.failure?.title],
    ["Held", "held", "Big change, nothing applied"],
  );
  assert.equal(sha256(banner.currentFile), before);
  const kept = console.connectors.keepOld(id);
  assert.deepEqual([kept.status, kept.failure], ["Connected", null]);
  assert.equal((await console.sync(id)).result, "Held");
  console.connectors.confirmChanges(id);
  const confirmed = await console.ended(id);
  assert.deepEqual([confirmed.startedBy, confirmed.result], ["confirm", "Complete with warnings"]);
  assert.equal(confirmed.totals?.members, 20);
  assert.notEqual(sha256(console.connectors.detail(id).currentFile), before);
});

test("two connectors sync side by side, a third waits and says so; each by itself is cancelled or done", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const held = holdMembers(sandbox);
  const { connectors } = console;
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) {
    const { id } = connectors.create({ mode: "once", owner: "" });
    await connectors.saveSettings(id, settingsOf(sandbox));
    ids.push(id);
  }
  const [one = "", two = "", three = "", four = ""] = ids;
  const waits = ids.map((id) => connectors.detail(id).progress?.isQueued);
  assert.deepEqual(waits, [false, false, true, true]);
  assert.equal((await connectors.cancel(four)).lastRun?.result, "Cancelled");
  held.release();
  for (const id of [one, two, three]) assert.equal((await console.ended(id)).result, "Complete");
});

test("a sync that waits for the budget says until when, and is well afterwards", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { id } = await console.connect(sandbox);
  sandbox.addFault({ kind: "throttle", retryAfter: "2" });
  console.connectors.startSync(id);
  const { waiting } = await console.progress(id, (progress) => progress.waiting !== null);
  const { status, waitingUntilMs } = console.connectors.detail(id);
  assert.equal(status, "Rate limited");
  assert.equal(waitingUntilMs, waiting?.untilMs);
  assert.equal((await console.ended(id)).result, "Complete");
  assert.equal(console.connectors.detail(id).status, "Connected");
});

test("a sync that the budget ends is tried again by itself when it is back", async () => {
  await using sandbox = await startSandbox();
  const clock = new ManualClock(Date.now());
  await using console = await openTestConnectors({ clock });
  const { id } = await console.connect(sandbox);
  // Longer than a sync waits.
  sandbox.addFault({ kind: "throttle", retryAfter: "20000" });
  const limited = await console.sync(id);
  assert.equal(limited.failure?.state, "rate-limited");
  const { status, nextRunAtMs } = console.connectors.detail(id);
  assert.equal(status, "Rate limited");
  assert.ok(nextRunAtMs !== null && nextRunAtMs >= clock.nowMs() + 19_000_000);
  const due = console.next("connector", ({ connector }) => connector.progress !== null);
  clock.advance(nextRunAtMs - clock.nowMs() + 1);
  await due;
  assert.deepEqual([(await console.ended(id)).result, console.connectors.detail(id).nextRunAtMs], ["Complete", null]);
});

test("a schedule starts what is due; what was missed while the console was down is made up for once", async () => {
  await using sandbox = await startSandbox();
  const env = { BATON_CONSOLE_PASSPHRASE: "correct horse battery" };
  const clock = new ManualClock(Date.now());
  await using first = await openTestConnectors({ env, clock });
  const { id } = await first.connect(sandbox, { mode: "schedule" });
  first.connectors.setSchedule(id, { kind: "interval", everyMinutes: 30 });
  const due = first.next("connector", ({ connector }) => connector.progress !== null);
  clock.advance(31 * 60_000);
  await due;
  const scheduled = await first.ended(id);
  assert.deepEqual([scheduled.startedBy, scheduled.result], ["schedule", "Complete"]);
  await first.connectors.close();
  clock.advance(10 * 60 * 60_000);
  await using second = await openTestConnectors({ env, clock, dataDir: first.dataDir });
  assert.equal((await second.ended(id)).startedBy, "schedule");
  assert.equal(second.connectors.archive.page(id, { limit: 50 }).total, 3);
  const [next = 0] = second.connectors.detail(id).nextRunsMs;
  assert.ok(next > clock.nowMs() && next <= clock.nowMs() + 30 * 60_000);
});

test("removing a connector leaves nothing of it on the disk", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { id, currentFile, lastRun } = await console.connect(sandbox);
  const kept = console.connectors.archive.runFile(lastRun?.runId ?? "")?.path ?? "";
  assert.ok(existsSync(kept) && existsSync(currentFile ?? ""));
  await console.connectors.remove(id, console.connectors.detail(id).settings.orgSlug);
  assert.deepEqual([existsSync(kept), existsSync(currentFile ?? "")], [false, false]);
  assert.deepEqual(readdirSync(join(console.dataDir, "connectors")), []);
});

test("a failure after a held run does not take the question away, and it is answered once", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = await console.connect(sandbox);
  for (const { user } of sandbox.organization.members.slice(20)) sandbox.edit.removeMember(user);
  const held = await console.sync(id);
  sandbox.addFault({ kind: "status", status: 401, times: Number.POSITIVE_INFINITY });
  assert.equal((await console.sync(id)).result, "Failed");
  const failed = connectors.detail(id);
  assert.equal(failed.heldRun?.runId, held.runId);
  assert.notEqual(failed.failure?.state, "held");
  assert.equal(connectors.keepOld(id).heldRun?.runId, held.runId, "only the later banner was put away");
  const answered = connectors.keepOld(id, held.runId);
  assert.deepEqual([answered.heldRun, answered.failure], [null, null]);
});
