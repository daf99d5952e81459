/** What is kept of connectors, runs and people comes back as it was, in its order, and goes when it is to go. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { newConnector } from "../connectors/new-connector.ts";
import { newRun } from "../runs/run-results.ts";
import { type ConnectorRecord, ConnectorTable } from "./connector-table.ts";
import { migrate } from "./migrations.ts";
import { PersonTable } from "./person-table.ts";
import { RunTable } from "./run-table.ts";

function memoryStore(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  migrate(db, "memory");
  return db;
}

function connector(id: string, changes: Partial<ConnectorRecord> = {}): ConnectorRecord {
  const begin = { id, name: "", mode: "once" as const, owner: "", isSample: false, key: null, nowMs: 5 };
  return { ...newConnector(begin), ...changes };
}

test("a connector comes back as it was kept, whatever is in it", () => {
  const table = new ConnectorTable(memoryStore());
  const key = {
    source: "entered",
    sourceName: "entered here",
    lastFour: "1234",
    fingerprint: "f",
    owner: null,
  } as const;
  const records = [
    connector("1"),
    connector("2", {
      key,
      isPaused: true,
      runsService: true,
      retryAtMs: 9,
      currentRunId: "r",
      name: "Zoë's \u0000",
    }),
    connector("3", { schedule: { kind: "cron", expression: "0 6 * * *", timeZone: "Europe/Berlin" }, isSample: true }),
  ];
  for (const record of records) table.put(record);
  assert.deepEqual(table.list(), records);
  assert.deepEqual(table.get("2"), records[1]);
  assert.equal(table.get("4"), undefined);
});

test("a change of a connector changes nothing else, and makes none where there is none", () => {
  const table = new ConnectorTable(memoryStore());
  table.put(connector("1", { owner: "Ada" }));
  table.put(connector("2"));
  assert.deepEqual(table.update("1", { isPaused: true }), connector("1", { owner: "Ada", isPaused: true }));
  assert.deepEqual(table.get("2"), connector("2"));
  assert.equal(table.update("3", { isPaused: true }), undefined);
  assert.equal(table.list().length, 2);
});

test("a removed connector takes its runs, lines and secrets along, and those of no other", () => {
  const db = memoryStore();
  const table = new ConnectorTable(db);
  for (const id of ["1", "2"]) {
    table.put(connector(id));
    new RunTable(db).put(newRun({ runId: `run of ${id}`, connectorId: id, startedBy: "person", startedAtMs: 1 }));
  }
  table.remove("1");
  assert.equal(new RunTable(db).get("run of 1"), undefined);
  assert.ok(new RunTable(db).get("run of 2"));
  assert.deepEqual(table.list(), [connector("2")]);
});

/** Runs `r1` to `rN` of one connector, all ended but for the last one, those with even numbers with a file. */
function runsOf(count: number): RunTable {
  const table = new RunTable(memoryStore());
  for (let n = 1; n <= count; n++) {
    const begun = newRun({ runId: `r${n}`, connectorId: "c", startedBy: "person", startedAtMs: 1 });
    table.put(begun);
    const file = n % 2 === 0 ? { bytes: n, sha256: `${n}` } : null;
    if (n < count) table.put({ ...begun, endedAtMs: 2, result: "Complete", file });
  }
  return table;
}
const ids = (runs: readonly { readonly runId: string }[]): string => runs.map(({ runId }) => runId).join(" ");

test("runs are listed newest first, page by page, also those that began within one millisecond", () => {
  const table = runsOf(5);
  assert.equal(ids(table.list("c", { limit: 2 })), "r5 r4");
  assert.equal(ids(table.list("c", { before: "r4", limit: 9 })), "r3 r2 r1");
  assert.equal(ids(table.list("other", { limit: 9 })), "");
});

test("the last run that ended is not the one under way, and that one alone is unfinished", () => {
  const table = runsOf(5);
  assert.equal(table.lastEnded("c")?.runId, "r4");
  assert.equal(ids(table.unfinished()), "r5");
});

test("of runs beyond the newest those with a file are named, and forgotten ones are gone", () => {
  const table = runsOf(9);
  assert.equal(ids(table.withFileBeyond("c", 1)), "r6 r4 r2");
  table.prune("c", 3);
  assert.equal(ids(table.list("c", { limit: 99 })), "r9 r8 r7");
});

test("a link opens for its person until its time is over or it is taken back, and its token is kept nowhere", () => {
  const db = memoryStore();
  const table = new PersonTable(db);
  const { person, token } = table.add("Ada", "reviewer", 1000);
  const { token: other } = table.add("Bob", "viewer", 1000);
  assert.equal(table.redeem(token, 2000)?.name, "Ada");
  assert.equal(table.get(person.id)?.lastSeenMs, 2000);
  assert.equal(table.redeem(token, person.expiresAtMs), undefined);
  assert.equal(table.redeem(token.slice(1), 2000), undefined);
  table.remove(person.id);
  assert.equal(table.redeem(token, 2000), undefined);
  assert.equal(table.redeem(other, 2000)?.role, "viewer");
  for (const row of db.prepare("select * from persons").all())
    assert.ok(!Object.values(row).some((value) => String(value).includes(other)));
});

test("people are listed by name", () => {
  const table = new PersonTable(memoryStore());
  for (const name of ["Zoë", "Ada", "Bob"]) table.add(name, "admin", 1);
  assert.deepEqual(
    table.list().map(({ name, lastSeenMs }) => [name, lastSeenMs]),
    [
      ["Ada", null],
      ["Bob", null],
      ["Zoë", null],
    ],
  );
});
