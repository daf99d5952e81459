/** The way from nothing to a connector, as it is first seen. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { sessionOf } from "../../../../test/browser/page-samples.ts";
import { session } from "../api/session.ts";
import { modeTexts } from "../connector/modes.ts";

const { AddConnector } = await import("./add-connector.tsx");
const { HowToRun } = await import("./how-to-run.tsx");
const { SetOwner } = await import("./set-owner.tsx");
const { Steps } = await import("./steps.tsx");
const { Welcome } = await import("./welcome.tsx");

beforeEach(() => session.set({ kind: "signed-in", info: sessionOf() }));

test("the first screen says what it is, the ways to begin, and where things are kept", async () => {
  const { texts, text } = await drawn(Welcome, {});
  assert.deepEqual(texts("h2"), ["Set up Cloudsmith", "Open a .c1z file", "Only looking?"]);
  assert.match(text, /There is no telemetry\. Version 1\.2\.3 Data folder \/data$/);
});

test("the catalogue has a card to add, and the way to its documents in a window of its own", async () => {
  const { elements } = await drawn(AddConnector, {});
  const [documents] = elements("a").filter(({ target }) => target === "_blank");
  assert.match(documents?.["rel"] ?? "", /noopener/);
  assert.ok(elements("a").some((link) => link["aria-label"] === "Add Cloudsmith"));
});

test("each way to run says what it does, and the command that does the same without this page", async () => {
  const { texts, elements } = await drawn(HowToRun, {}, "/connectors/add/how?mode=service");
  const labels = texts("label");
  for (const { title, text } of modeTexts) assert.ok(labels.includes(`${title} ${text}`));
  assert.equal(elements("input").find((input) => "checked" in input)?.["value"], "service");
  assert.equal(texts("pre").length, modeTexts.length);
});

test("an owner is asked for, and a schedule from who wants one", async () => {
  const once = await drawn(SetOwner, {}, "/connectors/add/owner?mode=once");
  assert.doesNotMatch(once.text, /When should it sync/);
  const schedule = await drawn(SetOwner, {}, "/connectors/add/owner?mode=schedule");
  assert.match(schedule.text, /When should it sync\?/);
  assert.ok(schedule.elements("input").some(({ value }) => value === "1440"));
  assert.equal(schedule.elements("a").at(-1)?.["href"], "/connectors/add/how?mode=schedule");
});

test("on the way, what is done says so, and where one is as well", async () => {
  const { elements, texts } = await drawn(Steps, { current: "Settings" });
  assert.deepEqual(texts("li"), ["How to run (done)", "Owner (done)", "3 Settings", "4 Syncing"]);
  assert.deepEqual(
    elements("li").map((step) => step["aria-current"]),
    [undefined, undefined, "step", undefined],
  );
});
