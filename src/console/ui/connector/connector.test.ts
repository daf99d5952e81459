/** What is seen of a connector: its state, what can be done about a failure, and its tabs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { connectorOf, failureOf, noonMs, progressOf, runOf } from "../../../../test/browser/page-samples.ts";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import { type Failure, type FailureState, failureStates } from "../../contract/failures.ts";
import { connectorPath, runApi, runPath } from "./connector-paths.ts";

const { ConnectorMarks, isUsualHost } = await import("./connector-name.tsx");
const { connectorTabs } = await import("./connector-tabs.tsx");
const { ConnectorFailure } = await import("./failure-actions.tsx");
const { ConnectorActions } = await import("./connector-actions.tsx");
const { OverviewTab } = await import("./overview-tab.tsx");
const { ServiceTab } = await import("./service-tab.tsx");
const { ScheduleCard } = await import("./schedule/schedule-card.tsx");

const nothing = (): void => undefined;

function dataOf(connector: ConnectorDetail) {
  return { data: connector, failure: null, isLoading: false, reload: nothing, replace: nothing };
}

test("two connectors of one name are told apart by slug and host, and a sample says what it is", async () => {
  const marks = async (more: Partial<ConnectorDetail>) =>
    (await drawn(ConnectorMarks, { connector: connectorOf(more) })).text;
  assert.equal(await marks({}), "acme");
  assert.equal(await marks({ name: "acme" }), "");
  assert.equal(await marks({ host: "cloudsmith.example" }), "acme cloudsmith.example");
  assert.equal(await marks({ host: "localhost:1", isSample: true }), "acme Sample");
});

test("only Cloudsmith's own host is the usual one", () => {
  for (const own of ["", "https://api.cloudsmith.io", "https://api.cloudsmith.io/v1"]) assert.ok(isUsualHost(own), own);
  for (const other of ["https://api.cloudsmith.io.evil.example", "http://api.cloudsmith.io/v1"])
    assert.ok(!isUsualHost(other), other);
});

test("addresses hold whatever an id has in it", () => {
  assert.equal(connectorPath("a/b", "logs"), "/connectors/a%2Fb/logs");
  assert.equal(runPath("c", "r/1"), "/connectors/c/history/r%2F1");
  assert.equal(runApi("r/1", "/file"), "/api/runs/r%2F1/file");
});

test("a reviewer sees answers and history, an admin the settings as well", () => {
  const names = (more: Partial<ConnectorDetail>, role: "admin" | "reviewer") =>
    connectorTabs(connectorOf(more), role).map(({ name }) => name);
  assert.deepEqual(names({}, "reviewer"), ["access", "reviews", "history"]);
  assert.deepEqual(names({}, "admin"), ["overview", "access", "reviews", "history", "logs", "settings", "deploy"]);
  assert.deepEqual(names({ mode: "service", lastGoodRun: null }, "admin").slice(-2), ["deploy", "service"]);
});

for (const [mode, words] of [
  ["once", /^No sync yet/],
  ["service", /^No file here C1 says when to sync/],
] as const) {
  test(`before there is a file, access and reviews say why there is none: ${mode}`, async () => {
    const connector = connectorOf({ mode, lastGoodRun: null });
    for (const { component } of connectorTabs(connector, "reviewer").slice(0, 2))
      assert.match(
        (await drawn(component, { connector, data: dataOf(connector), progress: null, rest: "" })).text,
        words,
      );
  });
}

/** The buttons and links in the banner of a failure. */
async function offered(state: FailureState, more: Partial<Failure> = {}, connector: Partial<ConnectorDetail> = {}) {
  const failure = failureOf(state, more);
  const { texts, elements } = await drawn(ConnectorFailure, { connector: connectorOf(connector), failure });
  return { words: [...texts("a"), ...texts("button")], links: elements("a").map(({ href }) => href) };
}

test("each failure offers what helps against it", async () => {
  assert.deepEqual(await offered("wrong-key"), { words: ["Edit key"], links: ["/connectors/c1/settings?edit=key"] });
  assert.deepEqual((await offered("narrow-key")).words, ["Use another key", "Continue"]);
  assert.deepEqual((await offered("tls-fault")).links, ["/connectors/c1/settings?edit=ca"]);
  assert.deepEqual((await offered("network-down")).words, []);
  assert.deepEqual((await offered("unexpected-answer")).words, ["Download trace"]);
  assert.deepEqual((await offered("file-busy")).links, ["/connectors/c1/history"]);
  assert.deepEqual((await offered("clock-wrong")).words, []);
});

test("a key that is gone asks for the key, whatever state it left", async () => {
  assert.deepEqual((await offered("unexpected", { code: "CONSOLE-KEY-GONE" })).words, ["Edit key"]);
});

test("a wrong slug offers the organizations that the key sees, the likeliest first", async () => {
  const organizations = [{ slug: "acme" }, { slug: "b&b" }];
  const { words, links } = await offered("wrong-slug", { organizations });
  assert.deepEqual(words, ["Use acme", "Use b&b", "Edit slug"]);
  assert.equal(links[1], "/connectors/c1/settings?edit=slug&slug=b%26b");
});

test("a rate limit can be cancelled while a run waits for it, and not afterwards", async () => {
  assert.deepEqual((await offered("rate-limited", {}, { progress: progressOf() })).words, ["Cancel"]);
  assert.deepEqual((await offered("rate-limited")).words, []);
});

