import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError, Status } from "../errors.ts";
import { createPageWalk, type FetchedPage, type PageResult, type PageWalk } from "./page-walk.ts";
import type { PageWindow } from "./page-windows.ts";

interface Gate {
  readonly page: number;
  readonly signal: AbortSignal;
  answer(): void;
  fail(error: Error): void;
}

interface Setup {
  readonly pages?: number;
  readonly ahead?: number;
  readonly manual?: boolean;
  readonly fetched?: (page: number) => FetchedPage<string> | undefined;
}

const silent = { pageTotal: undefined, totalCount: undefined, servedSize: undefined };

function pageOf(page: number, pages: number): FetchedPage<string> | undefined {
  if (page > pages) return undefined;
  const hasNext = page < pages ? "yes" : "no";
  return { items: [`item ${page}`], paging: { ...silent, pageTotal: pages, totalCount: pages, hasNext } };
}

function setUp({ pages = 20, ahead = 3, manual = false, fetched = (page) => pageOf(page, pages) }: Setup = {}) {
  const asked: number[] = [];
  const gates: Gate[] = [];
  const controller = new AbortController();
  const walk = createPageWalk<string>({
    fetch: async ({ page }, signal) => {
      asked.push(page);
      if (manual) {
        await new Promise<void>((resolve, reject) => gates.push({ page, signal, answer: resolve, fail: reject }));
      }
      return fetched(page);
    },
    idOf: (item) => item,
    ahead,
    signal: controller.signal,
    endless: (page) => new BatonError({ code: "ENDLESS", status: Status.unknown, message: `page ${page}` }),
  });
  return { walk, asked, gates, controller };
}

