import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import {
  core,
  member,
  memberGrant,
  teamType,
  temporaryDirectory,
  user,
  userType,
} from "../../../../test/support/sample-c1z.ts";
import { many, openTables, type Tables, threadTables } from "../../../../test/support/thread-tables.ts";
import type { Grant } from "../../contracts/model.ts";
import { tableNames } from "./schema.ts";

function dump(file: string): unknown {
  using db = new DatabaseSync(file, { readOnly: true });
  const indexes = db.prepare("select name, sql from sqlite_master where type = 'index' order by name").all();
  return [indexes, ...tableNames.map((name) => db.prepare(`select * from ${name} order by id`).all())];
}

const oddNames = ["", "é", "日本", "a\u0000b", "🦉", "\ud800lone", "x".repeat(300), ":", "'quoted'"];
/** Fresh objects for each, more than are remembered. */
const manyTeams = Array.from({ length: 12_000 }, (_, index): Grant => {
  const resource = { resourceType: index % 3 === 0 ? "organization" : "team", resource: `t${index}` };
  const entitlement = { id: `${resource.resourceType}:${resource.resource}:member`, resource };
  const principal = { resourceType: index % 2 === 0 ? "user" : "te'am", resource: `p${index >> 2}` };
  return { id: `any id ${index} é`, entitlement, principal };
});

function writeAllKinds({ database, rows, grants, session }: Tables): void {
  rows.putResourceTypes([teamType, userType]);
  rows.putResources([core, ...oddNames.map(user)]);
  rows.putResources([{ ...user("early7"), displayName: "Put a second time" }]);
  rows.putResources([]);
  rows.putEntitlements([member, { ...member, id: "team:core:é" }]);
  session.set("key/é", Buffer.from("value"));
  session.set("key/é", Buffer.from("newer"));
  database.commit();
  grants.put(oddNames.map(memberGrant));
  session.set("key/2", Buffer.alloc(0));
  grants.put(manyTeams.slice(0, 11_000));
  grants.put(manyTeams.slice(11_000));
  grants.put([]);
  const expandable = { entitlementIds: ["team:core:member"], shallow: true, resourceTypeIds: [] };
  grants.put([
    { ...memberGrant("expands"), expandable },
    { ...memberGrant("blank"), expandable: { ...expandable, entitlementIds: [" "] } },
    { ...memberGrant("sources"), sources: new Map([["team:core:member", { isDirect: true }]]) },
    { ...memberGrant("annotated"), annotations: [{ typeUrl: "type.googleapis.com/x", value: Buffer.from("y") }] },
  ]);
  // Twice: the last one counts, in the first one's place.
  grants.put([{ ...memberGrant("é"), principal: { resourceType: "user", resource: "somebody else" } }]);
  rows.putResources([user("late")]);
}

test("the thread writes what this one writes, whatever the rows are", async (context) => {
  const directory = temporaryDirectory(context);
  const here = openTables(join(directory, "here"));
  here.rows.putResources(many);
  writeAllKinds(here);
  assert.equal(here.database.isHandedOver, false);
  const there = await threadTables(join(directory, "there"));
  writeAllKinds(there);
  assert.equal(there.database.isHandedOver, true);
  for (const { grants, database } of [here, there]) {
    grants.seal();
    assert.equal(database.isHandedOver, false, "this thread builds the indexes");
    grants.put([memberGrant("after the indexes"), memberGrant("blank")]);
    assert.equal(grants.get(member.id, { resourceType: "user", resource: "expands" })?.expandable?.shallow, true);
    database.commit();
    database.close();
  }
  assert.deepEqual(dump(there.file), dump(here.file));
});

test("who asks sees what was put, whether it is committed or on its way", async (context) => {
  const { database, rows, session, grants } = await threadTables(join(temporaryDirectory(context), "there"));
  for (let round = 0; round < 50; round++) {
    const key = `round/${String(round).padStart(2, "0")}`;
    session.set(key, Buffer.from(key));
    rows.putResources([user(key)]);
    rows.putEntitlements([{ ...member, id: key }]);
    if (round % 3 === 0) database.commit();
    if (round % 2 === 0) grants.put([memberGrant(key)]);
    assert.equal(Buffer.from(session.get(key) ?? []).toString(), key);
    assert.equal(session.keys("round/").length, round + 1);
    assert.equal(rows.getResource({ resourceType: "user", resource: key })?.displayName, `User ${key}`);
    assert.equal(rows.hasEntitlement(key), true);
    assert.equal(rows.hasEntitlement("round/none"), false);
  }
  assert.equal(database.isHandedOver, true);
  database.close();
});

interface TablesScript {
  readonly open: "openTables" | "threadTables";
  readonly lines: string;
  readonly flags?: readonly string[];
}

function testingModule(name: string): string {
  return JSON.stringify(join(import.meta.dirname, "../../../../test/support", name));
}

/** Runs `lines` in a process of its own, in which tables are open and the thread has taken over. */
function runOnThread(context: TestContext, lines: string) {
  return runTables(context, { open: "threadTables", lines });
}

