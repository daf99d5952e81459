/** A review below its title, and people found from a list. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { decidedPageOf, decidedRowOf, noonMs, reviewOf, sessionOf } from "../../../../test/browser/page-samples.ts";
import type { DecidedReviewPage, ListedPage, ReviewCheck, Role } from "../../contract/reviews.ts";
import { session } from "../api/session.ts";
import type { Decisions } from "./use-decisions.ts";

const { Review } = await import("./decision-screen.tsx");
const { FoundPeople } = await import("./list-screen.tsx");

const nothing = (): void => undefined;

function signIn(role: Role): void {
  session.set({ kind: "signed-in", info: sessionOf({ role }) });
}
beforeEach(() => signIn("reviewer"));

function review(page: DecidedReviewPage) {
  const decisions: Decisions = {
    page: { data: page, failure: null, isLoading: false, reload: nothing, replace: nothing },
    failure: null,
    decide: nothing,
    replaceReview: nothing,
    settled: () => Promise.resolve(),
  };
  return drawn(Review, { id: "v1", show: "all", page, offset: 0, setOffset: nothing, decisions }, "/reviews/v1");
}

const half = reviewOf({ rows: 1234, undecided: 1000, counts: { keep: 200, revoke: 30, unsure: 4 } });

test("how far a review is stands above its rows, who started it, and of which sync", async () => {
  const { text, elements } = await review(decidedPageOf([decidedRowOf(1)], { review: half }));
  assert.match(text, /^234 of 1,234 decided: 200 keep, 30 revoke, 4 unsure Started by Ada, 30 Nov 2026, 13:00 CET,/);
  assert.equal(elements("div").find(({ role }) => role === "progressbar")?.["aria-valuenow"], "19");
  const nobody = await review(decidedPageOf([], { review: reviewOf({ rows: 0, undecided: 0, syncEndedAtMs: null }) }));
  assert.match(nobody.text, /of the sync that ended at a time that is not known\. .* No such row/);
});

test("rows are shown by what was decided, each with its number", async () => {
  const { texts } = await review(decidedPageOf([], { review: half }));
  assert.deepEqual(texts("label"), ["All 1,234", "Undecided 1,000", "Keep 200", "Revoke 30", "Unsure 4"]);
});

const check: ReviewCheck = {
  syncEndedAtMs: noonMs,
  freshCount: 12,
  fresh: [["Newcomer", ["owner", "manager"]]],
  counts: { done: 2, "still-there": 1, unclear: 3 },
};

test("the next sync says what is done, still there and unclear, and what is new", async () => {
  const { text, texts } = await review(decidedPageOf([decidedRowOf(1)], { review: half, check }));
  assert.match(
    text,
    /Of what was to be revoked: 2 done, 1 still there, 3 unclear, as that sync may lack people or access, 12 new since/,
  );
  assert.deepEqual(texts("label").slice(5, 8), ["Done 2", "Still there 1", "Unclear 3"]);
  assert.match(text, /New since the review .* Newcomer Owner, Manager 12 rows in all; the downloads have them\./);
});

test("where it cannot be told what is new, the page does not say that nothing is", async () => {
  const { text } = await review(decidedPageOf([], { review: half, check: { ...check, fresh: null, freshCount: 0 } }));
  assert.doesNotMatch(text, /new since/i);
});

test("keys are told to who may decide: not to who looks, and not of a signed review", async () => {
  const page = decidedPageOf([decidedRowOf(1)], { review: half });
  assert.match((await review(page)).text, /Keys: arrows move, k keep/);
  const signed = { ...half, signed: { by: "Grace", atMs: noonMs } };
  const done = await review(decidedPageOf([decidedRowOf(1)], { review: signed }));
  assert.match(done.text, /Signed by Grace, 30 Nov 2026/);
  assert.doesNotMatch(done.text, /Keys:/);
  signIn("viewer");
  assert.doesNotMatch((await review(page)).text, /Keys:/);
});

test("what is worth knowing of the rows is folded away, and counted", async () => {
  const { texts } = await review(decidedPageOf([], { notices: ["One.", "Two."] }));
  assert.ok(texts("summary").includes("2 notes about these rows"));
});

test("whom a list names is found, ambiguous or not there, each with what they hold and the way to them", async () => {
  const page: ListedPage = {
    keys: ["listed", "found", "type", "id", "name", "email", "status", "roles", "teams", "other"],
    total: 3,
    offset: 0,
    notices: ["A line was empty."],
    counts: [
      { key: "found", label: "found", count: 1 },
      { key: "missing", label: "not found", count: 1200 },
    ],
    rows: [
      ["grace", "found", "user", "7", "Grace", "grace@example.com", "disabled", ["owner"], ["Build", "Docs"], null],
      ["Smith", "ambiguous", null, null, null, null, null, null, null, null],
      ["nobody", "not found", null, null, null, null, null, null, null, null],
    ],
  };
  const { text, texts, elements } = await drawn(
    FoundPeople,
    { source: "file:f1", found: { list: "", page }, onMove: nothing },
    "/sources/file%3Af1/list",
  );
  assert.match(text, /^1 found, 1,200 not found About this list A line was empty\. 3 rows/);
  assert.deepEqual(texts("td").slice(0, 3), [
    "found",
    "Grace grace@ example.com · disabled · 7",
    "owner · Build, Docs",
  ]);
  assert.equal(elements("a")[0]?.["href"], "/sources/file%3Af1/list?person=user%2F7");
  assert.equal(elements("a").length, 1);
});
