import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySession } from "../../../test/support/memory-session.ts";
import { BatonError, Status } from "../errors.ts";
import type { ListEvent } from "./list-verdict.ts";
import { MovingList } from "./moving-list.ts";
import { hashOf, type Note } from "./notes.ts";
import { createPageWalk, type PageResult } from "./page-walk.ts";
import type { Question } from "./questions.ts";

interface Row extends Note {
  readonly state?: string;
}
interface Server {
  /** Rows of a pass under a question, in the order in which this page shows them. */
  rows(pass: string, question: Question & { page: number }): readonly Row[];
  /** What is announced; default the number of rows. */
  count?(rows: readonly Row[]): number | undefined;
  find?(note: Note): Row | undefined;
  readonly passes?: readonly string[];
  readonly mostRows?: number;
}

const { signal } = new AbortController();
const ids = (count: number, prefix = "r"): Row[] =>
  Array.from({ length: count }, (_, index) => row(`${prefix}${String(index).padStart(4, "0")}`));
const row = (id: string, name = `n-${id}`, state = ""): Row => ({ id, name, state });

function listOf(server: Server, session = memorySession()) {
  let pageSize = 100;
  const requests: Question[] = [];
  const page = (pass: string, question: Question, n: number, size: number) => {
    requests.push(question);
    if (size > (server.mostRows ?? 1e9)) {
      throw new BatonError({ code: "TOO-MANY", status: Status.unknown, message: "too many rows", fatal: true });
    }
    const rows = server.rows(pass, { ...question, page: n, pageSize: size });
    const totalCount = server.count ? server.count(rows) : rows.length;
    const pageTotal = Math.max(1, Math.ceil(rows.length / size));
    const items = rows.slice((n - 1) * size, n * size);
    return { items, totalCount, pageTotal, hasNext: n < pageTotal ? ("yes" as const) : ("no" as const) };
  };
  const list = new MovingList<Row, Row>({
    name: "rows",
    passes: server.passes ?? ["all"],
    session,
    idOf: ({ id }) => id,
    noteOf: (one) => one,
    passOf: () => server.passes?.[0] ?? "all",
    codec: {
      print: ({ name, state }) => hashOf(`${name}/${state}`),
      identity: () => 0,
      mark: () => 0,
      pack: (notes) => notes,
      unpack: (packed) => packed as readonly Row[],
    },
    observer: { begins() {}, note() {}, again() {} },
    mayLookUp: (count) => count <= 50,
    nowMs: () => 1,
    source: {
      walk: (pass, question) =>
        createPageWalk<Row>({
          fetch: async ({ page: n, pageSize: size }) => {
            const { items, hasNext, ...paging } = page(pass, question, n, size);
            return { items, paging: { ...paging, hasNext, servedSize: size } };
          },
          pageSize: question.pageSize,
          overlaps: question.overlaps,
          idOf: ({ id }) => id,
          ahead: 0,
          signal,
          endless: () => new BatonError({ code: "ENDLESS", status: Status.unknown, message: "endless", fatal: true }),
        }),
      opening: async (pass, question): Promise<PageResult<Row>> => {
        const { items, hasNext, ...paging } = page(pass, question, 1, question.pageSize);
        return { items, ...paging, repeated: [], overlap: 0, page: 1, isLast: hasNext === "no" };
      },
      find: async (note) => server.find?.(note),
      get pageSize() {
        return pageSize;
      },
      refusal: () => undefined,
      smallerThan: (size, error) => {
        if (!(error instanceof BatonError && error.code === "TOO-MANY")) return undefined;
        if (pageSize < size) return pageSize;
        if (size <= 25) return undefined;
        pageSize = Math.floor(size / 2);
        return pageSize;
      },
    },
  });
  return { list, requests };
}

async function read({ list }: ReturnType<typeof listOf>, token = "") {
  const events: ListEvent[] = [];
  const shown = new Map<string, Row>();
  let sweeps = 1;
  for (let next = token; ; ) {
    const step = await list.step(next, signal);
    if (step.beginsAnew) {
      shown.clear();
      sweeps++;
    }
    for (const { row: one } of step.fresh) shown.set(one.id, one);
    events.push(...step.events);
    next = step.nextToken;
    if (next === "") return { events, shown, sweeps, last: events.at(-1) };
  }
}

/** An order of equal names that looks random, and is the same for the same salt. */
const scattered = (rows: readonly Row[], salt: string): readonly Row[] =>
  rows.toSorted((a, b) => hashOf(salt + a.id) - hashOf(salt + b.id));

test("a list at rest is whole in one sweep, and two passes cost one look at each beginning", async () => {
  const bench = listOf({ rows: (pass) => ids(pass === "a" ? 250 : 30, pass), passes: ["a", "b"] });
  const { shown, sweeps, last } = await read(bench);
  assert.deepEqual([shown.size, sweeps, last], [280, 1, { kind: "whole", differing: [] }]);
  // Three windows of 100 that overlap, one page, two looks.
  assert.equal(bench.requests.length, 6);
});

