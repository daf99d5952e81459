import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { type AttentionMatter, attentionKinds } from "../../contract/attention.ts";

const { addressOf, Line, textOf } = await import("./needs-attention.tsx");

function matter(kind: AttentionMatter["kind"], more: Partial<AttentionMatter> = {}): AttentionMatter {
  return {
    kind,
    connectorId: "c1",
    connectorName: "Acme",
    orgSlug: "acme",
    count: null,
    reason: "",
    tone: "bad",
    place: { on: "connector" },
    series: [],
    ...more,
  };
}

test("each matter is a sentence of its own, and people are counted in words", () => {
  const words = attentionKinds.map((kind) => textOf(matter(kind, { count: 2, reason: "Its key was refused" })));
  assert.equal(new Set(words).size, attentionKinds.length);
  assert.equal(textOf(matter("disabled-owners", { count: 1 })), "1 disabled owner");
  assert.equal(textOf(matter("leavers", { count: 1 })), "1 disabled person still holding access");
  assert.equal(textOf(matter("leavers", { count: 1200 })), "1,200 disabled people still holding access");
  assert.equal(textOf(matter("new-owners", { count: 3 })), "3 new owners since the sync before");
});

test("a connector that fails says why, where that is known", () => {
  assert.equal(textOf(matter("failing", { reason: "Its key was refused" })), "Its key was refused");
  assert.equal(textOf(matter("failing")), "The last sync failed");
});

test("each leads to the people, the review or the connector that it is about", () => {
  const place = (one: AttentionMatter["place"]) => addressOf(matter("leavers", { place: one }));
  assert.equal(
    place({ on: "people", where: { roles: "owner", status: "disabled" } }),
    "/connectors/c1/access?roles=owner&status=disabled",
  );
  assert.equal(place({ on: "review", name: "offboarding" }), "/sources/connector%3Ac1/reviews/offboarding");
  assert.equal(place({ on: "connector" }), "/connectors/c1");
});

test("the figure of the runs before is a line with its numbers in words; one run is no line", async () => {
  assert.equal((await drawn(Line, { series: [3] })).html, "");
  const { text, elements } = await drawn(Line, { series: [0, 5, 10] });
  assert.equal(text, "In the last runs: 0, 5, 10");
  assert.equal(elements("polyline")[0]?.["points"], "2.0,18.0 36.0,10.0 70.0,2.0");
  // Nothing at all is a line at the bottom.
  const flat = await drawn(Line, { series: [0, 0] });
  assert.equal(flat.elements("polyline")[0]?.["points"], "2.0,18.0 70.0,18.0");
});
