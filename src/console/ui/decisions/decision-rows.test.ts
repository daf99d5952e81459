import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { decidedPageOf, decidedRowOf, noonMs, reviewOf } from "../../../../test/browser/page-samples.ts";
import type { DecidedReviewPage } from "../../contract/reviews.ts";
import type { Decisions } from "./use-decisions.ts";

const { DecisionRows } = await import("./decision-rows.tsx");
const { ReviewChip } = await import("./decisions-screen.tsx");
const { Pager } = await import("./pager.tsx");

const nothing = (): void => undefined;

function rows(page: DecidedReviewPage, mayDecide = true) {
  const decisions: Decisions = {
    page: { data: page, failure: null, isLoading: false, reload: nothing, replace: nothing },
    failure: null,
    decide: nothing,
    replaceReview: nothing,
    settled: () => Promise.resolve(),
  };
  return drawn(DecisionRows, { page, decisions, mayDecide, onPast: () => false }, "/reviews/v1?show=undecided");
}

test("each row says who it is about, by what one decides, and what a revocation takes away", async () => {
  const stake = ["owner of Acme", "manager of Build", "member of Docs"];
  const { elements, texts } = await rows(decidedPageOf([decidedRowOf(7, { stake, stakeCount: 9 })]));
  const [name] = texts("th").filter((text) => text.startsWith("Person"));
  assert.equal(name, "Person 7 owner");
  const [, , held] = ["", ...texts("td")];
  assert.equal(held, "owner of Acme, manager of Build and 7 more");
  assert.equal(elements("a")[0]?.["href"], "/reviews/v1?show=undecided&person=user%2Fu7");
  assert.equal(elements("input")[0]?.["aria-label"], "Row 7, Person 7");
});

test("who may decide has the three choices and a note for each row; who looks has the words alone", async () => {
  const page = decidedPageOf([
    decidedRowOf(1, { decision: "revoke", note: "left in May", by: "Ada", atMs: noonMs }),
    decidedRowOf(2),
  ]);
  const decider = await rows(page);
  const radios = decider.elements("input").filter(({ type }) => type === "radio");
  assert.deepEqual(
    radios.map((radio) => `${radio["value"]}${"checked" in radio ? " taken" : ""}`),
    ["keep", "revoke taken", "unsure", "keep", "revoke", "unsure"],
  );
  assert.equal(new Set(radios.map(({ name }) => name)).size, 2);
  assert.deepEqual(decider.texts("button"), ["left in May", "Add a note"]);
  assert.match(decider.text, /Ada, 30 Nov 2026/);
  const viewer = await rows(page, false);
  assert.deepEqual(
    [...viewer.elements("input"), ...viewer.elements("button")],
    [],
    "nothing to press that does nothing",
  );
  assert.match(viewer.text, /Revoke left in May/);
  assert.match(viewer.text, /Undecided/);
});

test("after the next sync each revocation is done or still there, with what is left of it", async () => {
  const check = {
    syncEndedAtMs: noonMs,
    fresh: null,
    freshCount: 0,
    counts: { done: 1, "still-there": 1, unclear: 0 },
  };
  const { text } = await rows(
    decidedPageOf(
      [
        decidedRowOf(1, { decision: "revoke", outcome: "done" }),
        decidedRowOf(2, { decision: "revoke", outcome: "still-there", remains: ["a", "b", "c", "d"] }),
      ],
      { check },
    ),
  );
  assert.match(text, /Since then/);
  assert.match(text, /Done/);
  assert.match(text, /Still there a, b, c$/);
});

test("a row without a name is told by its number, and one that holds nothing says so", async () => {
  const { texts } = await rows(
    decidedPageOf([decidedRowOf(4, { cells: ["", ""], who: null, stake: [], stakeCount: 0 })]),
  );
  assert.ok(texts("th").includes("Row 4"));
  assert.ok(texts("td").includes("Nothing is held"));
});

test("a review is undecided, to be signed, or signed", async () => {
  const chip = async (review: ReturnType<typeof reviewOf>) => (await drawn(ReviewChip, { review })).text;
  assert.equal(await chip(reviewOf({ undecided: 1234 })), "1,234 undecided");
  assert.equal(await chip(reviewOf({ undecided: 0 })), "To be signed");
  assert.equal(await chip(reviewOf({ undecided: 0, signed: { by: "Ada", atMs: noonMs } })), "Signed");
});

test("a list in parts says where one is, and a short one does not", async () => {
  const pager = (offset: number, total: number) => drawn(Pager, { offset, size: 50, total, onMove: nothing });
  assert.equal((await pager(0, 50)).html, "");
  const last = await pager(1200, 1234);
  assert.ok(last.text.startsWith("1,201 to 1,234 of 1,234"));
  assert.deepEqual(
    last.elements("button").map((button) => "disabled" in button),
    [false, true],
  );
  assert.deepEqual(
    (await pager(0, 51)).elements("button").map((button) => "disabled" in button),
    [true, false],
  );
});