/** Runs `lines` in a process of its own, started with `flags`, in which `open` has opened the tables. */
function runTables(context: TestContext, { open, lines, flags = [] }: TablesScript) {
  const directory = join(temporaryDirectory(context), "killed");
  const program = `
    const { threadTables, many, openTables } = await import(${testingModule("thread-tables.ts")});
    const { user, memberGrant } = await import(${testingModule("sample-c1z.ts")});
    const tables = await ${open}(${JSON.stringify(directory)});
    const { database, rows, grants, session } = tables;
    ${lines}`;
  // In a file: what is given with -e is given to the thread as well.
  const script = join(directory, "..", "program.ts");
  writeFileSync(script, program);
  const run = spawnSync(process.execPath, [...flags, script], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NODE_TEST_CONTEXT: "" },
  });
  return { run, directory };
}

test("T-01: killed, everything since the last commit is gone or known to be of no commit", (context) => {
  const { run, directory } = runOnThread(
    context,
    `session.set("before", Buffer.from("1"));
    rows.putResources([user("before")]);
    grants.put([memberGrant("before")]);
    grants.mark();
    database.commit();
    grants.put([memberGrant("of no commit")]);
    session.set("after", Buffer.from("2"));
    // More than the cache holds, so that they are in the file before they are committed.
    rows.putResources(Array.from({ length: 50000 }, (_, index) => user("after" + index)));
    grants.put([memberGrant("with what is not committed")]);
    if (session.get("after") === undefined) throw new Error("not written");
    process.kill(process.pid, "SIGKILL");`,
  );
  assert.equal(run.signal, "SIGKILL", run.stderr);
  const { database, grants } = openTables(directory);
  const column = (sql: string): unknown[] => database.all(sql).map((row) => Object.values(row)[0]);
  assert.deepEqual(column("pragma integrity_check"), ["ok"]);
  assert.deepEqual(column("select key from v1_connector_sessions where key not like 'baton/%'"), ["before"]);
  assert.deepEqual(column("select count(*) from v1_resources"), [many.length + 1]);
  const [before, after] = [memberGrant("before").id, memberGrant("of no commit").id];
  const grantIds = "select external_id from v1_grants";
  assert.deepEqual(column(grantIds), [before, after]);
  grants.removeUnmarked();
  assert.deepEqual(column(grantIds), [before]);
  database.close();
});

test("a process whose thread still runs ends by itself", (context) => {
  const { run } = runOnThread(context, `rows.putResources([user("last")]); console.log("end");`);
  assert.deepEqual([run.stdout, run.status], ["end\n", 0], run.stderr);
});

test("T-07: a full disk ends it with its error, and nothing is committed any more", async (context) => {
  const tables = await threadTables(join(temporaryDirectory(context), "there"));
  const { database, rows, session, file } = tables;
  session.set("good", Buffer.from("1"));
  database.commit();
  database.runOnSchema("pragma max_page_count = 1");
  const full = { code: "FILE-DISK-FULL" };
  assert.throws(() => {
    for (let page = 0; page < 100; page++) {
      rows.putResources(Array.from({ length: 1000 }, (_, index) => user(`page${page}-${index}`)));
      session.set(`page/${page}`, Buffer.from("2"));
    }
  }, full);
  for (const action of [
    () => session.set("next", Buffer.from("3")),
    () => session.get("good"),
    () => rows.putResources([user("next")]),
    () => database.commit(),
    () => database.write(() => undefined),
  ]) {
    assert.throws(action, full);
  }
  database.close();
  using db = new DatabaseSync(file);
  assert.deepEqual(
    db
      .prepare("select key from v1_connector_sessions")
      .all()
      .map(({ key }) => key),
    ["good"],
  );
});

test("a fault of the thread's own is told, not waited for", async (context) => {
  const { database } = await threadTables(join(temporaryDirectory(context), "there"));
  assert.throws(
    () => {
      database.run("select no_such_function()");
      for (;;) database.get("select 1");
    },
    { code: "FILE-CORRUPT", message: /no_such_function/ },
  );
  database.close();
});

test("it can be closed before the thread has begun, and is its owner's alone again after it", async (context) => {
  const directory = temporaryDirectory(context);
  const early = openTables(join(directory, "early"));
  early.rows.putResources(many);
  early.database.close();
  const { database, rows, file } = await threadTables(join(directory, "late"));
  rows.putResources([user("one more")]);
  const counted = database.read(() => database.db.prepare("select count(*) as rows from v1_resources").get());
  assert.equal(counted?.["rows"], many.length + 1);
  rows.putResources([user("and one here")]);
  database.commit();
  using other = new DatabaseSync(file);
  assert.throws(() => other.prepare("select * from v1_resources").all(), /locked/);
  database.close();
});

test("where no thread can be started, this one goes on writing", (context) => {
  // Node's permission model without --allow-worker.
  const flags = ["--permission", "--allow-fs-read=*", "--allow-fs-write=*"];
  const lines = `rows.putResources(many);
    database.commit();
    rows.putResources([user("last")]);
    database.commit();
    console.log(database.all("select count(*) as n from v1_resources")[0].n, database.isHandedOver);
    database.close();`;
  const { run } = runTables(context, { open: "openTables", lines, flags });
  assert.deepEqual([run.stdout, run.status], [`${many.length + 1} false\n`, 0], run.stderr);
});
