import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { failureOf, noonMs } from "../../../../test/browser/page-samples.ts";

const { Banner, FailureBanner, FailureText } = await import("./banner.tsx");

test("a failure says what happened, what it means for the data, what to do, and its code, in this order", async () => {
  const failure = failureOf("wrong-key", {
    code: "CS-AUTH-401",
    title: "Cloudsmith did not accept this API key",
    message: "It answered 401.",
    effect: "Nothing was read",
    hint: "Enter another key.",
    facts: [["Key", "ends in 4f2a"]],
    points: ["It was refreshed.", "It has a typing error."],
  });
  const { text, texts } = await drawn(FailureBanner, { failure });
  assert.equal(
    text,
    "Cloudsmith did not accept this API key It answered 401. Nothing was read. It was refreshed. It has a typing error. Enter another key. Key ends in 4f2a Code CS-AUTH-401",
  );
  assert.deepEqual(texts("li"), ["It was refreshed.", "It has a typing error."]);
});

test("one sentence for title and message is said once, and every sentence ends", async () => {
  const same = await drawn(FailureText, { failure: failureOf("unexpected", { title: "Gone", message: "Gone." }) });
  assert.ok(!same.text.includes("Gone"));
  const asked = await drawn(FailureText, {
    failure: failureOf("unexpected", { message: "Who is it?", effect: "None…" }),
  });
  assert.ok(asked.text.startsWith("Who is it? None… Code"), asked.text);
});

test("the next try is told in the reader's time and in UTC; requests come back whether or not one tries", async () => {
  const facts = async (state: "rate-limited" | "server-error") =>
    (await drawn(FailureText, { failure: failureOf(state, { retryAtMs: noonMs }) })).text;
  assert.match(await facts("server-error"), /Next try \d\d:\d\d \(12:00 UTC\)/);
  assert.match(await facts("rate-limited"), /Requests again \d\d:\d\d \(12:00 UTC\)/);
});

test("only what is somebody's fault is red, and only what is urgent is read out at once", async () => {
  const colour = async (state: "wrong-key" | "rate-limited" | "empty-organization") =>
    /banner-(\w+)/.exec((await drawn(FailureBanner, { failure: failureOf(state) })).html)?.[1];
  assert.deepEqual(
    [await colour("wrong-key"), await colour("rate-limited"), await colour("empty-organization")],
    ["bad", "warn", "info"],
  );
  const calm = await drawn(Banner, { tone: "good", title: "Saved" });
  assert.equal(calm.elements("div")[0]?.["role"], undefined);
  const urgent = await drawn(Banner, { tone: "bad", title: "Lost", isUrgent: true, takesFocus: true });
  assert.deepEqual([urgent.elements("div")[0]?.["role"], urgent.elements("div")[0]?.["tabindex"]], ["alert", "-1"]);
});

test("what can be asked again has a button for it", async () => {
  const { texts } = await drawn(FailureBanner, { failure: failureOf("unexpected"), onRetry: () => undefined });
  assert.deepEqual(texts("button"), ["Try again"]);
});
