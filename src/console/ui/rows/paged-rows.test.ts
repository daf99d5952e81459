import assert from "node:assert/strict";
import { test } from "node:test";
import { PagedRows, type RowPage } from "./paged-rows.ts";

interface Asked {
  readonly offset: number;
  readonly asOf: number | undefined;
  readonly signal: AbortSignal;
  answer(page: RowPage<number>): void;
  fail(cause: unknown): void;
}

function harness(options: { pageSize?: number; keptPages?: number } = {}) {
  const asked: Asked[] = [];
  let changes = 0;
  const rows = new PagedRows<number>({
    ...options,
    fetchPage: ({ offset, asOf }, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<RowPage<number>>();
      asked.push({ offset, asOf, signal, answer: resolve, fail: reject });
      return promise;
    },
    onChange: () => {
      changes++;
    },
  });
  return { rows, asked, changes: () => changes };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const page = (total: number, offset: number, length: number): RowPage<number> => ({
  total,
  rows: Array.from({ length }, (_, at) => offset + at),
});

test("a list asks for its first page once, and then knows its length and rows", async () => {
  const { rows, asked, changes } = harness({ pageSize: 10 });
  rows.need(0, 25);
  rows.need(0, 25);
  assert.deepEqual(
    asked.map(({ offset }) => offset),
    [0],
  );
  assert.equal(rows.total, undefined);
  asked[0]?.answer(page(45, 0, 10));
  await settled();
  assert.equal(rows.total, 45);
  assert.equal(rows.row(9), 9);
  assert.equal(rows.row(10), undefined);
  assert.equal(changes(), 1);
});

test("rows that come into view are fetched, pages beyond the end are not", async () => {
  const { rows, asked } = harness({ pageSize: 10 });
  rows.need(0, 9);
  asked[0]?.answer(page(25, 0, 10));
  await settled();
  rows.need(15, 99);
  assert.deepEqual(
    asked.map(({ offset }) => offset),
    [0, 10, 20],
  );
});

test("a page that left the view before it came is given up, and comes when it is looked at again", async () => {
  const { rows, asked, changes } = harness({ pageSize: 10 });
  rows.need(0, 0);
  asked[0]?.answer(page(1000, 0, 10));
  await settled();
  rows.need(500, 505);
  rows.need(900, 905);
  assert.equal(asked[1]?.signal.aborted, true);
  asked[1]?.answer(page(1000, 500, 10));
  await settled();
  assert.equal(rows.row(500), undefined);
  assert.equal(changes(), 1);
  rows.need(500, 505);
  asked[3]?.answer(page(1000, 500, 10));
  await settled();
  assert.equal(rows.row(500), 500);
});

test("the pages last looked at are kept, others are forgotten", async () => {
  const { rows, asked } = harness({ pageSize: 10, keptPages: 2 });
  for (const [at, first] of [0, 10, 0, 20].entries()) {
    rows.need(first, first);
    await settled();
    const request = asked.at(-1);
    if (at !== 2) request?.answer(page(100, first, 10));
    await settled();
  }
  assert.equal(rows.row(0), 0);
  assert.equal(rows.row(10), undefined);
  assert.equal(rows.row(20), 20);
});

test("a failure stops asking until it is tried again", async () => {
  const { rows, asked } = harness();
  rows.need(0, 0);
  asked[0]?.fail(new Error("cut"));
  await settled();
  assert.match(String(rows.failure), /cut/);
  rows.need(0, 0);
  assert.equal(asked.length, 1);
  rows.retry();
  asked[1]?.answer(page(3, 0, 3));
  await settled();
  assert.equal(rows.failure, undefined);
  assert.equal(rows.total, 3);
});

test("a closed list is silent", async () => {
  const { rows, asked, changes } = harness();
  rows.need(0, 0);
  rows.close();
  assert.equal(asked[0]?.signal.aborted, true);
  asked[0]?.fail(new Error("aborted"));
  await settled();
  assert.equal(changes(), 0);
  assert.equal(rows.failure, undefined);
});

test("further pages of a list that grows in front are asked for as it was at the first one", async () => {
  const { rows, asked } = harness({ pageSize: 10 });
  rows.need(0, 9);
  asked[0]?.answer({ ...page(25, 0, 10), asOf: 77 });
  await settled();
  rows.need(10, 12);
  assert.deepEqual(
    asked.map(({ asOf }) => asOf),
    [undefined, 77],
  );
  assert.deepEqual(rows.looked, [10, 12]);
});
