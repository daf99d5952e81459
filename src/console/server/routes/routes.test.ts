/** What connectors, runs and logs look like over HTTP, what is written down of it, and that no secret comes along. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { startStandInC1 } from "../../../../sandbox/c1/stand-in.ts";
import { startSandbox } from "../../../../sandbox/server.ts";
import { openTestConnectors, settingsOf } from "../../../../test/console/test-connectors.ts";
import { type Reply, type SignedIn, startWebServer } from "../../../../test/console/web-server.ts";
import { auditLines } from "../../../../test/support/audit-lines.ts";
import { filesBelow, hitsIn } from "../../../../test/trust/secret-forms.ts";
import { type ConnectorDetail, deployTargets, type SettingsSaved } from "../../contract/connectors.ts";
import type { FailureBody } from "../../contract/failures.ts";
import type { LogPage, RunSummary, RunsPage } from "../../contract/runs.ts";

const bodyOf = <T>({ body, status }: Reply, expected = 200): T => {
  assert.equal(status, expected, body);
  return JSON.parse(body) as T; // what the test asserts
};
const failureIn = (reply: Reply, status: number): FailureBody["error"] => bodyOf<FailureBody>(reply, status).error;

async function add(page: SignedIn): Promise<string> {
  return bodyOf<ConnectorDetail>(await page.post("/api/connectors", { mode: "once", owner: "Ada" })).id;
}

test("the whole way over HTTP: add, test, save, sync, history, file with its hash, logs, schedule, remove", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  await using web = await startWebServer({ connectors: console.connectors });
  const page = await web.signIn();
  const id = await add(page);
  const path = `/api/connectors/${id}`;
  const tested = console.next("test", (event) => event.test.isDone);
  bodyOf(await page.post(`${path}/test`, settingsOf(sandbox)));
  await tested;
  assert.equal((await page.json<{ isDone: boolean }>(`${path}/test`)).isDone, true);
  const { runId } = bodyOf<SettingsSaved>(await page.post(`${path}/settings`, settingsOf(sandbox)));
  const again = failureIn(await page.post(`${path}/sync`, {}), 409);
  assert.deepEqual([again.code, again.facts], ["CONSOLE-RUNNING", [["Run", runId]]]);
  await console.ended(id);
  const { connectors: listed } = await page.json<{ connectors: ConnectorDetail[] }>("/api/connectors");
  assert.deepEqual(
    listed.map(({ status }) => status),
    ["Connected"],
  );
  const { rows: runs } = await page.json<RunsPage>(`${path}/runs?limit=10`);
  assert.equal(runs[0]?.runId, runId);
  assert.equal((await page.json<RunSummary>(`/api/runs/${runId}`)).result, "Complete");
  const file = await fetch(`${web.origin}/api/runs/${runId}/file`, { headers: { cookie: page.cookie } });
  const bytes = Buffer.from(await file.arrayBuffer());
  assert.equal(file.headers.get("x-content-sha256"), createHash("sha256").update(bytes).digest("hex"));
  assert.equal(file.headers.get("x-content-sha256"), runs[0].file?.sha256);
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename="sandbox-org-[\dT-]+Z\.c1z"$/);
  const logs = await page.json<LogPage>(`${path}/logs?level=info&q=sync%20complete&limit=5`);
  assert.equal(logs.total, 1);
  const download = (await page.get(`${path}/logs/download`)).body.trimEnd().split("\n");
  assert.equal(download.length, (await page.json<LogPage>(`${path}/logs`)).total);
  const preview = "/api/schedule-preview?kind=cron&expression=0+6+*+*+*&timeZone=Europe/Berlin";
  assert.equal((await page.json<{ nextRunsMs: number[] }>(preview)).nextRunsMs.length, 3);
  const schedule = { kind: "interval", everyMinutes: 45 };
  assert.deepEqual(bodyOf<ConnectorDetail>(await page.post(`${path}/schedule`, schedule)).schedule, schedule);
  assert.equal(bodyOf<ConnectorDetail>(await page.post(`${path}/pause`, {})).status, "Paused");
  assert.equal(bodyOf<ConnectorDetail>(await page.post(`${path}/resume`, {})).status, "Connected");
  bodyOf(await page.post(`${path}/sync`, {}), 202);
  bodyOf(await page.post(`${path}/cancel`, {}));
  await console.sync(id);
  bodyOf(await page.post(`${path}/keep-old`, {}));
  bodyOf(await page.post(`${path}/confirm-changes`, {}), 202);
  await console.ended(id);
  bodyOf(await page.post(`${path}/settings`, { owner: "Grace" }));
  await console.ended(id);
  assert.equal(failureIn(await page.post(`${path}/remove`, { slug: "another" }), 400).code, "CONSOLE-SETTING");
  bodyOf(await page.post(`${path}/remove`, { slug: sandbox.organization.slug }));
  assert.equal(failureIn(await page.get(path), 404).code, "CONSOLE-NO-CONNECTOR");

  const lines = auditLines(console.dataDir);
  assert.deepEqual([...new Set(lines.map(({ action }) => action))].toSorted(), [
    "cancel",
    "confirm-changes",
    "connector-added",
    "connector-removed",
    "file-downloaded",
    "keep-old",
    "key-replaced",
    "log-downloaded",
    "pause",
    "resume",
    "schedule",
    "settings-changed",
    "sync",
    "test",
  ]);
  const ofSync = lines.filter(({ action }) => action === "sync").map(({ result }) => result);
  assert.deepEqual(ofSync, ["requested", "failed: CONSOLE-RUNNING", "requested", "done"]);
  const changed = lines.find(({ action }) => action === "key-replaced");
  assert.deepEqual(changed?.details, { settings: ["apiKey", "baseUrl", "orgSlug"] });
});

test("what an address does not take is refused, without quoting it", async () => {
  await using console = await openTestConnectors();
  await using web = await startWebServer({ connectors: console.connectors });
  const page = await web.signIn();
  const id = await add(page);
  const path = `/api/connectors/${id}`;
  for (const [address, body] of [
    ["/api/connectors", { mode: "never", owner: "" }],
    ["/api/connectors", { mode: "once" }],
    [`${path}/settings`, { apiKey: 7 }],
    [`${path}/settings`, { apikey: "canary-canary" }],
    [`${path}/settings`, { owner: "x".repeat(5000) }],
    [`${path}/schedule`, { kind: "interval" }],
    [`${path}/sync`, { force: "yes" }],
    [`${path}/pause`, { now: true }],
  ] as const) {
    const failure = failureIn(await page.post(address, body), 400);
    assert.equal(failure.code, "CONSOLE-BAD-REQUEST", address);
    assert.ok(!JSON.stringify(failure).includes("canary"));
  }
  assert.equal(
    failureIn(await page.post(`${path}/schedule`, { kind: "interval", everyMinutes: 5 }), 400).code,
    "CONSOLE-SCHEDULE",
  );
  assert.equal(failureIn(await page.get(`${path}/deploy?target=moon`), 400).code, "CONSOLE-BAD-REQUEST");
  assert.equal(failureIn(await page.get(`${path}/logs?level=all`), 400).code, "CONSOLE-BAD-REQUEST");
});

test("an action that cannot be written down is refused, and is not done", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = await console.connect(sandbox);
  await using web = await startWebServer({ connectors });
  const page = await web.signIn();
  const path = `/api/connectors/${id}`;
  const before = connectors.detail(id);
  // As if the disk had gone: nothing can be written through it any more.
  connectors.audit.close();
  for (const [address, body] of [
    ["/api/connectors", { mode: "once", owner: "" }],
    ["/api/sample", {}],
    [`${path}/settings`, { owner: "Eve" }],
    [`${path}/test`, {}],
    [`${path}/sync`, {}],
    [`${path}/cancel`, {}],
    [`${path}/pause`, {}],
    [`${path}/keep-old`, {}],
    [`${path}/confirm-changes`, {}],
    [`${path}/schedule`, { kind: "manual" }],
    [`${path}/service/start`, {}],
    [`${path}/remove`, { slug: "" }],
  ] as const) {
    assert.equal(failureIn(await page.post(address, body), 422).code, "CONSOLE-AUDIT", address);
  }
  assert.equal(failureIn(await page.get(`/api/runs/${before.lastRun?.runId}/file`), 422).code, "CONSOLE-AUDIT");
  assert.deepEqual(connectors.detail(id), before);
  assert.equal(connectors.list().length, 1);
});

test("no secret is in any answer, event, log line or file, in any of its forms", async () => {
  await using sandbox = await startSandbox();
  await using c1 = await startStandInC1({ uploadDirectory: "/nowhere" });
  const passphrase = "canary passphrase of the store";
  await using console = await openTestConnectors({ env: { BATON_CONSOLE_PASSPHRASE: passphrase } });
  await using web = await startWebServer({ connectors: console.connectors });
  const page = await web.signIn();
  const { clientId: c1ClientId, clientSecret: c1ClientSecret } = c1.tokens.credentials;
  const wrongKey = `csa_${"fedcba9876".repeat(3)}WrOnGk`;
  const secrets = { key: sandbox.keys.service, wrongKey, passphrase, secret: c1ClientSecret.split(":").at(-1) ?? "" };
  const id = await add(page);
  const path = `/api/connectors/${id}`;
  const answers: Reply[] = [];
  const post = async (address: string, body: object): Promise<void> => {
    answers.push(await page.post(address, body));
  };
  await post(`${path}/settings`, settingsOf(sandbox, { apiKey: ` Bearer ${wrongKey}` }));
  await console.ended(id);
  await post(`${path}/test`, settingsOf(sandbox, { c1ClientId, c1ClientSecret }));
  await post(`${path}/settings`, settingsOf(sandbox, { c1ClientId, c1ClientSecret }));
  await console.ended(id);
  await post(`${path}/settings`, { apiKey: `${sandbox.keys.service} and more` });
  await post(`${path}/settings`, { orgSlug: sandbox.keys.service, proxy: `http://a:${wrongKey}@b` });
  await post(`${path}/c1-test`, {});
  await post(`${path}/sync`, {});
  await console.ended(id);
  const runs = await page.json<RunsPage>(`${path}/runs`);
  for (const address of [
    "/api/session",
    "/api/connectors",
    path,
    `${path}/found-settings`,
    `${path}/test`,
    `${path}/runs`,
    `${path}/logs?limit=500`,
    `${path}/logs/download`,
    ...runs.rows.map(({ runId }) => `/api/runs/${runId}`),
    ...deployTargets.map((target) => `${path}/deploy?target=${target}`),
  ]) {
    answers.push(await page.get(address));
  }
  assert.ok(answers.length > 20);
  assert.ok(
    answers.some(({ body }) => body.includes("Complete")),
    "there is something to look at",
  );
  // The last four characters are shown on purpose; the tail of eight that the search knows is more than that.
  const channels = [
    ...answers.map(({ body }, i) => ({ name: `answer ${i}`, content: body })),
    ...console.events.map((event, i) => ({ name: `event ${i} ${event.type}`, content: JSON.stringify(event) })),
    ...filesBelow(console.dataDir),
  ];
  assert.deepEqual(hitsIn(channels, secrets), []);
  assert.ok(hitsIn([{ name: "a plant", content: `x${sandbox.keys.service}` }], secrets).length > 0);
});
