import assert from "node:assert/strict";
import { test } from "node:test";
import { type Paging, readPaging } from "./page-walk.ts";

type Row = readonly [
  what: string,
  headers: Record<string, string>,
  page: number,
  rows: number,
  hasNext: Paging["hasNext"],
];

const rows: readonly Row[] = [
  ["the headers announce another page", { "x-pagination-pagetotal": "3" }, 2, 500, "yes"],
  ["the headers say this is the last", { "x-pagination-pagetotal": "3" }, 3, 499, "no"],
  ["they say so of a full page", { "x-pagination-pagetotal": "3" }, 3, 500, "maybe"],
  ["an announced page is empty in the middle", { "x-pagination-pagetotal": "3" }, 2, 0, "yes"],
  ["only the count is announced", { "x-pagination-count": "1200", "x-pagination-pagesize": "500" }, 2, 500, "yes"],
  [
    "only the count is announced, and the page is smaller than asked for",
    { "x-pagination-count": "950" },
    2,
    100,
    "yes",
  ],
  ["the server serves smaller pages", { "x-pagination-count": "90", "x-pagination-pagesize": "30" }, 2, 30, "yes"],
  [
    "count and total of pages contradict",
    { "x-pagination-count": "1200", "x-pagination-pagetotal": "1" },
    1,
    500,
    "maybe",
  ],
  [
    "a count slightly too high changes nothing",
    { "x-pagination-count": "103", "x-pagination-pagetotal": "1" },
    1,
    100,
    "no",
  ],
  ["only Link names a next page", { link: '<https://x/?page=2>; rel="next"' }, 1, 500, "yes"],
  ["Link names no next page", { link: '<https://x/?page=1>; rel="prev"' }, 2, 500, "no"],
  ["nothing is announced and the page is full", {}, 1, 500, "maybe"],
  ["nothing is announced and the page is short", {}, 1, 30, "maybe"],
  ["nothing is announced and the page is empty", {}, 1, 0, "no"],
  ["the numbers are garbage", { "x-pagination-pagetotal": "-1", "x-pagination-count": "many" }, 1, 500, "maybe"],
];

for (const [what, headers, page, received, expected] of rows) {
  test(`there is ${expected === "yes" ? "a" : expected} next page when ${what}`, () => {
    assert.equal(readPaging(headers, { page, pageSize: 500, rows: received }).hasNext, expected);
  });
}

test("count, pages and their size are passed on as announced", () => {
  const headers = { "x-pagination-count": "1200", "x-pagination-pagetotal": "3", "x-pagination-pagesize": "500" };
  assert.deepEqual(readPaging(headers, { page: 1, pageSize: 500, rows: 500 }), {
    totalCount: 1200,
    pageTotal: 3,
    servedSize: 500,
    hasNext: "yes",
  });
});
