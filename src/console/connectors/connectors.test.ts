/** From nothing to Connected: settings, the test with its lines, the first sync, and what is there afterwards. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expectedCounts } from "../../../sandbox/organization/organization.ts";
import { startSandbox } from "../../../sandbox/server.ts";
import { openTestConnectors, settingsOf } from "../../../test/console/test-connectors.ts";
import { scratchDirectory } from "../../../test/e2e/program.ts";
import { assertHolds } from "../../../test/e2e/sandbox-run.ts";
import { readStoredRows } from "../../../test/e2e/stored-rows.ts";
import { toEnd } from "../../reviews/to-end.ts";
import { formatOf } from "../../sdk/c1z/container/container.ts";
import { BatonError } from "../../sdk/errors.ts";
import { RunningError } from "../failures/running-error.ts";
import { mayGoTo } from "./found-settings.ts";

const isCode = (code: string) => (caught: unknown) => caught instanceof BatonError && caught.code === code;

test("a new connector is tested line by line, saved, synced, and Connected; the file holds the organization", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id, status } = connectors.create({ mode: "once", owner: " Ada Lovelace " });
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
  assert.equal(connectors.detail(id).status, "Not set up", "a test keeps nothing");

  const { connector, runId, notices } = await connectors.saveSettings(id, settingsOf(sandbox));
  assert.deepEqual(notices, []);
  assert.equal(connector.owner, "Ada Lovelace");
  assert.ok(runId !== null);
  assert.throws(
    () => connectors.startSync(id),
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
  const { lists, keyKind, keyOwner, notRead } = run.completeness ?? assert.fail("it says what was compared");
  assert.deepEqual([keyKind, keyOwner?.kind, keyOwner?.role], ["key", "service", "Manager"]);
  assert.equal(
    lists.filter(({ list }) => list.startsWith("members")).reduce((sum, { added }) => sum + added, 0),
    counts.members,
  );
  assert.ok(lists.every(({ announced, distinct, endedAt }) => announced === distinct && endedAt !== null));
  assert.deepEqual(
    notRead.map(({ what }) => what),
    ["services", "invitations", "repositories"],
  );
  const after = connectors.detail(id);
  assert.deepEqual([after.status, after.name, after.failure], ["Connected", "Sandbox Organization", null]);
  assert.deepEqual(after.key?.owner, tested.keyOwner);
  assert.equal(after.key?.lastFour, sandbox.keys.service.slice(-4));
  assert.ok(after.currentFile !== null);
  for (const name of readdirSync(console.dataDir, { recursive: true, encoding: "utf8" })) {
    assert.equal(statSync(join(console.dataDir, name)).mode & 0o077, 0, `${name} is open to others`);
  }
  await assertHolds(after.currentFile, sandbox);
  const kept = connectors.archive.runFile(runId);
  for (const file of [kept, connectors.archive.currentFile(after.id)])
    assert.match(file?.title ?? "", new RegExp(`^${sandbox.organization.name} \\(${sandbox.organization.slug}\\)`));
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
  await using console = await openTestConnectors();
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
  assert.equal(last?.requests, console.connectors.detail(id).lastRun?.requests);
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
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = connectors.create({ mode: "schedule", owner: "" });
  const input = {
    orgSlug: "https://app.cloudsmith.com/sandbox-org/settings",
    apiKey: ` Bearer ${sandbox.keys.service}\n`,
  };
  const { connector, notices } = await connectors.saveSettings(id, { ...input, baseUrl: sandbox.baseUrl });
  assert.equal(connector.settings.orgSlug, "sandbox-org");
  assert.equal(notices.length, 3);
  for (const part of [/slug sandbox-org/, /white space/, /'Bearer'/])
    assert.ok(
      notices.some((text) => part.test(text)),
      String(part),
    );
  assert.equal((await console.ended(id)).result, "Complete");
  assert.deepEqual(connectors.detail(id).schedule, { kind: "interval", everyMinutes: 360 });

  for (const [wrong, code] of [
    [{ orgSlug: "two words" }, "CS-CONFIG-ORG-SLUG"],
    [{ apiKey: "two words" }, "CS-CONFIG-API-KEY"],
    [{ baseUrl: "http://elsewhere.example" }, "CS-CONFIG-BASE-URL"],
    [{ caFile: "/nowhere/ca.pem" }, "CONSOLE-SETTING"],
    [{ proxy: "http://ada:secret@proxy.example" }, "CONSOLE-SETTING"],
    [{ keySource: "environment" }, "CONSOLE-KEY-GONE"],
  ] as const) {
    await assert.rejects(connectors.saveSettings(id, wrong), isCode(code));
  }
  assert.deepEqual(connectors.detail(id).settings, connector.settings);
  assert.throws(() => connectors.detail("none"), isCode("CONSOLE-NO-CONNECTOR"));
});

test("a key of another shape is taken with a hint", async () => {
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = connectors.create({ mode: "service", owner: "" });
  const { notices, runId } = await connectors.saveSettings(id, {
    apiKey: "an-older-key-of-another-shape",
    orgSlug: "acme",
  });
  assert.match(notices[0] ?? "", /Older keys differ/);
  assert.equal(runId, null, "a service is started, not synced");
});

test("keys and slugs of this machine are offered by the name of their source, used, and not stored", async () => {
  await using sandbox = await startSandbox();
  const { keys } = sandbox;
  await using console = await openTestConnectors({
    env: {
      BATON_API_KEY: keys.service,
      CLOUDSMITH_API_KEY: "not usable at all",
      CLOUDSMITH_ORG: "sandbox-org",
      BATON_BASE_URL: sandbox.baseUrl,
    },
  });
  const { connectors, dataDir } = console;
  const folder = join(dataDir, "..", ".cloudsmith");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "credentials.ini"),
    `# a comment\n[default]\napi_key = ${keys.owner}\n[profile:x]\napi_key=${keys.member}\n`,
  );
  writeFileSync(join(folder, "config.ini"), "[default]\norganization: sandbox-org\n");
  const { id } = connectors.create({ mode: "once", owner: "" });
  const found = connectors.foundSettings(id);
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
  await connectors.saveSettings(id, { ...common, keySource: "cloudsmith-cli" });
  assert.equal((await console.ended(id)).result, "Complete");
  const { key } = connectors.detail(id);
  assert.deepEqual([key?.source, key?.storage], ["cloudsmith-cli", "not-stored"]);
  assert.match(key?.sourceName ?? "", /credentials\.ini$/);
  writeFileSync(join(folder, "credentials.ini"), "");
  const run = await console.sync(id);
  assert.equal(run.errorCode, "CONSOLE-KEY-GONE");
});

test("everything is still there after a restart: connectors, keys, history, logs, schedule and pause", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestConnectors();
  const { id } = await first.connect(sandbox);
  first.connectors.setSchedule(id, { kind: "cron", expression: "0 6 * * 1-5", timeZone: "Europe/Berlin" });
  await first.connectors.pause(id);
  const before = first.connectors.detail(id);
  const logged = toEnd(first.connectors.logs.page(id, { limit: 500 }));
  assert.equal(before.status, "Paused");
  assert.equal(before.key?.storage, "encrypted");
  assert.ok(logged.total > 5);
  await first.connectors.close();
  {
    await using second = await openTestConnectors({ dataDir: first.dataDir });
    const { connectors } = second;
    assert.deepEqual(connectors.detail(id), before);
    assert.deepEqual(toEnd(connectors.logs.page(id, { limit: 500 })), logged);
    assert.deepEqual(connectors.detail(id).nextRunsMs, []);
    assert.equal(connectors.resume(id).nextRunsMs.length, 3);
    assert.equal((await second.sync(id)).result, "Complete");
    assert.deepEqual(
      connectors.archive.page(id, { limit: 1 }).rows.map(({ startedBy }) => startedBy),
      ["person"],
    );
    const page = connectors.archive.page(id, { limit: 1 });
    assert.equal(page.total, 2);
    assert.equal(connectors.archive.page(id, { limit: 1, offset: 1 }).rows[0]?.startedBy, "setup");
    await connectors.remove(id, connectors.detail(id).settings.orgSlug);
    assert.deepEqual(connectors.list(), []);
    assert.throws(() => connectors.archive.run(page.rows[0]?.runId ?? ""), isCode("CONSOLE-NO-RUN"));
  }
});

test("the sample is Connected in one step, and the same one after a restart", async () => {
  await using first = await openTestConnectors();
  const { id, isSample } = await first.connectors.startSample();
  assert.ok(isSample);
  const run = await first.ended(id);
  assert.equal(run.result, "Complete");
  assert.equal(first.connectors.detail(id).status, "Connected");
  assert.equal((await first.connectors.startSample()).id, id);
  await first.connectors.close();
  {
    await using second = await openTestConnectors({ dataDir: first.dataDir });
    assert.equal(second.connectors.detail(id).status, "Connected");
    const again = await second.sync(id);
    assert.equal(again.result, "Complete");
    // Its second sync finds what happened meanwhile: one came where another left.
    const { members, teams, grants } = again.totals ?? {};
    assert.deepEqual([members, teams, grants], [run.totals?.members, run.totals?.teams, run.totals?.grants]);
    assert.equal((await second.test(id)).failure, null);
  }
});

test("a key that was kept in memory is asked for again after a restart, in words", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestConnectors({ keysInMemory: true });
  const { id } = await first.connect(sandbox);
  assert.equal(first.connectors.keyStorage, "memory");
  await first.connectors.close();
  {
    await using second = await openTestConnectors({ keysInMemory: true, dataDir: first.dataDir });
    assert.equal(second.connectors.detail(id).status, "Not set up");
    const run = await second.sync(id);
    assert.deepEqual(
      [run.result, run.errorCode, run.errorTitle],
      ["Failed", "CONSOLE-KEY-GONE", "The API key must be entered again"],
    );
    await second.connectors.saveSettings(id, { apiKey: sandbox.keys.service });
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
    await using console = await openTestConnectors();
    const { connectors } = console;
    const { id } = await console.connect(sandbox);
    const url = new URL(sandbox.baseUrl);
    Object.assign(url, change);
    const baseUrl = url.href;
    await assert.rejects(connectors.saveSettings(id, { baseUrl }), isCode("CONSOLE-OTHER-HOST"));
    await assert.rejects(connectors.startTest(id, { baseUrl }), isCode("CONSOLE-OTHER-HOST"));
    assert.equal(connectors.detail(id).settings.baseUrl, sandbox.baseUrl);
    await connectors.saveSettings(id, { baseUrl: `${sandbox.baseUrl}/`, owner: "Grace" });
    assert.equal((await console.ended(id)).result, "Complete", "the same address, written otherwise");
    await connectors.saveSettings(id, { baseUrl, apiKey: sandbox.keys.service });
    assert.equal(connectors.detail(id).settings.baseUrl, baseUrl.replace(/\/$/, ""));
    await connectors.cancel(id);
    await assert.rejects(connectors.saveSettings(id, { baseUrl: sandbox.baseUrl }), isCode("CONSOLE-OTHER-HOST"));
  });
}

test("proxy and CA file together, one of them new, ask for the key again, in a test as well; each alone does not", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = await console.connect(sandbox);
  const [caFile, proxy] = [import.meta.filename, "http://127.0.0.1:1"];
  for (const input of [{ caFile, proxy }, { caFile }, { proxy }]) {
    const isBoth = "caFile" in input && "proxy" in input;
    if (isBoth) await assert.rejects(connectors.saveSettings(id, input), isCode("CONSOLE-KEY-AGAIN"));
    if (isBoth) await assert.rejects(connectors.startTest(id, input), isCode("CONSOLE-KEY-AGAIN"));
    else if ("caFile" in input) await connectors.saveSettings(id, input);
    else await assert.rejects(connectors.saveSettings(id, input), isCode("CONSOLE-KEY-AGAIN"), "one after the other");
    await connectors.cancel(id);
  }
  assert.equal(connectors.detail(id).settings.proxy, "");
  await connectors.saveSettings(id, { proxy, apiKey: sandbox.keys.service });
  await connectors.cancel(id);
  await connectors.saveSettings(id, { owner: "Grace" });
  await connectors.cancel(id);
  assert.match(connectors.detail(id).settings.proxy, /127\.0\.0\.1:1/);
});

test("a key of this machine goes to Cloudsmith's hosts and to the one that the environment names, nowhere else", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors({ env: { CLOUDSMITH_API_KEY: sandbox.keys.service } });
  const { connectors } = console;
  const { id } = connectors.create({ mode: "once", owner: "" });
  const input = { orgSlug: "sandbox-org", keySource: "environment" } as const;
  for (const baseUrl of [sandbox.baseUrl, "https://api.cloudsmith.io.evil.example/v1", "https://notcloudsmith.io/v1"]) {
    await assert.rejects(connectors.startTest(id, { ...input, baseUrl }), isCode("CONSOLE-OTHER-HOST"));
    await assert.rejects(connectors.saveSettings(id, { ...input, baseUrl }), isCode("CONSOLE-OTHER-HOST"));
  }
  for (const baseUrl of ["https://api.cloudsmith.io/v1", "https://api.cloudsmith.com"]) {
    assert.ok(mayGoTo(baseUrl, {}, {}), baseUrl);
    assert.ok(!mayGoTo(baseUrl.replace("https:", "http:"), {}, {}), "never in the clear");
  }
});

test("a key of the CLI's file, or of its variable, goes to the host that the CLI's settings name, and nowhere else", async () => {
  await using sandbox = await startSandbox();
  using home = scratchDirectory();
  const directory = join(home.path, ".config", "cloudsmith");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "credentials.ini"), `[default]\napi_key = ${sandbox.keys.service}\n`);
  writeFileSync(join(directory, "config.ini"), `[default]\napi_host = ${sandbox.baseUrl}\n`);
  await using console = await openTestConnectors({
    env: {
      HOME: home.path,
      XDG_CONFIG_HOME: join(home.path, ".config"),
      CLOUDSMITH_API_KEY: sandbox.keys.service,
    },
  });
  const { connectors } = console;
  const { id } = connectors.create({ mode: "once", owner: "" });
  for (const keySource of ["cloudsmith-cli", "environment"] as const) {
    const input = { orgSlug: "sandbox-org", keySource };
    const elsewhere = { ...input, baseUrl: "https://api.cloudsmith.io/v1" };
    await assert.rejects(connectors.startTest(id, elsewhere), isCode("CONSOLE-OTHER-HOST"));
    await assert.rejects(connectors.saveSettings(id, elsewhere), isCode("CONSOLE-OTHER-HOST"));
    assert.equal((await console.test(id, { ...input, baseUrl: sandbox.baseUrl })).failure, null);
  }
});

test("a test does not make a person wait for a rate limit of an hour, and says until when it lasts", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { id } = console.connectors.create({ mode: "once", owner: "" });
  sandbox.addFault({ kind: "throttle", retryAfter: "3304", times: Number.POSITIVE_INFINITY });
  const tested = await console.test(id, settingsOf(sandbox));
  assert.match(JSON.stringify(tested), /rate limit is used up until 2\d{3}-\d\d-\d\dT/);
  assert.equal(sandbox.requests.filter(({ path }) => path === "/user/self/").length, 1, "no second one after a wait");
});

test("the secret of C1 goes to the host of the client id that it was entered with, and to no other", async () => {
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = connectors.create({ mode: "service", owner: "" });
  const c1ClientId = "name@tenant.conductor.one/cc";
  await connectors.saveSettings(id, { c1ClientId, c1ClientSecret: "secret-of-c1" });
  const other = { c1ClientId: "name@elsewhere.example/cc" };
  await assert.rejects(connectors.saveSettings(id, other), isCode("CONSOLE-OTHER-HOST"));
  assert.equal(connectors.detail(id).settings.c1ClientId, c1ClientId);
  await connectors.saveSettings(id, { ...other, c1ClientSecret: "another-secret" });
  assert.equal(connectors.detail(id).settings.c1ClientId, other.c1ClientId);
});

test("what is tried in a set-up is kept as a draft, over a restart as well; a later test changes nothing", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestConnectors();
  const { id } = first.connectors.create({ mode: "once", owner: "Ada" });
  await first.test(id, settingsOf(sandbox, { timeoutSeconds: 20, storageEngine: "sqlite" }));
  const draft = first.connectors.detail(id);
  assert.deepEqual([draft.status, draft.orgSlug, draft.settings.timeoutSeconds], ["Not set up", "sandbox-org", 20]);
  await first.connectors.close();
  {
    await using second = await openTestConnectors({ dataDir: first.dataDir });
    assert.deepEqual(
      second.connectors.list().map((one) => [one.orgSlug, one.lastRun]),
      [["sandbox-org", null]],
    );
    assert.equal((await second.test(id)).failure, null, "its key is there");
    await second.connectors.saveSettings(id, {});
    assert.equal((await second.ended(id)).result, "Complete");
    const { currentFile } = second.connectors.detail(id);
    assert.equal(await formatOf(currentFile ?? ""), "v1", "the version that was chosen");
    await second.test(id, { apiKey: "another-key-of-nobody", orgSlug: "elsewhere" });
    assert.equal(second.connectors.detail(id).orgSlug, "sandbox-org");
  }
});

test("a set-up that was given up leaves nothing: not in the list, and gone after a restart", async () => {
  await using first = await openTestConnectors();
  const { id } = first.connectors.create({ mode: "once", owner: "Ada" });
  assert.deepEqual(first.connectors.list(), []);
  assert.equal(first.connectors.detail(id).owner, "Ada", "the one who is still at it finds it");
  await first.connectors.close();
  {
    await using second = await openTestConnectors({ dataDir: first.dataDir });
    assert.throws(() => second.connectors.detail(id), isCode("CONSOLE-NO-CONNECTOR"));
  }
});

test("a schedule that cannot run says why and lists no next runs; a new connector can be given one", async () => {
  await using sandbox = await startSandbox();
  await using first = await openTestConnectors({ keysInMemory: true });
  const { connectors } = first;
  const schedule = { kind: "cron", expression: "0 6 * * *", timeZone: "Europe/Berlin" } as const;
  const { id, scheduleProblem, nextRunsMs } = connectors.create({ mode: "schedule", owner: "", schedule });
  assert.deepEqual([scheduleProblem, nextRunsMs], ["not-set-up", []]);
  await connectors.saveSettings(id, settingsOf(sandbox));
  await first.ended(id);
  const able = connectors.detail(id);
  assert.deepEqual([able.schedule, able.scheduleProblem, able.nextRunsMs.length], [schedule, null, 3]);
  await connectors.close();
  {
    await using second = await openTestConnectors({ keysInMemory: true, dataDir: first.dataDir });
    const unable = second.connectors.detail(id);
    assert.deepEqual([unable.scheduleProblem, unable.nextRunsMs, unable.nextRunAtMs], ["key-gone", [], null]);
  }
});

test("what is chosen to be synced besides is in the file, and what there is not is refused", async () => {
  await using sandbox = await startSandbox({ organization: { members: 8, teams: 2 } });
  await using console = await openTestConnectors();
  const { connectors } = console;
  const { id } = connectors.create({ mode: "once", owner: "" });
  const names = connectors.detail(id).requestable.map(({ name }) => name);
  assert.ok(names.includes("sync-services"), names.join());
  await connectors.saveSettings(
    id,
    settingsOf(sandbox, { requested: ["sync-services", "sync-oidc"], storageEngine: "sqlite" }),
  );
  assert.equal((await console.ended(id)).result, "Complete");
  const { services, onRequest } = sandbox.organization;
  const { resources } = readStoredRows(connectors.detail(id).currentFile ?? "");
  const ofType = (type: string) => Object.keys(resources).filter((one) => one.startsWith(`${type}:`)).length;
  assert.deepEqual([ofType("service"), ofType("oidc-provider")], [services.length, onRequest.oidcProviders.length]);
  await assert.rejects(connectors.saveSettings(id, { requested: ["sync-packages"] }), isCode("CONSOLE-SETTING"));
  assert.deepEqual(connectors.detail(id).settings.requested, ["sync-services", "sync-oidc"]);
});
