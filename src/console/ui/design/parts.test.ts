/** Small parts that every screen is made of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { failureOf, noonMs } from "../../../../test/browser/page-samples.ts";

const { Button, IconButton, LinkButton } = await import("./button.tsx");
const { ResultChip, ResultWordChip, StatusChip } = await import("./chip.tsx");
const { Card } = await import("./card.tsx");
const { FactList, Figures } = await import("./facts.tsx");
const { ProgressBar } = await import("./progress.tsx");
const { Tabs } = await import("./tabs.tsx");
const { Empty, Loaded } = await import("./loaded.tsx");
const { RelativeTime } = await import("./relative-time.tsx");
const { Page } = await import("./page.tsx");
const { Dialog } = await import("./dialog.tsx");

test("a busy button keeps its focus and says that it does nothing; a disabled one cannot be reached", async () => {
  const [busy] = (await drawn(Button, { text: "Save", isBusy: true, icon: "check" })).elements("button");
  assert.deepEqual([busy?.["aria-disabled"], busy?.["disabled"]], ["true", undefined]);
  const [off] = (await drawn(Button, { text: "Save", isDisabled: true })).elements("button");
  assert.ok(off && "disabled" in off);
  const [icon] = (await drawn(IconButton, { icon: "close", label: "Close", onClick: () => undefined })).elements(
    "button",
  );
  assert.equal(icon?.["aria-label"], "Close");
});

test("a download leaves the page to the browser; a link to a screen does not", async () => {
  const [download] = (await drawn(LinkButton, { text: "CSV", href: "/api/x", download: true })).elements("a");
  assert.deepEqual([download?.["target"], download && "download" in download], ["_top", true]);
  const [screen] = (await drawn(LinkButton, { text: "Open", href: "/files" })).elements("a");
  assert.equal(screen?.["target"], undefined);
});

test("a chip is a word with a shape, and a rate limit says until when", async () => {
  const limited = await drawn(StatusChip, { status: "Rate limited", untilMs: noonMs });
  assert.match(limited.text, /^Rate limited until \d\d:\d\d \S+$/);
  assert.equal(limited.elements("svg").length, 1);
  assert.equal((await drawn(StatusChip, { status: "Connected", untilMs: noonMs })).text, "Connected");
  assert.equal((await drawn(ResultChip, { result: null })).text, "Running");
});

test("a result that this page does not know stands as it was written", async () => {
  assert.equal((await drawn(ResultWordChip, { word: "Partial roster" })).text, "Partial roster");
  assert.equal((await drawn(ResultWordChip, { word: "unknown" })).text, "Result unknown");
  assert.equal((await drawn(ResultWordChip, { word: "toString" })).text, "toString");
});

test("figures lead to what they count, where there is a list of it", async () => {
  const { texts, elements } = await drawn(Figures, {
    figures: [
      { label: "Members", value: "1,200", href: "/people", note: "50 inactive" },
      { label: "Requests", value: "12" },
    ],
  });
  assert.deepEqual(texts("dt"), ["Members", "Requests"]);
  assert.deepEqual(texts("dd"), ["1,200", "50 inactive", "12"]);
  assert.deepEqual(
    elements("a").map(({ href, text }) => [href, text]),
    [["/people", "1,200"]],
  );
});

test("facts are labels with their values", async () => {
  const { texts } = await drawn(FactList, { facts: [["Code", "X-1"]] });
  assert.deepEqual([texts("dt"), texts("dd")], [["Code"], ["X-1"]]);
});

test("progress is between nothing and all, and says nothing while nothing is known", async () => {
  const value = async (fraction: number | null) =>
    (await drawn(ProgressBar, { label: "Sync", fraction })).elements("div")[0]?.["aria-valuenow"];
  assert.deepEqual(
    [await value(0.426), await value(-1), await value(7), await value(null)],
    ["43", "0", "100", undefined],
  );
});

test("of tabs the one that is shown says so", async () => {
  const tabs = [
    { href: "/a", text: "A" },
    { href: "/b", text: "B" },
  ];
  const { elements } = await drawn(Tabs, { label: "Parts", tabs, current: "/b" });
  assert.deepEqual(
    elements("a").map((tab) => tab["aria-current"]),
    [undefined, "page"],
  );
});

test("what is asked for is waited for, shown, and kept below the words when it fails later", async () => {
  const show = (data: string | null, failure = data === null ? null : (null as ReturnType<typeof failureOf> | null)) =>
    drawn(Loaded<string>, { of: { data, failure, reload: () => undefined }, children: (text) => text });
  const waiting = await show(null);
  assert.equal(waiting.text, "Loading");
  assert.match(waiting.html, /aria-busy="true"/);
  assert.equal((await show("Rows")).text, "Rows");
  const failed = await show(null, failureOf("unexpected"));
  assert.ok(!failed.text.includes("Loading"));
  assert.deepEqual(failed.texts("button"), ["Try again"]);
  const stale = await show("Rows", failureOf("unexpected"));
  assert.match(stale.text, /^It did not work .* Rows$/);
});

test("an empty place says why, and what to do", async () => {
  const { text } = await drawn(Empty, { icon: "file", title: "No rows", children: "Nothing of this kind." });
  assert.equal(text, "No rows Nothing of this kind.");
});

test("a card is named by its heading, and one without a heading is not", async () => {
  const named = await drawn(Card, { title: "File", children: "x" });
  assert.equal(named.elements("section")[0]?.["aria-labelledby"], named.elements("h2")[0]?.["id"]);
  assert.equal((await drawn(Card, { children: "x" })).elements("section")[0]?.["aria-labelledby"], undefined);
});

test("a time by its distance has the exact one for machines and on hover", async () => {
  const [time] = (await drawn(RelativeTime, { ms: Date.now() - 300_000 })).elements("time");
  assert.equal(time?.text, "5 min ago");
  assert.ok(time?.["datetime"] && time["title"]);
});

test("a screen has one heading, the way to it, and what can be done with the whole", async () => {
  const { texts, elements } = await drawn(Page, {
    title: "Acme",
    crumbs: [{ text: "Connectors", href: "/connectors" }, { text: "Acme" }],
    children: "content",
  });
  assert.deepEqual(texts("h1"), ["Acme"]);
  assert.deepEqual(texts("li"), ["Connectors", "Acme"]);
  assert.equal(elements("a").length, 1);
});

test("a dialog is named by its title", async () => {
  const { elements } = await drawn(Dialog, { title: "Sign?", onClose: () => undefined, children: "text" });
  assert.equal(elements("dialog")[0]?.["aria-labelledby"], elements("h2")[0]?.["id"]);
});
