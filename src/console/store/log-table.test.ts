import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { toEnd } from "../../reviews/to-end.ts";
import type { LogFilter, NewLogLine } from "./log-table.ts";
import { openStore } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "console-logs-"));
const store = await openStore(join(directory, "store.sqlite"), { env: {}, keyFile: undefined, ownKeyFile: undefined });
after(() => {
  store.close();
  rmSync(directory, { recursive: true });
});
const { logs } = store;

const levels = ["debug", "info", "warn", "error"] as const;
const lineOf = (i: number, extra: Partial<NewLogLine> = {}): NewLogLine => ({
  timeMs: i,
  level: levels[i % 4] ?? "info",
  message: `message ${i}`,
  fields: { n: i },
  runId: i % 2 === 0 ? "even" : "odd",
  ...extra,
});
const messages = (filter: Partial<LogFilter>, id = "c1"): readonly string[] =>
  toEnd(logs.page(id, { limit: 100, ...filter })).rows.map(({ message }) => message);

logs.append(
  "c1",
  Array.from({ length: 12 }, (_, i) => lineOf(i)),
);
logs.append("c2", [lineOf(0, { message: "of another" })]);

test("lines come newest first, by pages that neither repeat nor miss one, with their number", () => {
  const first = toEnd(logs.page("c1", { limit: 5 }));
  assert.equal(first.total, 12);
  // What is logged meanwhile moves nothing.
  logs.append("c1", [lineOf(12, { runId: "later" })]);
  const { asOf } = first;
  const second = toEnd(logs.page("c1", { limit: 5, offset: 5, asOf }));
  const third = toEnd(logs.page("c1", { limit: 5, offset: 10, asOf }));
  assert.deepEqual([second.total, third.total, third.asOf], [12, 12, asOf]);
  const all = [...first.rows, ...second.rows, ...third.rows].map(({ timeMs }) => timeMs);
  assert.deepEqual(all, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(first.rows[0]?.fields, { n: 11 });
});

test("a level shows itself and what is worse; a run shows its own lines", () => {
  assert.deepEqual(messages({ level: "warn" }), [
    "message 11",
    "message 10",
    "message 7",
    "message 6",
    "message 3",
    "message 2",
  ]);
  assert.equal(toEnd(logs.page("c1", { level: "error", runId: "odd", limit: 1 })).total, 3);
  assert.deepEqual(messages({}, "c2"), ["of another"]);
});

test("search finds text in message and details, in either case, and takes every sign as it is", () => {
  const texts = [
    "100 % sure",
    "under_score",
    String.raw`back\slash`,
    "it's a quote",
    "Ünicode ☃",
    "';drop table log_lines;--",
  ];
  logs.append(
    "c3",
    texts.map((message, i) => lineOf(i, { message, fields: { path: `/f/${i}` } })),
  );
  for (const text of texts) assert.deepEqual(messages({ q: text }, "c3"), [text]);
  assert.deepEqual(messages({ q: "UNDER" }, "c3"), ["under_score"]);
  assert.deepEqual(messages({ q: "/f/0" }, "c3"), ["100 % sure"]);
  assert.deepEqual(messages({ q: "%%" }, "c3"), []);
  assert.deepEqual(messages({ q: "_nder" }, "c3"), []);
});

test("only the newest lines are kept of a connector, and those of others stay", () => {
  logs.append(
    "c4",
    Array.from({ length: 30 }, (_, i) => lineOf(i)),
  );
  logs.prune("c4", 10);
  assert.equal(toEnd(logs.page("c4", { limit: 1 })).total, 10);
  assert.equal(messages({}, "c4")[9], "message 20");
  assert.equal(toEnd(logs.page("c2", { limit: 1 })).total, 1);
});

test("a download has every line, oldest first, also while new ones come", () => {
  logs.append(
    "c5",
    Array.from({ length: 2500 }, (_, i) => lineOf(i)),
  );
  const seen: number[] = [];
  for (const { timeMs } of logs.all("c5")) {
    if (seen.length === 0) logs.append("c5", [lineOf(2500)]);
    seen.push(timeMs);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 2501 }, (_, i) => i),
  );
});