for (const [what, order] of [
  ["by page size", (rows: readonly Row[], { pageSize }: Question) => scattered(rows, `${pageSize}`)],
  ["by page number", (rows: readonly Row[], { page }: Question & { page: number }) => scattered(rows, `${page}`)],
  [
    "by page and size",
    (rows: readonly Row[], q: Question & { page: number }) => scattered(rows, `${q.page}/${q.pageSize}`),
  ],
] as const) {
  test(`a list at rest of which 60 rows tie across a page's edge, in another order ${what}, ends whole`, async () => {
    const all = ids(330);
    const server: Server = {
      rows: (_pass, question) => [...all.slice(0, 75), ...order(all.slice(75, 135), question), ...all.slice(135)],
      find: ({ id }) => all.find((one) => one.id === id),
    };
    const { shown, last } = await read(listOf(server));
    assert.equal(last?.kind, "whole");
    assert.equal(shown.size, 330);
  });
}

test("the same list without an answer for single rows never loses one in silence", async () => {
  const all = ids(330);
  let salt = 0;
  const { shown, last } = await read(listOf({ rows: () => scattered(all, `${salt++}`) }));
  assert.ok(last?.kind === "unproven" ? !last.isStill : last?.kind === "whole" && shown.size === 330, last?.kind);
});

test("rows that slide past a page's edge while the count stays are not lost: the joint does not fit", async () => {
  let asked = 0;
  const all = ids(400);
  // Between the second and the third page somebody in front goes and somebody at the end comes.
  const moved = [...all.slice(0, 40), ...all.slice(41), row("zzzz")];
  const server: Server = { rows: () => (++asked <= 2 ? all : moved) };
  const { shown, sweeps, last } = await read(listOf(server));
  assert.equal(last?.kind, "whole");
  assert.ok(sweeps > 1);
  assert.deepEqual([...shown.keys()].sort(), moved.map(({ id }) => id).sort());
});

test("who went before the last sweep is in it no more", async () => {
  let asked = 0;
  const all = ids(300);
  const { shown, last } = await read(listOf({ rows: () => (++asked === 1 ? all : all.slice(3)) }));
  assert.equal(last?.kind, "whole");
  assert.ok(!shown.has("r0000") && shown.size === 297);
});

test("a count that is too high at rest is named, early, and ends the list, unless nobody is shown at all", async () => {
  for (const [shown, off, kind] of [
    [120, 2, "count-differs"],
    [120, 1200, "count-differs"],
    [0, 120, "unproven"],
  ] as const) {
    const { last, sweeps } = await read(listOf({ rows: () => ids(shown), count: () => shown + off }));
    assert.ok(last?.kind === kind);
    assert.deepEqual(last.sums, [{ pass: "all", announced: shown + off, rows: shown, distinct: shown }]);
    assert.equal(sweeps, 3);
    if (last.kind === "unproven") assert.ok(last.isStill, "it is not called a list that moves");
  }
});

test("a row that stands twice in one answer leaves the count in doubt, and is named", async () => {
  const all = ids(50);
  const { last, shown } = await read(listOf({ rows: () => all.toSpliced(10, 1, row("r0005", "n-r0005", "other")) }));
  assert.ok(last?.kind === "count-differs");
  assert.deepEqual(last.twice, ["r0005"]);
  assert.equal(shown.size, 49);
});

test("one id under two names, two ids under one name: a collision, unless it was a rename in between", async () => {
  const all = ids(60);
  for (const other of [row("r0003", "somebody-else"), row("r9999", "n-r0003")]) {
    const { last } = await read(listOf({ rows: () => [...all, other] }));
    assert.equal(last?.kind, "collision");
  }
  let asked = 0;
  const renamed = all.with(3, row("r0003", "new-name"));
  const server: Server = { rows: () => (++asked === 1 ? all : renamed), passes: ["a", "b"] };
  const { last, shown } = await read(listOf(server));
  assert.equal(last?.kind, "whole");
  assert.equal(shown.get("r0003")?.name, "new-name");
});

test("a row without an id ends the reading", async () => {
  const { last } = await read(listOf({ rows: () => [...ids(3), row("")] }));
  assert.deepEqual(last, { kind: "without-id", count: 1 });
});

test("pages that are refused for their size become smaller, also in the middle, and it is said once", async () => {
  const { shown, events, sweeps } = await read(listOf({ rows: () => ids(130), mostRows: 30 }));
  assert.equal(shown.size, 130);
  assert.equal(sweeps, 1);
  assert.deepEqual(
    events.filter(({ kind }) => kind === "smaller-pages"),
    [
      { kind: "smaller-pages", from: 100, to: 50 },
      { kind: "smaller-pages", from: 50, to: 25 },
    ],
  );
});

test("a run that goes on from any page reads the same, and its statement is that of one reading", async () => {
  const server: Server = { rows: (pass) => ids(pass === "a" ? 260 : 130, pass), passes: ["a", "b"] };
  const whole = listOf(server);
  const expected = await read(whole);
  for (let stop = 1; stop <= 4; stop++) {
    const session = memorySession();
    const before = listOf(server, session);
    const shown = new Map<string, Row>();
    let token = "";
    for (let step = 0; step < stop; step++) {
      const taken = await before.list.step(token, signal);
      for (const { row: one } of taken.fresh) shown.set(one.id, one);
      token = taken.nextToken;
    }
    const after = listOf(server, session);
    const rest = await read(after, token);
    assert.deepEqual([...shown.keys(), ...rest.shown.keys()].sort(), [...expected.shown.keys()].sort());
    assert.deepEqual(rest.last, { kind: "whole", differing: [] });
    assert.deepEqual(after.list.statement(), whole.list.statement());
    const kept = after.list.memory.notes();
    assert.equal(kept.length, 390);
  }
});
