/** A console that is killed: what its syncs do then, and what the next console makes of what is left. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import type { ConnectorDetail, SettingsSaved } from "../../src/console/contract/connectors.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { assertHolds } from "../e2e/sandbox-run.ts";
import { eventually } from "../support/eventually.ts";
import { startConsole } from "./console-process.ts";
import { holdMembers } from "./hold-members.ts";
import { openTestConnectors, settingsOf } from "./test-connectors.ts";

const env = { BATON_CONSOLE_PASSPHRASE: "correct horse battery" };

/** Signs in and posts, as the page does. */
async function pageOf(link: string, origin: string): Promise<<T>(path: string, body: object) => Promise<T>> {
  const launched = await fetch(link, { redirect: "manual" });
  const cookie = (launched.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const session = await fetch(`${origin}/api/session`, { headers: { cookie } });
  const { csrfToken } = (await session.json()) as { csrfToken: string }; // SessionInfo
  const headers = { cookie, origin, "x-csrf-token": csrfToken, "content-type": "application/json" };
  return async <T>(path: string, body: object) => {
    const answer = await fetch(origin + path, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path} answered ${answer.status}`);
    return (await answer.json()) as T; // what the caller names
  };
}

test("a console is killed in the middle of a sync: the sync stops by itself, and the next console goes on with it", async () => {
  await using sandbox = await startSandbox();
  const held = holdMembers(sandbox);
  await using console = await startConsole([], env);
  const post = await pageOf(console.link, console.origin);
  const { id } = await post<ConnectorDetail>("/api/connectors", { mode: "once", owner: "" });
  const { runId } = await post<SettingsSaved>(`/api/connectors/${id}/settings`, settingsOf(sandbox));
  await held.isAsked;
  const lock = join(console.dataDir, "connectors", id, "working.c1z.lock");
  assert.ok(existsSync(lock), "the sync is under way");
  process.kill(console.pid, "SIGKILL");
  // The sync gives its file back, which it does only when it ends in good order.
  await eventually(() => !existsSync(lock), { what: "a lock that is given back" });
  held.release();
  await using next = await openTestConnectors({ env, dataDir: console.dataDir });
  const run = next.connectors.archive.run(runId ?? "");
  assert.equal(run.result, "Interrupted");
  assert.deepEqual([run.failure?.state, run.failure?.message], ["stopped", "The console ended before this sync did."]);
  const again = await next.ended(id);
  assert.deepEqual([again.result, again.resumed], ["Complete", true]);
  await assertHolds(next.connectors.detail(id).currentFile ?? "", sandbox);
});

test("a sync that was done before its console could write that down is found to be done", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestConnectors({ env });
  const { id, lastRun } = await first.connect(sandbox);
  await first.connectors.close();
  const db = new DatabaseSync(join(first.dataDir, "console.sqlite"));
  // As a console leaves it that dies between the end of the sync and its own next step.
  db.exec("update runs set ended_at_ms = null, result = null, file_sha256 = null, file_bytes = null");
  db.exec("update connectors set current_run_id = null");
  db.close();
  await using second = await openTestConnectors({ env, dataDir: first.dataDir });
  const { status, lastGoodRun } = second.connectors.detail(id);
  assert.equal(status, "Connected");
  assert.deepEqual(
    [lastGoodRun?.runId, lastGoodRun?.result, lastGoodRun?.file],
    [lastRun?.runId, "Complete", lastRun?.file],
  );
});

test("the command of the jobs is in no help text, and tells a person what to run instead", async () => {
  using scratch = scratchDirectory();
  const help = await runProgram(["--help"], { cwd: scratch.path });
  assert.match(help.stdout, /^ {2}console /m);
  assert.doesNotMatch(help.stdout, /console-worker/);
  const completion = await runProgram(["completion", "bash"], { cwd: scratch.path });
  assert.doesNotMatch(completion.stdout, /console-worker/);
  const byHand = await runProgram(["console-worker"], { cwd: scratch.path });
  assert.notEqual(byHand.code, 0);
  assert.match(byHand.stderr, /Run baton-cloudsmith console/);
});
