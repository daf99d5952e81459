/** A run while it goes on, and what a held one would take away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../../test/browser/page-parts.ts";
import { noonMs, progressOf } from "../../../../../test/browser/page-samples.ts";
import type { RunProgress } from "../../../contract/runs.ts";

const { SyncingPanel } = await import("./syncing-panel.tsx");
const { DropDetails } = await import("./drop-details.tsx");

const panel = async (more: Partial<RunProgress>) => await drawn(SyncingPanel, { progress: progressOf(more) });

test("a run under way says what it has read, which phase it is in, and what is behind it", async () => {
  const { text, elements } = await panel({ members: 1234 });
  assert.match(text, /^Syncing Cancel/);
  assert.match(text, /organization \(done\) members \(done\) teams roles memberships writing file/);
  assert.match(text, /Members 1,234 Teams 4 Entitlements 12/);
  assert.deepEqual(
    elements("li")
      .filter((phase) => phase["aria-current"] === "step")
      .map((phase) => phase.text),
    ["teams"],
  );
});

test("a used-up budget is waited for until a moment, to the second, with the log one click away", async () => {
  const { text, elements } = await panel({
    waiting: { kind: "rate-limit", reason: "", untilMs: Date.now() + 125_000 },
  });
  assert.match(text, /Waiting for Cloudsmith .* \d\d:\d\d \(\d\d:\d\d UTC\), in 2 min 5 s\. Nothing is lost\./);
  assert.match(text, /Code CS-RATE-429/);
  assert.equal(elements("a")[0]?.["href"], "/connectors/c1/logs");
});

test("another wait says why, and when it is tried again", async () => {
  const waiting = { kind: "retry", reason: "Cloudsmith answered 503.", untilMs: Date.now() - 5 } as const;
  assert.match((await panel({ waiting })).text, /Trying again Cloudsmith answered 503\. Next try at .*, in 0\.0 s\./);
});

test("a run that waits for another one, and one that is being stopped, say so", async () => {
  assert.match((await panel({ isQueued: true })).text, /Waiting for another sync to end/);
  const stopping = await panel({ isCancelling: true });
  assert.match(stopping.text, /^Cancelling/);
  assert.equal(stopping.elements("button")[0]?.["aria-disabled"], "true");
});

test("what is left is told by the run before, or that nothing is known", async () => {
  assert.match((await panel({ secondsLeft: 5 })).text, /Time left About 5 s/);
  assert.match((await panel({ secondsLeft: 200 })).text, /Time left About 3 min 20 s/);
  assert.match((await panel({})).text, /Time left Not known: there is no earlier run/);
  const blind = await panel({ fraction: null });
  assert.match(blind.text, /Time left Not known yet/);
  assert.ok(!blind.html.includes("aria-valuenow"));
});

test("the budget of requests: how much is left, of how much, and when it is renewed", async () => {
  const budget = async (rateLimit: RunProgress["rateLimit"]) => (await panel({ rateLimit })).text;
  assert.match(
    await budget({ limit: 5400, remaining: 4321, resetAtMs: noonMs }),
    /Rate budget 4,321 of 5,400 requests left, renewed at \d\d:\d\d/,
  );
  assert.match(await budget({ limit: null, remaining: 7, resetAtMs: null }), /Rate budget 7 requests left You/);
  assert.match(await budget({ limit: 10, remaining: null, resetAtMs: null }), /Rate budget Not known yet/);
});

test("a held run says by how much each count would change, and names some who would go", async () => {
  const counts = [
    { what: "members", before: 1200, after: 900 },
    { what: "teams", before: 30, after: 30 },
    { what: "grants", before: 45_000, after: 45_001 },
    { what: "roles", before: 0, after: 4 },
  ];
  const { texts } = await drawn(DropDetails, { drop: { counts, sampleNames: ["Grace", "Grace"] } });
  assert.deepEqual(
    texts("td").filter((_text, at) => at % 3 === 2),
    ["−300 (−25 %)", "none", "+1 (+<1 %)", "+4 (+400 %)"],
  );
  assert.deepEqual(texts("li"), ["Grace", "Grace"]);
});

test("where all who would go are listed below, none is named here", async () => {
  const drop = { counts: [], sampleNames: ["Grace"], gone: ["user/1"] };
  assert.equal((await drawn(DropDetails, { drop })).texts("li").length, 0);
});
