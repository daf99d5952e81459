/** The link to C1 and the service, against a stand-in for C1 with real certificates, signatures and uploads. */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type StandInC1, startStandInC1 } from "../../../sandbox/c1/stand-in.ts";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { openTestConnectors, settingsOf, type TestConnectors } from "../../../test/console/test-connectors.ts";
import { toEnd } from "../../reviews/to-end.ts";
import { BatonError } from "../../sdk/errors.ts";
import type { TestState } from "../contract/connectors.ts";
import type { SettingsInput } from "../contract/inputs.ts";

const scratch = mkdtempSync(join(tmpdir(), "console-service-"));
after(() => rmSync(scratch, { recursive: true }));
const passphrase = { BATON_CONSOLE_PASSPHRASE: "correct horse battery" };

async function openFor(c1: StandInC1, more: { readonly dataDir?: string } = {}): Promise<TestConnectors> {
  return await openTestConnectors({ env: { BATON_C1_API_HOST: c1.host, ...passphrase }, ...more });
}

async function serviceFor(
  console: TestConnectors,
  sandbox: Sandbox,
  c1: StandInC1,
  input: SettingsInput = {},
): Promise<string> {
  const caFile = join(scratch, "ca.pem");
  writeFileSync(caFile, c1.certificates.authority);
  const { clientId: c1ClientId, clientSecret: c1ClientSecret } = c1.tokens.credentials;
  const { id } = console.connectors.create({ mode: "service", owner: "" });
  await console.connectors.saveSettings(id, settingsOf(sandbox, { c1ClientId, c1ClientSecret, caFile, ...input }));
  return id;
}

async function testC1(console: TestConnectors, id: string): Promise<TestState> {
  const { testId } = await console.connectors.startC1Test(id);
  const state = console.connectors.test(id);
  if (state?.testId === testId && state.isDone) return state;
  return (await console.next("test", (event) => event.test.testId === testId && event.test.isDone)).test;
}

test("the link is tested with token and introduction; a wrong secret and a host that is not C1 are told apart", async () => {
  await using sandbox = await startSandbox();
  await using c1 = await startStandInC1({ uploadDirectory: scratch });
  await using other = await startStandInC1({ uploadDirectory: scratch });
  await using console = await openFor(c1);
  const id = await serviceFor(console, sandbox, c1);
  const good = await testC1(console, id);
  assert.deepEqual(
    good.lines.map((line) => `${line.id} ${line.outcome}`),
    ["c1-token pass", "c1-hello pass"],
  );
  assert.equal(good.failure, null);
  await console.connectors.saveSettings(id, { c1ClientSecret: other.tokens.credentials.clientSecret });
  const wrong = await testC1(console, id);
  assert.deepEqual(
    wrong.lines.map((line) => `${line.id} ${line.outcome}`),
    ["c1-token fail", "c1-hello skip"],
  );
  assert.equal(wrong.failure?.code, "C1-TOKEN");
  await console.connectors.saveSettings(id, { caFile: "" });
  assert.equal((await testC1(console, id)).failure?.code, "C1-TOKEN-UNAVAILABLE");
});

test("the service connects, syncs and uploads when C1 asks, shows the task, and stops in good order", async () => {
  await using sandbox = await startSandbox();
  const uploadDirectory = mkdtempSync(join(scratch, "uploads-"));
  await using c1 = await startStandInC1({ uploadDirectory });
  await using console = await openFor(c1);
  const { connectors } = console;
  const id = await serviceFor(console, sandbox, c1);
  const connected = console.next("service", ({ service }) => service.connectedSinceMs !== null);
  assert.ok((await connectors.startService(id)).isRunning);
  const { service } = await connected;
  assert.ok(service.hostId !== null && service.lastContactMs !== null);
  assert.equal(connectors.detail(id).status, "Connected");

  const done = console.next("service", (event) => event.service.lastTask !== null);
  c1.addTask({ taskType: { case: "syncFull", value: {} } });
  const task = (await done).service.lastTask;
  assert.deepEqual([task?.kind, task?.result], ["sync", "done"]);
  assert.equal(readdirSync(uploadDirectory).length, 1);
  const [run] = connectors.archive.page(id, { limit: 5 }).rows;
  assert.deepEqual([run?.startedBy, run?.result], ["c1", "Complete"]);
  assert.ok(toEnd(connectors.logs.page(id, { runId: run?.runId, limit: 100 })).total > 0);

  const paused = await connectors.pause(id);
  assert.deepEqual([paused.status, paused.service?.isRunning], ["Paused", false]);
  const resumed = console.next("service", (event) => event.service.connectedSinceMs !== null);
  assert.equal(connectors.resume(id).service?.isRunning, true);
  await resumed;

  const stopped = await connectors.stopService(id);
  assert.deepEqual([stopped.isRunning, stopped.connectedSinceMs], [false, null]);
});

test("a service that is killed is started again, and one that ran is after a restart of the console", async () => {
  await using sandbox = await startSandbox();
  await using c1 = await startStandInC1({ uploadDirectory: scratch });
  await using first = await openFor(c1);
  const id = await serviceFor(first, sandbox, c1);
  const connected = first.next("service", ({ service }) => service.connectedSinceMs !== null);
  await first.connectors.startService(id);
  await connected;
  const pid = workerPid();
  if (pid !== undefined) {
    const lost = first.next("service", ({ service }) => service.failure !== null);
    const again = first.next("service", ({ service }) => service.connectedSinceMs !== null && service.failure === null);
    process.kill(pid, "SIGKILL");
    assert.match((await lost).service.failure?.message ?? "", /SIGKILL/);
    await again;
  }
  await first.connectors.close();
  await using second = await openFor(c1, { dataDir: first.dataDir });
  const state = second.connectors.detail(id).service;
  assert.equal(state?.isRunning, true);
  if (state.connectedSinceMs === null) await second.next("service", ({ service }) => service.connectedSinceMs !== null);
  await second.connectors.stopService(id);
});

test("a service without its settings is refused in words", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { id } = console.connectors.create({ mode: "service", owner: "" });
  await console.connectors.saveSettings(id, settingsOf(sandbox));
  const isNotSetUp = (caught: unknown): boolean => caught instanceof BatonError && caught.code === "CONSOLE-NOT-SET-UP";
  await assert.rejects(console.connectors.startService(id), isNotSetUp);
  await assert.rejects(console.connectors.startC1Test(id), isNotSetUp);
  assert.equal(console.connectors.detail(id).status, "Not set up");
});

/** The process of the service, where processes can be looked at. */
function workerPid(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  const pid = children.find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("console-worker"));
  return pid === undefined ? undefined : Number(pid);
}
