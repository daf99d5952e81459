/** What is set and tested of a connector, as it is seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../../test/browser/page-parts.ts";
import { connectorOf, failureOf, sessionOf, testOf } from "../../../../../test/browser/page-samples.ts";
import type { ConnectorDetail, FoundSettings, TestState } from "../../../contract/connectors.ts";
import { session } from "../../api/session.ts";
import { draftOf } from "./settings-values.ts";
import { newer, verdictOf } from "./use-test.ts";

const { KeyField } = await import("./key-field.tsx");
const { TestLines } = await import("./test-lines.tsx");
const { acceptWords, TestPanel } = await import("./test-panel.tsx");
const { SettingsTab } = await import("./settings-tab.tsx");
const { AdvancedFields } = await import("./advanced-fields.tsx");
const { ScheduleFields, scheduleDraftOf, scheduleOf } = await import("../schedule/schedule-fields.tsx");

const nothing = (): void => undefined;

test("a test passes, passes with warnings, or fails, and says nothing before it is done", () => {
  assert.equal(verdictOf(null), null);
  assert.equal(verdictOf(testOf(["pass"], { isDone: false })), null);
  assert.equal(verdictOf(testOf(["pass", "skip"])), "pass");
  assert.equal(verdictOf(testOf(["pass", "warn"])), "partial");
  assert.equal(verdictOf(testOf(["warn", "fail"])), "fail");
  assert.equal(verdictOf(testOf(["pass"], { failure: failureOf("network-down") })), "fail");
});

test("a state of a test that comes late does not undo what is known; another test takes its place", () => {
  const begun = testOf(["running", "waiting"], { isDone: false });
  const further = testOf(["pass", "running"], { isDone: false });
  const done = testOf(["pass", "pass"]);
  assert.equal(newer(further, begun), further);
  assert.equal(newer(begun, further), further);
  assert.equal(newer(done, further), done);
  assert.equal(newer(null, begun), begun);
  const other = testOf(["waiting"], { testId: "t2", isDone: false });
  assert.equal(newer(done, other), other);
});

test("each line of a test has a word for what came of it, and what to do is said once", async () => {
  const lines = [
    { id: "host", title: "Host", outcome: "pass", detail: "api.cloudsmith.io answers" },
    { id: "key", title: "Key", outcome: "fail", detail: "401", fix: "Enter another key.", code: "CS-AUTH-401" },
    { id: "teams", title: "Teams", outcome: "warn", detail: "", fix: "Use an Owner's key." },
    { id: "roster", title: "Roster", outcome: "skip", detail: "" },
  ] as const;
  const test: TestState = { ...testOf([]), lines, failure: failureOf("wrong-key", { code: "CS-AUTH-401" }) };
  assert.deepEqual((await drawn(TestLines, { test })).texts("li"), [
    "Host Passed api.cloudsmith.io answers",
    "Key Failed 401 Code CS-AUTH-401",
    "Teams Warning Use an Owner's key.",
    "Roster Not tried",
  ]);
});

function panel(test: TestState, isAccepted = false) {
  return drawn(TestPanel, { test, isAccepted, onAccept: nothing, onSave: nothing, onUseSlug: nothing });
}

test("a host that does not answer now can be saved anyway; a key that is refused cannot", async () => {
  const failed = (state: "network-down" | "wrong-key") => panel(testOf(["fail"], { failure: failureOf(state) }));
  assert.deepEqual((await failed("network-down")).texts("button"), ["Save anyway"]);
  assert.deepEqual((await failed("wrong-key")).texts("button"), []);
});

test("a wrong slug offers those that the key sees", async () => {
  const failure = failureOf("wrong-slug", { organizations: [{ slug: "acme" }] });
  assert.deepEqual((await panel(testOf(["fail"], { failure }))).texts("button"), ["Use acme"]);
});

test("a partial roster is saved by who types that it is meant, and by nobody else", async () => {
  const asked = await panel(testOf(["warn"]));
  assert.match(asked.text, new RegExp(`^Test passed with warnings .*“${acceptWords}”`));
  assert.ok("disabled" in (asked.elements("button")[0] ?? {}));
  assert.ok(!("disabled" in ((await panel(testOf(["warn"]), true)).elements("button")[0] ?? {})));
  assert.equal((await panel(testOf(["pass"]))).elements("button").length, 0);
});

function keyField(connector: ConnectorDetail, keys: FoundSettings["keys"] = [], apiKey = "") {
  const draft = { ...draftOf(connector), apiKey, ...(apiKey !== "" && { keySource: "entered" as const }) };
  const current = connector.key;
  return drawn(KeyField, {
    draft,
    current,
    found: keys,
    error: undefined,
    inputRef: { current: null },
    onChange: nothing,
  });
}

test("a key is typed, kept, or looked up where this machine has one; it is never shown", async () => {
  const found = [
    { source: "environment", sourceName: "CLOUDSMITH_API_KEY", lastFour: "9a1b" },
    { source: "cloudsmith-cli", sourceName: "the CLI's file", lastFour: "77cc" },
  ] as const;
  assert.deepEqual((await keyField(connectorOf(), found)).texts("label"), [
    "Keep the current key (ends in 4f2a)",
    "Enter another key",
    "From CLOUDSMITH_API_KEY (ends in 9a1b)",
    "From the CLI's file (ends in 77cc)",
  ]);
  const fresh = await keyField(connectorOf({ key: null }));
  assert.deepEqual(fresh.texts("label"), ["Cloudsmith API key"]);
  assert.equal(fresh.elements("input")[0]?.["type"], "password");
});

test("what was pasted around a key is taken off with a word, and what is no key is told at once", async () => {
  const pasted = await keyField(connectorOf({ key: null }), [], "Bearer csa_0123456789abcdefghijABCDEFGHIJ456789");
  assert.match(pasted.text, /The word Bearer in front of the key was left out\./);
  const token = await keyField(connectorOf({ key: null }), [], "0123456789abcdef");
  assert.match(token.text, /This looks like an entitlement token/);
  assert.equal(token.elements("input")[0]?.["aria-invalid"], "true");
});

test("where a key goes is said before it is given", async () => {
  session.set({ kind: "signed-in", info: sessionOf({ keyStorage: "encrypted" }) });
  assert.match((await keyField(connectorOf({ key: null }))).text, /kept encrypted on this machine/);
  session.set({ kind: "signed-in", info: sessionOf({ keyStorage: "memory" }) });
  assert.match((await keyField(connectorOf({ key: null }))).text, /The key will be kept in memory only/);
});

async function tab(more: Partial<ConnectorDetail>, at = "/connectors/c1/settings") {
  const connector = connectorOf(more);
  const data = { data: connector, failure: null, isLoading: false, reload: nothing, replace: nothing };
  return drawn(SettingsTab, { connector, data, progress: null, rest: "" }, at);
}

test("settings are shown without a secret, each with what it is where nothing is set", async () => {
  const { text } = await tab({});
  for (const fact of [
    "Organization slug acme",
    "Cloudsmith API key ends in 4f2a",
    "Key belongs to Known after a test",
    "Key is kept encrypted on this machine",
    "Proxy As the environment says",
    "Version of new files As usual: 3",
    "Synced on request Nothing",
  ])
    assert.ok(text.includes(fact), fact);
  assert.doesNotMatch(text, /C1 Client/);
  assert.match((await tab({ mode: "service" })).text, /C1 Client ID Not set C1 Client secret Not set/);
});

test("whose key it is stands beside it once that is known", async () => {
  const key = connectorOf().key;
  const owned = async (owner: NonNullable<ConnectorDetail["key"]>["owner"]) =>
    (await tab({ key: key && { ...key, owner } })).text;
  assert.match(await owned({ slug: "bot", name: "bot", kind: "service" }), /Key belongs to bot, a service account/);
  assert.match(await owned({ slug: "ada", name: "Ada L", kind: "user" }), /Key belongs to Ada L \(ada\) Key comes/);
});

test("a connector that was never set up shows the way and that nothing syncs yet; its edit stands out", async () => {
  const fresh = await tab({ status: "Not set up", lastRun: null, lastGoodRun: null });
  assert.match(fresh.text, /^1 How to run|^How to run/);
  assert.match(fresh.text, /A draft: nothing syncs before these settings are saved\./);
  assert.match(fresh.html, /button-primary[^>]*aria-label="Edit settings"/);
  assert.doesNotMatch((await tab({})).text, /A draft/);
});

test("an address that names a field opens the form, and puts a slug there that it brings", async () => {
  const { elements, texts } = await tab({}, "/connectors/c1/settings?edit=slug&slug=acme-2");
  assert.ok(texts("button").includes("Save"));
  assert.ok(elements("input").some(({ value }) => value === "acme-2"));
});

test("what few need is folded away, until it is what one came for or is wrong", async () => {
  const advanced = (isOpen: boolean, timeoutError?: string) =>
    drawn(AdvancedFields, {
      draft: draftOf(connectorOf()),
      requestable: connectorOf().requestable,
      isOpen,
      timeoutError,
      caRef: { current: null },
      onChange: nothing,
    });
  const isOpen = async (shown: ReturnType<typeof advanced>) => "open" in ((await shown).elements("details")[0] ?? {});
  assert.deepEqual(
    [await isOpen(advanced(false)), await isOpen(advanced(true)), await isOpen(advanced(false, "Whole seconds."))],
    [false, true, true],
  );
});

test("a schedule of less than 30 minutes, or of no number, is none, and the field says so", async () => {
  const interval = (minutes: string) => ({ ...scheduleDraftOf({ kind: "interval", everyMinutes: 60 }), minutes });
  for (const wrong of ["29", "0", "-60", "1e3", "45.5", "soon", ""]) {
    assert.equal(scheduleOf(interval(wrong)), null, wrong);
    const { text, elements } = await drawn(ScheduleFields, { draft: interval(wrong), onChange: nothing });
    assert.match(text, /At least 30 minutes, as a whole number\./);
    assert.ok(elements("input").some((input) => input["aria-invalid"] === "true"));
    assert.doesNotMatch(text, /Next three runs/);
  }
  assert.deepEqual(scheduleOf(interval(" 30 ")), { kind: "interval", everyMinutes: 30 });
});

test("a schedule is edited as it is: by hand, every so often, or by cron in its own zone", async () => {
  const cron = { kind: "cron", expression: "0 6 * * 1", timeZone: "Europe/Berlin" } as const;
  assert.deepEqual(scheduleOf(scheduleDraftOf(cron)), cron);
  assert.deepEqual(scheduleOf({ ...scheduleDraftOf(cron), expression: " 0 6 * * 1 " }), cron);
  assert.deepEqual(scheduleOf(scheduleDraftOf({ kind: "manual" })), { kind: "manual" });
  const byHand = await drawn(ScheduleFields, { draft: scheduleDraftOf({ kind: "manual" }), onChange: nothing });
  assert.match(byHand.text, /It syncs only when somebody presses Sync now\.$/);
  const { elements } = await drawn(ScheduleFields, { draft: scheduleDraftOf(cron), onChange: nothing });
  assert.deepEqual(
    elements("option")
      .filter((option) => "selected" in option)
      .map(({ value }) => value),
    ["Europe/Berlin"],
  );
});
