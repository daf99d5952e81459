import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { toEnd } from "../../reviews/to-end.ts";
import type { ConsoleEvent } from "../contract/events.ts";
import type { LogLine } from "../contract/runs.ts";
import { EventHub } from "../event-hub.ts";
import { LogTable } from "../store/log-table.ts";
import { migrate } from "../store/migrations.ts";
import { LogWriter, parseLogLine } from "./log-writer.ts";

function writerOver(db: DatabaseSync) {
  migrate(db, "memory");
  const [hub, told]: [EventHub, ConsoleEvent[]] = [new EventHub(), []];
  hub.subscribe((event) => told.push(event));
  return { writer: new LogWriter(new LogTable(db), hub), told };
}

const line = (message: string) =>
  JSON.stringify({ level: "warn", ts: 1.5, caller: "x.ts:1", msg: message, b: 2, a: 1 });
const messages = (lines: Iterable<LogLine>): string[] => [...lines].map(({ message }) => message);

test("a line of a job is read with its details in order, without the place in the code", () => {
  assert.deepEqual(parseLogLine(line("text"), "r"), {
    timeMs: 1500,
    level: "warn",
    message: "text",
    runId: "r",
    fields: { a: 1, b: 2 },
  });
  assert.deepEqual(Object.keys(parseLogLine(line("text"), null)?.fields ?? {}), ["a", "b"]);
});

test("what is no line of a logger is none, and an unknown level is an ordinary one", () => {
  for (const text of ["", "not JSON", '{"level":"info"', "null"])
    assert.equal(parseLogLine(text, null), undefined, text);
  assert.equal(parseLogLine('{"level":"shout","ts":0,"msg":"x"}', null)?.level, "info");
});

test("lines are there for who asks now, and open pages are told once a batch", () => {
  const { writer, told } = writerOver(new DatabaseSync(":memory:"));
  for (const text of ["one", "two", "three"]) writer.addJson("c", "r", line(text));
  writer.addJson("c", "r", "rubbish");
  assert.deepEqual(messages(writer.all("c")), ["one", "two", "three"]);
  assert.deepEqual(messages(toEnd(writer.page("c", { limit: 2 })).rows), ["three", "two"]);
  assert.deepEqual(
    told.map(({ type }) => type),
    ["logged"],
  );
  writer.close();
});

test("lines that cannot be written now wait for the disk, those of other connectors do not", () => {
  const db = new DatabaseSync(":memory:");
  const { writer } = writerOver(db);
  db.exec(
    "create trigger full before insert on log_lines when new.connector_id = 'a' begin select raise(abort, 'x'); end",
  );
  writer.addJson("a", null, line("waits"));
  writer.addJson("b", null, line("written"));
  assert.deepEqual([messages(writer.all("a")), messages(writer.all("b"))], [[], ["written"]]);
  db.exec("drop trigger full");
  writer.addJson("a", null, line("later"));
  assert.deepEqual(messages(writer.all("a")), ["waits", "later"]);
  writer.close();
});
