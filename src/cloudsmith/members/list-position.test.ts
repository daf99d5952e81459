import assert from "node:assert/strict";
import { test } from "node:test";
import type { PageResult } from "../client.ts";
import { formatPosition, type ListPosition, parsePosition, type Step, startOf, takeStep } from "./list-position.ts";

function page(items: readonly string[], more: Partial<PageResult<string>> = {}): PageResult<string> {
  return { items, repeated: [], overlap: 0, page: 1, isLast: false, totalCount: 4, pageTotal: 2, ...more };
}

/** Takes pages until the reading ends, moves, or there are no more. */
function read(pages: readonly PageResult<string>[], acceptsAgain = false): Step["kind"] {
  const known = new Set<string>();
  let position = startOf("people", 0);
  for (const one of pages) {
    const step = takeStep(position, one, { idOf: (row) => row, isKnown: (id) => known.has(id), acceptsAgain });
    for (const row of one.items) known.add(row);
    if (step.kind !== "on") return step.kind;
    // As a resumed run does it.
    position = parsePosition(formatPosition(step.position), ["people"]);
  }
  return "on";
}

const first = page(["a", "b"]);
const last = { isLast: true, page: 2 };

test("pages that join and show as many rows as announced end the list", () => {
  assert.equal(read([first, page(["c", "d"], { ...last, repeated: ["b"], overlap: 1 })]), "ended");
  assert.equal(read([first, page(["c", "d"], last)]), "ended");
});

for (const [what, second] of [
  ["a page that does not begin with the last row of the one before", { repeated: ["c"], overlap: 1 }],
  ["a page that came too short to tell", { repeated: [], overlap: 1 }],
  ["a count that changed", { totalCount: 5 }],
] as const) {
  test(`${what} shows that the list moved`, () => {
    assert.equal(read([first, page(["c", "d"], { ...last, ...second })]), "moved");
  });
}

test("rows missing from the count, or shown on two pages, show that the list moved", () => {
  assert.equal(read([first, page(["c"], last)]), "moved");
  assert.equal(read([first, page(["b", "c"], last)]), "moved");
});

test("rows shown on two pages are accepted in the last reading, and rows twice on one page always", () => {
  assert.equal(read([first, page(["b", "c"], last)], true), "ended");
  assert.equal(read([page(["a", "a"]), page(["c", "d"], last)]), "ended");
});

test("a list that announces nothing ends where it ends", () => {
  const silent = { totalCount: undefined, pageTotal: undefined };
  assert.equal(read([page(["a"], silent), page([], { ...silent, ...last })]), "ended");
});

test("a position survives as a page token, whatever the last row's id is", () => {
  const position: ListPosition = { ...startOf("people", 3), page: 12, count: 7, seen: 6, again: 1, lastId: "a:b\n:é" };
  assert.deepEqual(parsePosition(formatPosition(position), ["others", "people"]), position);
  assert.deepEqual(parsePosition("", ["people"]), startOf("people", 0));
  for (const token of ["2", "people:0:0:::::", "elsewhere:0:1::0:0:0:", "people:0:1:x:0:0:0:"]) {
    assert.throws(() => parsePosition(token, ["people"]), { code: "CS-PAGE-TOKEN" });
  }
});
