import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError, Status } from "../../sdk/errors.ts";
import { createPageWalk, type FetchedPage, type PageWalk } from "./page-walk.ts";

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

function pageOf(page: number, pages: number): FetchedPage<string> | undefined {
  if (page > pages) return undefined;
  const hasNext = page < pages ? "yes" : "no";
  return { items: [`item ${page}`], paging: { pageTotal: pages, totalCount: pages, hasNext } };
}

function setUp({ pages = 20, ahead = 3, manual = false, fetched = (page) => pageOf(page, pages) }: Setup = {}) {
  const asked: number[] = [];
  const gates: Gate[] = [];
  const controller = new AbortController();
  const walk = createPageWalk<string>({
    fetch: async (page, signal) => {
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

test("a walk that was begun but not asked yet holds two pages at most", async () => {
  const { walk, asked } = setUp({ pages: 20, ahead: 6 });
  walk.begin();
  await settle();
  assert.deepEqual(asked, [1, 2]);
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
    paging: { pageTotal: undefined, totalCount: undefined, hasNext: page <= 3 ? "maybe" : "no" },
  });
  const { walk, asked } = setUp({ fetched: announceless });
  assert.deepEqual(await readAll(walk), ["item 1", "item 2", "item 3"]);
  assert.deepEqual(asked, [1, 2, 3, 4]);
});

test("a page past the end ends the list and keeps what was announced", async () => {
  const { walk } = setUp({ fetched: (page) => (page === 1 ? pageOf(1, 3) : undefined) });
  await walk.page(1);
  assert.deepEqual(await walk.page(2), { items: [], page: 2, isLast: true, totalCount: 3, pageTotal: 3 });
});

test("a server that repeats its last page for ever is stopped", async () => {
  const endless = (page: number): FetchedPage<string> => ({
    items: [`item ${Math.min(page, 2)}`],
    paging: { pageTotal: page + 1, totalCount: undefined, hasNext: "yes" },
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
    paging: { pageTotal: page + 2, totalCount: undefined, hasNext: "yes" },
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