async function readAll(walk: PageWalk<string>, from = 1): Promise<string[]> {
  const items: string[] = [];
  for (let n = from; ; n++) {
    const page = await walk.page(n);
    items.push(...page.items);
    if (page.isLast) return items;
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("all pages come in order, each asked for once", async () => {
  const { walk, asked } = setUp({ pages: 20 });
  const items = await readAll(walk);
  assert.deepEqual(
    items,
    Array.from({ length: 20 }, (_, index) => `item ${index + 1}`),
  );
  assert.deepEqual(
    asked,
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test("the next pages are fetched while the caller has one in hand, and never more than allowed", async () => {
  const { walk, asked } = setUp({ pages: 20, ahead: 3 });
  await walk.page(1);
  await settle();
  assert.deepEqual(asked, [1, 2, 3, 4, 5]);
  await walk.page(2);
  await settle();
  assert.deepEqual(asked, [1, 2, 3, 4, 5, 6]);
});

test("answers that overtake each other are still delivered in order", async () => {
  const { walk, gates } = setUp({ pages: 4, manual: true });
  const first = walk.page(1);
  gates[0]?.answer();
  await first;
  await settle();
  const second = walk.page(2);
  for (const gate of gates.slice(1).reverse()) gate.answer();
  assert.deepEqual((await second).items, ["item 2"]);
  assert.deepEqual((await walk.page(3)).items, ["item 3"]);
});

test("a walk that was begun but not asked yet fetches as far ahead as any other", async () => {
  const { walk, asked } = setUp({ pages: 20, ahead: 6 });
  walk.begin();
  await settle();
  assert.deepEqual(asked, [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(await readAll(walk).then((items) => items.length), 20);
});

test("a fresh walk can begin at any page, as a resumed run does", async () => {
  const { walk, asked } = setUp({ pages: 9 });
  assert.deepEqual(await readAll(walk, 7), ["item 7", "item 8", "item 9"]);
  assert.deepEqual(asked, [7, 8, 9]);
});

test("nothing is fetched ahead while the list announces nothing", async () => {
  const announceless = (page: number): FetchedPage<string> => ({
    items: page <= 3 ? [`item ${page}`] : [],
    paging: { ...silent, hasNext: page <= 3 ? "maybe" : "no" },
  });
  const { walk, asked } = setUp({ fetched: announceless });
  assert.deepEqual(await readAll(walk), ["item 1", "item 2", "item 3"]);
  assert.deepEqual(asked, [1, 2, 3, 4]);
});

test("a page past the end ends the list and keeps what was announced", async () => {
  const { walk } = setUp({ fetched: (page) => (page === 1 ? pageOf(1, 3) : undefined) });
  await walk.page(1);
  const { items, isLast, totalCount, pageTotal } = await walk.page(2);
  assert.deepEqual({ items, isLast, totalCount, pageTotal }, { items: [], isLast: true, totalCount: 3, pageTotal: 3 });
});

test("a server that repeats its last page for ever is stopped", async () => {
  const endless = (page: number): FetchedPage<string> => ({
    items: [`item ${Math.min(page, 2)}`],
    paging: { ...silent, pageTotal: page + 1, hasNext: "yes" },
  });
  const { walk } = setUp({ fetched: endless });
  assert.deepEqual(await readAll(walk), ["item 1", "item 2"]);
});

test("one repeated page in the middle of an announced list does not end it", async () => {
  const repeating = (page: number): FetchedPage<string> | undefined => {
    const fetched = pageOf(page, 4);
    return page === 3 && fetched ? { ...fetched, items: ["item 2"] } : fetched;
  };
  const { walk } = setUp({ fetched: repeating });
  assert.deepEqual(await readAll(walk), ["item 1", "item 2", "item 2", "item 4"]);
});

test("a list that grows for ever is an error, 50 pages after its first announcement", async () => {
  const growing = (page: number): FetchedPage<string> => ({
    items: [`item ${page}`],
    paging: { ...silent, pageTotal: page + 2, hasNext: "yes" },
  });
  const { walk, asked } = setUp({ fetched: growing });
  await assert.rejects(readAll(walk), /page 53/);
  assert.ok(Math.max(...asked) <= 53, String(Math.max(...asked)));
});

test("a failed page is thrown when its turn comes, nothing more is sent after it, and it can be asked for again", async () => {
  const { walk, gates, asked } = setUp({ pages: 20, ahead: 2, manual: true });
  const first = walk.page(1);
  gates[0]?.answer();
  await first;
  await settle();
  gates.find((gate) => gate.page === 3)?.fail(new Error("page 3 broke"));
  gates.find((gate) => gate.page === 2)?.answer();
  gates.find((gate) => gate.page === 4)?.answer();
  await settle();
  const before = asked.length;
  assert.deepEqual((await walk.page(2)).items, ["item 2"]);
  await assert.rejects(walk.page(3), /page 3 broke/);
  await settle();
  assert.ok(asked.length <= before + 2, `${asked}`);
  const again = walk.page(3);
  gates.findLast((gate) => gate.page === 3)?.answer();
  assert.deepEqual((await again).items, ["item 3"]);
});

test("stop aborts what is on its way, and later calls reject", async () => {
  const { walk, gates } = setUp({ manual: true });
  walk.begin();
  walk.stop();
  assert.ok(gates.every((gate) => gate.signal.aborted));
  await assert.rejects(walk.page(1), { name: "AbortError" });
});

test("the run's own signal aborts it as well", async () => {
  const { walk, gates, controller } = setUp({ manual: true });
  walk.begin();
  controller.abort(new Error("interrupted"));
  assert.ok(gates.every((gate) => gate.signal.aborted));
  await assert.rejects(walk.page(1), /interrupted/);
});

/** Serves the numbers from 0 up to `rows`; `cut` may overrule what was asked for. */
function numbers(rows: number, cut: (asked: PageWindow) => number = ({ pageSize }) => pageSize, announces = true) {
  const asked: string[] = [];
  const walk = createPageWalk<number>({
    fetch: async (window) => {
      const size = cut(window);
      asked.push(`${window.page}x${window.pageSize}`);
      const from = (window.page - 1) * size;
      if (from >= rows && window.page > 1) return undefined;
      const items = Array.from({ length: Math.max(0, Math.min(size, rows - from)) }, (_, index) => from + index);
      const pageTotal = Math.ceil(rows / size);
      const hasNext = window.page < pageTotal ? "yes" : "no";
      if (!announces) return { items, paging: { ...silent, hasNext: items.length === 0 ? "no" : "maybe" } };
      return { items, paging: { pageTotal, totalCount: rows, servedSize: size, hasNext } };
    },
    idOf: String,
    ahead: 4,
    pageSize: 50,
    signal: new AbortController().signal,
    endless: (page) => new BatonError({ code: "ENDLESS", status: Status.unknown, message: `page ${page}` }),
  });
  return { walk, asked };
}

async function takeAll(walk: PageWalk<number>, from = 1): Promise<PageResult<number>[]> {
  const pages = [];
  for (let n = from; ; n++) {
    const page = await walk.page(n);
    pages.push(page);
    if (page.isLast) return pages;
  }
}

test("with a page size every page begins with the last rows of the page before, and no row is new twice", async () => {
  const { walk, asked } = numbers(1234);
  const pages = await takeAll(walk);
  assert.deepEqual(
    pages.flatMap(({ items }) => items),
    Array.from({ length: 1234 }, (_, index) => index),
  );
  for (const [index, { repeated, overlap }] of pages.entries()) {
    assert.equal(repeated.length, overlap);
    if (index > 0 && overlap > 0) assert.equal(repeated.at(-1), pages[index - 1]?.items.at(-1));
  }
  assert.ok(pages.filter(({ overlap }) => overlap > 0).length > 5);
  assert.equal(asked.length, pages.length, "none is asked for that is not there");
});

for (const [name, cut, announces] of [
  ["pages of 30 whatever is asked for", () => 30, true],
  ["pages of 50 whatever is asked for", () => 50, true],
  ["pages of 30 whatever is asked for, and announces nothing", () => 30, false],
  ["pages of 50 whatever is asked for, and announces nothing", () => 50, false],
] as const) {
  test(`a server with ${name} shows every row once`, async () => {
    const { walk } = numbers(345, cut, announces);
    const rows = (await takeAll(walk)).flatMap(({ repeated, items }) => [...repeated, ...items]);
    assert.deepEqual([...new Set(rows)].length, 345);
    assert.equal(rows.length, 345);
  });
  test(`so does a walk that is resumed at page 5 of a server with ${name}`, async () => {
    const whole = (await takeAll(numbers(345, cut, announces).walk)).slice(4).flatMap(({ items }) => items);
    const rest = (await takeAll(numbers(345, cut, announces).walk, 5)).flatMap(({ items }) => items);
    assert.deepEqual(rest, whole);
  });
}

test("a resumed walk gives the pages that it would have given", async () => {
  const whole = await takeAll(numbers(1234).walk);
  assert.deepEqual(await takeAll(numbers(1234).walk, 9), whole.slice(8));
});

test("pages that lie there unread are given back when the walk stops or begins elsewhere, and those on their way are aborted", async () => {
  const discarded: number[] = [];
  const needed: number[] = [];
  const signals = new Map<number, AbortSignal>();
  const walk = createPageWalk<string>({
    fetch: async ({ page }, signal, turn) => {
      signals.set(page, signal);
      void turn.then(() => needed.push(page));
      // One never arrives.
      if (page === 4) await new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
      const { paging, ...rest } = pageOf(page, 20) ?? assert.fail();
      return {
        announced: paging,
        open: async () => ({ ...rest, paging }),
        discard: () => void discarded.push(page),
      };
    },
    idOf: (item) => item,
    ahead: 3,
    signal: new AbortController().signal,
    endless: (page) => new BatonError({ code: "ENDLESS", status: Status.unknown, message: `page ${page}` }),
  });
  await walk.page(1);
  await settle();
  assert.deepEqual([needed, discarded], [[1], []], "only the page that was asked for is needed");
  await walk.page(10);
  await settle();
  assert.deepEqual(needed, [1, 10]);
  assert.deepEqual(discarded, [2, 3, 5]);
  assert.equal(signals.get(4)?.aborted, true);
  walk.stop();
  await settle();
  assert.deepEqual(discarded, [2, 3, 5, 11, 12, 13, 14]);
});
