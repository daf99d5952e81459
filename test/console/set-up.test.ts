/** From nothing to Connected: settings, the test with its lines, the first sync, and what is there afterwards. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expectedCounts } from "../../sandbox/organization.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { mayGoTo } from "../../src/console/connectors/found-settings.ts";
import { RunningError } from "../../src/console/failures/running-error.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { assertHolds } from "../e2e/sandbox-run.ts";
import { readStoredRows } from "../e2e/stored-rows.ts";
import { openTestWorkshop, settingsOf } from "./test-workshop.ts";

const isCode = (code: string) => (caught: unknown) => caught instanceof BatonError && caught.code === code;

test("a new connector is tested line by line, saved, synced, and Connected; the file holds the organization", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestWorkshop();
  const { workshop } = console;
  const { id, status } = workshop.create({ mode: "once", owner: " Ada Lovelace " });
  assert.equal(status, "Not set up");

  const tested = await console.test(id, settingsOf(sandbox));
  assert.deepEqual(
    tested.lines.map((line) => `${line.id} ${line.outcome}`),
    ["host pass", "key pass", "organization pass", "members pass", "teams pass", "roster pass"],
  );
  assert.equal(tested.failure, null);
  assert.deepEqual(tested.keyOwner, { slug: "baton-sync", name: "Baton Sync", kind: "service" });
  const shown = console.events.flatMap((event) =>
    event.type === "test" ? [event.test.lines.map((l) => l.outcome)] : [],
  );
  assert.ok(
    shown.some((outcomes) => outcomes.includes("running") && outcomes.includes("waiting")),
    "live",
  );
  assert.equal(workshop.detail(id).status, "Not set up", "a test keeps nothing");

  const { connector, runId, notices } = await workshop.saveSettings(id, settingsOf(sandbox));
  assert.deepEqual(notices, []);
  assert.equal(connector.owner, "Ada Lovelace");
  assert.ok(runId !== null);
  assert.throws(
    () => workshop.startSync(id),
    (caught) => caught instanceof RunningError && caught.runId === runId,
  );
  const run = await console.ended(id);
  const counts = expectedCounts(sandbox.organization);
  assert.deepEqual([run.runId, run.result, run.startedBy], [runId, "Complete", "setup"]);
  assert.deepEqual(run.totals, {
    members: counts.members,
    activeMembers: counts.active,
    inactiveMembers: counts.inactive,
    teams: counts.teams,
    entitlements: 4 + counts.teams * 2,
    grants: counts.members + counts.teamMemberships + counts.teamManagerMemberships,
  });
  const after = workshop.detail(id);
  assert.deepEqual([after.status, after.name, after.failure], ["Connected", "Sandbox Organization", null]);
  assert.deepEqual(after.key?.owner, tested.keyOwner);
  assert.equal(after.key?.lastFour, sandbox.keys.service.slice(-4));
  assert.ok(after.currentFile !== null);
  for (const name of readdirSync(console.dataDir, { recursive: true, encoding: "utf8" })) {
    assert.equal(statSync(join(console.dataDir, name)).mode & 0o077, 0, `${name} is open to others`);
  }
  await assertHolds(after.currentFile, sandbox);
  const kept = workshop.archive.runFile(runId);
  assert.ok(kept);
  assert.equal(createHash("sha256").update(readFileSync(kept.path)).digest("hex"), run.file?.sha256);
  const words = console.events.flatMap((event) => (event.type === "connector" ? [event.connector.status] : []));
  assert.deepEqual(
    words.filter((word, i) => word !== words[i - 1]),
    ["Not set up", "Testing", "Not set up", "Syncing", "Connected"],
  );
});

test("while it syncs, phases come in order with counts, requests and the budget", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1300, teams: 30 }, latencyMs: 20 });
  await using console = await openTestWorkshop();
  const { id } = await console.connect(sandbox);
  const told = console.events.flatMap((event) => (event.type === "progress" ? [event.progress] : []));
  const order = ["organization", "members", "teams", "roles", "memberships", "writing file"];
  const phases = told.map(({ phase }) => order.indexOf(phase));
  assert.deepEqual(
    phases,
    phases.toSorted((a, b) => a - b),
  );
  const last = told.at(-1);
  assert.deepEqual([last?.phase, last?.members, last?.teams], ["writing file", 1300, 30]);
  assert.equal(last?.requests, console.workshop.detail(id).lastRun?.requests);
  assert.equal(last?.rateLimit?.limit, 1_000_000);
  assert.equal(last?.fraction, null, "nothing to guess by");

  await console.sync(id);
  const again = console.events
    .flatMap((event) => (event.type === "progress" ? [event.progress] : []))
    .slice(told.length);
  const guesses = again.flatMap(({ fraction }) => fraction ?? []);
  assert.ok(guesses.length > 0 && guesses.every((guess) => guess >= 0 && guess <= 1));
  assert.ok(again.some(({ secondsLeft }) => secondsLeft !== null));
});

test("what is pasted is mended, and said to be; what cannot be is refused before anything is kept", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestWorkshop();
  const { workshop } = console;
  const { id } = workshop.create({ mode: "schedule", owner: "" });
  const input = {
    orgSlug: "https://app.cloudsmith.com/sandbox-org/settings",
    apiKey: ` Bearer ${sandbox.keys.service}\n`,
  };
  const { connector, notices } = await workshop.saveSettings(id, { ...input, baseUrl: sandbox.baseUrl });
  assert.equal(connector.settings.orgSlug, "sandbox-org");
  assert.equal(notices.length, 3);
  for (const part of [/slug sandbox-org/, /white space/, /'Bearer'/])
    assert.ok(
      notices.some((text) => part.test(text)),
      String(part),
    );
  assert.equal((await console.ended(id)).result, "Complete");
  assert.deepEqual(workshop.detail(id).schedule, { kind: "interval", everyMinutes: 360 });

  for (const [wrong, code] of [
    [{ orgSlug: "two words" }, "CS-CONFIG-ORG-SLUG"],
    [{ apiKey: "two words" }, "CS-CONFIG-API-KEY"],
    [{ baseUrl: "http://elsewhere.example" }, "CS-CONFIG-BASE-URL"],
    [{ caFile: "/nowhere/ca.pem" }, "CONSOLE-SETTING"],
    [{ proxy: "http://ada:secret@proxy.example" }, "CONSOLE-SETTING"],
    [{ keySource: "environment" }, "CONSOLE-KEY-GONE"],
  ] as const) {
    await assert.rejects(workshop.saveSettings(id, wrong), isCode(code));
  }
  assert.deepEqual(workshop.detail(id).settings, connector.settings);
  assert.throws(() => workshop.detail("none"), isCode("CONSOLE-NO-CONNECTOR"));
});

test("a key of another shape is taken with a hint", async () => {
  await using console = await openTestWorkshop();
  const { workshop } = console;
  const { id } = workshop.create({ mode: "service", owner: "" });
  const { notices, runId } = await workshop.saveSettings(id, {
    apiKey: "an-older-key-of-another-shape",
    orgSlug: "acme",
  });
  assert.match(notices[0] ?? "", /Older keys differ/);
  assert.equal(runId, null, "a service is started, not synced");
});

test("keys and slugs of this machine are offered by the name of their source, used, and not stored", async () => {
  await using sandbox = await startSandbox();
  const { keys } = sandbox;
  await using console = await openTestWorkshop({
    env: {
      BATON_API_KEY: keys.service,
      CLOUDSMITH_API_KEY: "not usable at all",
      CLOUDSMITH_ORG: "sandbox-org",
      BATON_BASE_URL: sandbox.baseUrl,
    },
  });
  const { workshop, dataDir } = console;
  const folder = join(dataDir, "..", ".cloudsmith");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "credentials.ini"),
    `# a comment\n[default]\napi_key = ${keys.owner}\n[profile:x]\napi_key=${keys.member}\n`,
  );
  writeFileSync(join(folder, "config.ini"), "[default]\norganization: sandbox-org\n");
  const { id } = workshop.create({ mode: "once", owner: "" });
  const found = workshop.foundSettings(id);
  assert.deepEqual(
    found.keys.map(({ source, lastFour }) => [source, lastFour]),
    [
      ["environment", keys.service.slice(-4)],
      ["cloudsmith-cli", keys.owner.slice(-4)],
    ],
  );
  assert.deepEqual(
    found.slugs.map(({ slug }) => slug),
    ["sandbox-org", "sandbox-org"],
  );
  const common = { orgSlug: "sandbox-org", baseUrl: sandbox.baseUrl };
  await workshop.saveSettings(id, { ...common, keySource: "cloudsmith-cli" });
  assert.equal((await console.ended(id)).result, "Complete");
  const { key } = workshop.detail(id);
  assert.deepEqual([key?.source, key?.storage], ["cloudsmith-cli", "not-stored"]);
  assert.match(key?.sourceName ?? "", /credentials\.ini$/);
  writeFileSync(join(folder, "credentials.ini"), "");
  const run = await console.sync(id);
  assert.equal(run.errorCode, "CONSOLE-KEY-GONE");
});

test("everything is still there after a restart: connectors, keys, history, logs, schedule and pause", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestWorkshop();
  const { id } = await first.connect(sandbox);
  first.workshop.setSchedule(id, { kind: "cron", expression: "0 6 * * 1-5", timeZone: "Europe/Berlin" });
  await first.workshop.pause(id);
  const before = first.workshop.detail(id);
  const logged = first.workshop.logs.page(id, { limit: 500 });
  assert.equal(before.status, "Paused");
  assert.equal(before.key?.storage, "encrypted");
  assert.ok(logged.total > 5);
  await first.workshop.close();
  {
    await using second = await openTestWorkshop({ dataDir: first.dataDir });
    const { workshop } = second;
    assert.deepEqual(workshop.detail(id), before);
    assert.deepEqual(workshop.logs.page(id, { limit: 500 }), logged);
    assert.deepEqual(workshop.detail(id).nextRunsMs, []);
    assert.equal(workshop.resume(id).nextRunsMs.length, 3);
    assert.equal((await second.sync(id)).result, "Complete");
    assert.deepEqual(
      workshop.archive.page(id, { limit: 1 }).runs.map(({ startedBy }) => startedBy),
      ["person"],
    );
    const page = workshop.archive.page(id, { limit: 1 });
    assert.ok(page.next !== null);
    assert.equal(workshop.archive.page(id, { limit: 1, before: page.next }).runs[0]?.startedBy, "setup");
    await workshop.remove(id);
    assert.deepEqual(workshop.list(), []);
    assert.throws(() => workshop.archive.run(page.runs[0]?.runId ?? ""), isCode("CONSOLE-NO-RUN"));
  }
});

test("the sample is Connected in one step, and the same one after a restart", async () => {
  await using first = await openTestWorkshop();
  const { id, isSample } = await first.workshop.startSample();
  assert.ok(isSample);
  const run = await first.ended(id);
  assert.equal(run.result, "Complete");
  assert.equal(first.workshop.detail(id).status, "Connected");
  assert.equal((await first.workshop.startSample()).id, id);
  await first.workshop.close();
  {
    await using second = await openTestWorkshop({ dataDir: first.dataDir });
    assert.equal(second.workshop.detail(id).status, "Connected");
    const again = await second.sync(id);
    assert.deepEqual([again.result, again.totals], ["Complete", run.totals]);
    assert.equal((await second.test(id)).failure, null);
  }
});

test("a key that was kept in memory is asked for again after a restart, in words", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestWorkshop({ keysInMemory: true });
  const { id } = await first.connect(sandbox);
  assert.equal(first.workshop.keyStorage, "memory");
  await first.workshop.close();
  {
    await using second = await openTestWorkshop({ keysInMemory: true, dataDir: first.dataDir });
    assert.equal(second.workshop.detail(id).status, "Not set up");
    const run = await second.sync(id);
    assert.deepEqual(
      [run.result, run.errorCode, run.errorTitle],
      ["Failed", "CONSOLE-KEY-GONE", "The API key must be entered again"],
    );
    await second.workshop.saveSettings(id, { apiKey: sandbox.keys.service });
    assert.equal((await second.ended(id)).result, "Complete");
  }
});

for (const [what, change] of [
  ["another port", { port: "1" }],
  ["another name of this machine", { hostname: "localhost" }],
  ["another scheme", { protocol: "https:" }],
  ["another path", { pathname: "/v2" }],
] as const) {
  test(`${what} in the base URL asks for the key again, in a test as well, and the stored one stays where it was`, async () => {
    await using sandbox = await startSandbox();
    await using console = await openTestWorkshop();
    const { workshop } = console;
    const { id } = await console.connect(sandbox);
    const url = new URL(sandbox.baseUrl);
    Object.assign(url, change);
    const baseUrl = url.href;
    await assert.rejects(workshop.saveSettings(id, { baseUrl }), isCode("CONSOLE-OTHER-HOST"));
    await assert.rejects(workshop.startTest(id, { baseUrl }), isCode("CONSOLE-OTHER-HOST"));
    assert.equal(workshop.detail(id).settings.baseUrl, sandbox.baseUrl);
    await workshop.saveSettings(id, { baseUrl: `${sandbox.baseUrl}/`, owner: "Grace" });
    assert.equal((await console.ended(id)).result, "Complete", "the same address, written otherwise");
    await workshop.saveSettings(id, { baseUrl, apiKey: sandbox.keys.service });
    assert.equal(workshop.detail(id).settings.baseUrl, baseUrl.replace(/\/$/, ""));
    await workshop.cancel(id);
    await assert.rejects(workshop.saveSettings(id, { baseUrl: sandbox.baseUrl }), isCode("CONSOLE-OTHER-HOST"));
  });
}

test("a key of this machine goes to Cloudsmith's hosts and to the one that the environment names, nowhere else", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestWorkshop({ env: { CLOUDSMITH_API_KEY: sandbox.keys.service } });
  const { workshop } = console;
  const { id } = workshop.create({ mode: "once", owner: "" });
  const input = { orgSlug: "sandbox-org", keySource: "environment" } as const;
  for (const baseUrl of [sandbox.baseUrl, "https://api.cloudsmith.io.evil.example/v1", "https://notcloudsmith.io/v1"]) {
    await assert.rejects(workshop.startTest(id, { ...input, baseUrl }), isCode("CONSOLE-OTHER-HOST"));
    await assert.rejects(workshop.saveSettings(id, { ...input, baseUrl }), isCode("CONSOLE-OTHER-HOST"));
  }
  for (const baseUrl of ["https://api.cloudsmith.io/v1", "https://api.cloudsmith.com"]) {
    assert.ok(mayGoTo(baseUrl, {}), baseUrl);
    assert.ok(!mayGoTo(baseUrl.replace("https:", "http:"), {}), "never in the clear");
  }
});

test("the secret of C1 goes to the host of the client id that it was entered with, and to no other", async () => {
  await using console = await openTestWorkshop();
  const { workshop } = console;
  const { id } = workshop.create({ mode: "service", owner: "" });
  const c1ClientId = "name@tenant.conductor.one/cc";
  await workshop.saveSettings(id, { c1ClientId, c1ClientSecret: "secret-of-c1" });
  const other = { c1ClientId: "name@elsewhere.example/cc" };
  await assert.rejects(workshop.saveSettings(id, other), isCode("CONSOLE-OTHER-HOST"));
  assert.equal(workshop.detail(id).settings.c1ClientId, c1ClientId);
  await workshop.saveSettings(id, { ...other, c1ClientSecret: "another-secret" });
  assert.equal(workshop.detail(id).settings.c1ClientId, other.c1ClientId);
});

test("what is tried in a set-up is kept as a draft, over a restart as well; a later test changes nothing", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestWorkshop();
  const { id } = first.workshop.create({ mode: "once", owner: "Ada" });
  await first.test(id, settingsOf(sandbox, { timeoutSeconds: 20 }));
  const draft = first.workshop.detail(id);
  assert.deepEqual([draft.status, draft.orgSlug, draft.settings.timeoutSeconds], ["Not set up", "sandbox-org", 20]);
  await first.workshop.close();
  {
    await using second = await openTestWorkshop({ dataDir: first.dataDir });
    assert.deepEqual(
      second.workshop.list().map((one) => [one.orgSlug, one.lastRun]),
      [["sandbox-org", null]],
    );
    assert.equal((await second.test(id)).failure, null, "its key is there");
    await second.workshop.saveSettings(id, {});
    assert.equal((await second.ended(id)).result, "Complete");
    await second.test(id, { apiKey: "another-key-of-nobody", orgSlug: "elsewhere" });
    assert.equal(second.workshop.detail(id).orgSlug, "sandbox-org");
  }
});

test("a set-up that was given up leaves nothing: not in the list, and gone after a restart", async () => {
  await using first = await openTestWorkshop();
  const { id } = first.workshop.create({ mode: "once", owner: "Ada" });
  assert.deepEqual(first.workshop.list(), []);
  assert.equal(first.workshop.detail(id).owner, "Ada", "whoever is still at it finds it");
  await first.workshop.close();
  {
    await using second = await openTestWorkshop({ dataDir: first.dataDir });
    assert.throws(() => second.workshop.detail(id), isCode("CONSOLE-NO-CONNECTOR"));
  }
});

test("a schedule that cannot run says why and lists no next runs; a new connector can be given one", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestWorkshop({ keysInMemory: true });
  const { workshop } = first;
  const schedule = { kind: "cron", expression: "0 6 * * *", timeZone: "Europe/Berlin" } as const;
  const { id, scheduleProblem, nextRunsMs } = workshop.create({ mode: "schedule", owner: "", schedule });
  assert.deepEqual([scheduleProblem, nextRunsMs], ["not-set-up", []]);
  await workshop.saveSettings(id, settingsOf(sandbox));
  await first.ended(id);
  const able = workshop.detail(id);
  assert.deepEqual([able.schedule, able.scheduleProblem, able.nextRunsMs.length], [schedule, null, 3]);
  await workshop.close();
  {
    await using second = await openTestWorkshop({ keysInMemory: true, dataDir: first.dataDir });
    const unable = second.workshop.detail(id);
    assert.deepEqual([unable.scheduleProblem, unable.nextRunsMs, unable.nextRunAtMs], ["key-gone", [], null]);
  }
});

test("what is chosen to be synced besides is in the file, and what there is not is refused", async () => {
  await using sandbox = await startSandbox({ organization: { members: 8, teams: 2 } });
  await using console = await openTestWorkshop();
  const { workshop } = console;
  const { id } = workshop.create({ mode: "once", owner: "" });
  const names = workshop.detail(id).requestable.map(({ name }) => name);
  assert.ok(names.includes("sync-services"), names.join());
  await workshop.saveSettings(id, settingsOf(sandbox, { requested: ["sync-services", "sync-oidc"] }));
  assert.equal((await console.ended(id)).result, "Complete");
  const { services, onRequest } = sandbox.organization;
  const { resources } = readStoredRows(workshop.detail(id).currentFile ?? "");
  const ofType = (type: string) => Object.keys(resources).filter((one) => one.startsWith(`${type}:`)).length;
  assert.deepEqual([ofType("service"), ofType("oidc-provider")], [services.length, onRequest.oidcProviders.length]);
  await assert.rejects(workshop.saveSettings(id, { requested: ["sync-packages"] }), isCode("CONSOLE-SETTING"));
  assert.deepEqual(workshop.detail(id).settings.requested, ["sync-services", "sync-oidc"]);
});