test("from the third failure in a row on it is red, read out, and says how old the rest of the screen is", async () => {
  for (const state of failureStates) {
    const banner = (consecutiveFailures: number, lastGoodRun = connectorOf().lastGoodRun) =>
      drawn(ConnectorFailure, {
        connector: connectorOf({ consecutiveFailures, lastGoodRun }),
        failure: failureOf(state),
      });
    assert.doesNotMatch((await banner(2)).html, /role="alert"/);
    const third = await banner(3);
    assert.match(third.html, /banner-bad.*role="alert"/);
    assert.match(third.text, /3 syncs in a row failed\. What is shown here is as of 30 Nov 2026/);
    assert.match((await banner(3, null)).text, /Nothing was synced so far\./);
  }
});

async function actions(more: Partial<ConnectorDetail>, isRunning = false) {
  const connector = connectorOf(more);
  const progress = isRunning ? progressOf() : null;
  return drawn(ConnectorActions, { connector, progress, data: dataOf(connector) });
}

test("what can be done with a connector follows from its state", async () => {
  assert.deepEqual((await actions({})).texts("button"), ["Pause sync", "Sync now"]);
  assert.deepEqual((await actions({ isPaused: true })).texts("button"), ["Resume sync", "Sync now"]);
  assert.deepEqual((await actions({ mode: "once" })).texts("button"), ["Sync now"]);
  assert.deepEqual((await actions({ status: "Error", mode: "once" })).texts("button"), ["Force sync"]);
  assert.deepEqual((await actions({ status: "Error", mode: "once" }, true)).texts("button"), ["Sync now"]);
  assert.equal((await actions({ status: "Not set up" })).html, "");
});

test("while a sync is under way the button says so to those who hear it", async () => {
  const [, sync] = (await actions({}, true)).elements("button");
  assert.deepEqual([sync?.["aria-label"], sync?.["aria-disabled"]], ["Sync now: a sync is under way", "true"]);
});

async function overview(more: Partial<ConnectorDetail>) {
  const connector = connectorOf(more);
  return drawn(OverviewTab, { connector, data: dataOf(connector), progress: connector.progress, rest: "" });
}

test("the first tab has the figures of the good file, the last sync, the schedule and whose it is", async () => {
  const { text, texts } = await overview({});
  assert.deepEqual(texts("h2"), ["Last sync", "Schedule", "About"]);
  assert.match(text, /^Members 1,200 1,150 active, 50 inactive Teams 30/);
  assert.match(text, /SHA-256 01234567…cdef/);
  assert.match(text, /Download \.c1z \(1\.4 MB\)/);
  assert.match(text, /API key ends in 4f2a, entered here/);
  assert.doesNotMatch(text, /API host/);
});

test("before anything was set up, or synced, it says what to do", async () => {
  assert.match((await overview({ status: "Not set up", lastGoodRun: null, lastRun: null })).text, /^Not set up yet/);
  const fresh = { lastGoodRun: null, lastRun: null };
  assert.match((await overview(fresh)).text, /No sync yet Sync now/);
  assert.match((await overview({ ...fresh, mode: "service" })).text, /C1 says when to sync/);
});

test("a key that went with the console is asked for again, and what was synced stays in sight", async () => {
  const { text } = await overview({ status: "Not set up" });
  assert.match(text, /^The API key must be entered again/);
  assert.match(text, /Members 1,200/);
});

test("who pauses reads that nothing syncs, and that it stays so", async () => {
  assert.match((await overview({ isPaused: true })).text, /^Sync is paused .* It stays paused/);
});

test("a run without a file, and one whose times are not known, say so", async () => {
  const { text } = await overview({ lastRun: runOf({ file: null, durationMs: null, requests: null }) });
  assert.match(text, /Took Not known Requests Not known/);
  assert.doesNotMatch(text, /Download/);
});

async function schedule(more: Partial<ConnectorDetail>) {
  const connector = connectorOf(more);
  return (await drawn(ScheduleCard, { connector, data: dataOf(connector) })).text;
}

test("the schedule says when it syncs next; one that cannot run says why, and lists no next runs", async () => {
  assert.match(await schedule({}), /Syncs Every 2 hours Next 30 Nov 2026/);
  assert.match(await schedule({ isPaused: true }), /Next None while paused/);
  assert.doesNotMatch(await schedule({ schedule: { kind: "manual" } }), /Next/);
  const broken = await schedule({ scheduleProblem: "key-gone" });
  assert.match(broken, /The schedule cannot run Its API key is not there any more/);
  assert.doesNotMatch(broken, /Next/);
  assert.match(await schedule({ mode: "service" }), /C1 says when to sync/);
});

test("a service asks for its credentials first, and then says how it is doing", async () => {
  const connector = connectorOf({ mode: "service" });
  const { settings } = connector;
  const shown = async (more: Partial<ConnectorDetail>) => {
    const one = connectorOf({ mode: "service", ...more });
    return (await drawn(ServiceTab, { connector: one, data: dataOf(one), progress: null, rest: "" })).text;
  };
  assert.match(await shown({}), /^Not linked to C1 yet/);
  const linked = { settings: { ...settings, c1ClientId: "client", c1SecretIsSet: true } };
  assert.match(await shown(linked), /Start service State Stopped Connected since Not connected Host id None yet/);
  const service = {
    isRunning: true,
    connectedSinceMs: null,
    hostId: "host-1",
    lastContactMs: null,
    nextPollMs: noonMs,
    lastTask: { kind: "sync", result: "done", atMs: noonMs },
    isBusy: true,
    failure: null,
  };
  assert.match(
    await shown({ ...linked, service }),
    /Stop service State Connecting .* Queue Working on a task Last task sync: done/,
  );
  assert.match(await shown({ ...linked, service: { ...service, connectedSinceMs: noonMs } }), /State Connected to C1/);
});
