import assert from "node:assert/strict";
import { test } from "node:test";
import { decidedPageOf, decidedRowOf } from "../../../../test/browser/page-samples.ts";
import { withDecision } from "./use-decisions.ts";

const page = decidedPageOf([
  decidedRowOf(1, { decision: "keep", note: "asked", by: "Ada", outcome: "done" }),
  decidedRowOf(2),
  decidedRowOf(3),
]);
const decisions = ({ rows }: typeof page) => rows.map(({ decision }) => decision);

test("only the rows that are meant are decided, by whom decides", () => {
  const next = withDecision(page, { rows: [2], decision: "revoke" }, "Grace");
  assert.deepEqual(decisions(next), ["keep", "revoke", null]);
  assert.equal(next.rows[1]?.by, "Grace");
  assert.ok((next.rows[1]?.atMs ?? 0) > 0);
  assert.deepEqual(next.rows[0], page.rows[0]);
});

test("the undecided ones, and all of them", () => {
  assert.deepEqual(decisions(withDecision(page, { rows: "undecided", decision: "unsure" }, "Grace")), [
    "keep",
    "unsure",
    "unsure",
  ]);
  assert.deepEqual(decisions(withDecision(page, { rows: "all", decision: "revoke" }, "Grace")), [
    "revoke",
    "revoke",
    "revoke",
  ]);
});

test("a note leaves the decision, a decision leaves the note, and what was found of the old one goes", () => {
  const noted = withDecision(page, { rows: [1], note: "left in May" }, "Grace").rows[0];
  assert.deepEqual([noted?.decision, noted?.note], ["keep", "left in May"]);
  const decided = withDecision(page, { rows: [1], decision: "revoke" }, "Grace").rows[0];
  assert.deepEqual([decided?.note, decided?.outcome], ["asked", null]);
  assert.equal(withDecision(page, { rows: [1], note: "" }, "Grace").rows[0]?.note, "");
});
