import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { rowsOf, syncRunsOf } from "../../../../test/support/plain-c1z.ts";
import {
  core,
  member,
  memberGrant,
  openWriter,
  teamType,
  temporaryDirectory,
  user,
  userType,
  writeSync,
} from "../../../../test/support/sample-c1z.ts";
import { systemClock } from "../../clock.ts";
import { silentLogger } from "../../log.ts";
import { thisProcess } from "../container/process-identity.ts";
import { inspectC1z } from "../inspect/inspect.ts";
import { openC1z } from "../read/reader.ts";
import { convertC1z } from "./convert.ts";
import type { SyncType } from "./sync-store.ts";
import type { C1zWriter } from "./writer.ts";

interface Place {
  readonly directory: string;
  readonly path: string;
  readonly scratch: string;
}

function place(context: TestContext): Place {
  const directory = temporaryDirectory(context);
  const scratch = join(directory, "scratch");
  mkdirSync(scratch);
  return { directory, path: join(directory, "sync.c1z"), scratch };
}

const deadPid = spawnSync(process.execPath, ["-e", ""]).pid;

/** What a run leaves that is killed at this moment: its scratch directory, owned by a process that is gone. */
function leave({ scratch, directory }: Place, name = "left"): string {
  const copy = join(directory, name);
  cpSync(scratch, copy, { recursive: true });
  for (const one of readdirSync(copy)) {
    chmodSync(join(copy, one), 0o700);
    changeOwner(join(copy, one), { process: { ...thisProcess(), pid: deadPid } });
  }
  return copy;
}

function changeOwner(scratch: string, change: object): void {
  const file = join(scratch, "owner.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
}

/** A run up to its second checkpoint, killed there. */
async function killedRun(here: Place, type: SyncType = "full", scope = ""): Promise<string> {
  const writer = await openWriter(here.path, here.scratch);
  const { id } = writer.startSync(type, scope);
  fill(writer);
  writer.checkpoint("halfway");
  writer.rows.putResources([user("lost")]);
  const left = leave(here);
  writer.close();
  rmSync(here.scratch, { recursive: true });
  renameSync(left, here.scratch);
  return id;
}

function fill(writer: C1zWriter): void {
  writer.rows.putResourceTypes([teamType, userType]);
  writer.rows.putResources([core, user("ada"), user("bob")]);
  writer.rows.putEntitlements([member]);
}

function onlyDirectory(parent: string): string {
  const [name = "", ...others] = readdirSync(parent);
  assert.deepEqual(others, []);
  return join(parent, name);
}

async function nextRun(here: Place): Promise<{ readonly id: string; readonly token: string }> {
  using writer = await openWriter(here.path, here.scratch);
  const { id, token } = writer.startSync("full");
  fill(writer);
  writer.grants.put([memberGrant("ada"), memberGrant("bob")]);
  writer.endSync();
  await writer.save();
  return { id, token };
}

test("T-03: a run that goes on removes what else the killed one had", async (context) => {
  const here = place(context);
  await writeSync(here.path, here.scratch);
  const id = await killedRun(here);
  // As when the file before is read at that moment.
  const other = join(here.scratch, "c1z-other1");
  mkdirSync(other, { mode: 0o700 });
  writeFileSync(join(other, "mark"), "");
  writeFileSync(join(other, "owner.json"), JSON.stringify({ process: { ...thisProcess(), pid: deadPid } }));
  assert.equal((await nextRun(here)).id, id);
  assert.deepEqual(readdirSync(here.scratch), []);
});

test("T-03: what a killed run had read is gone on with from its last checkpoint, under the same id", async (context) => {
  for (const hasFile of [false, true]) {
    const here = place(context);
    if (hasFile) await writeSync(here.path, here.scratch);
    const id = await killedRun(here);
    {
      using writer = await openWriter(here.path, here.scratch);
      assert.deepEqual(writer.startSync("full"), { id, type: "full", token: "halfway", resumed: true });
      assert.ok(writer.rows.getResource(user("ada").id));
      assert.equal(writer.rows.getResource(user("lost").id), undefined, "what came after the checkpoint is read again");
      writer.grants.put([memberGrant("ada"), memberGrant("bob")]);
      writer.endSync();
      await writer.save();
    }
    const found = await inspectC1z(here.path);
    assert.deepEqual(found.problems, []);
    assert.equal(syncRunsOf(here.path).at(-1)?.["sync_id"], id);
    assert.deepEqual(readdirSync(here.scratch), []);
  }
});

test("T-03: a run killed at each of its durable points is gone on with to the same rows", async (context) => {
  const here = place(context);
  const reference = await writeReference(here);
  const states: { readonly copy: string; readonly id: string }[] = [];
  const writer = await openWriter(here.path, here.scratch);
  const { id } = writer.startSync("full");
  const steps = [
    () => writer.rows.putResourceTypes([teamType, userType]),
    () => writer.rows.putResources([core, user("ada")]),
    () => writer.rows.putResources([user("bob")]),
    () => writer.rows.putEntitlements([member]),
    () => writer.grants.put([memberGrant("ada")]),
    () => writer.grants.put([memberGrant("bob")]),
    () => void writer.grants.listOfEntitlement(member.id, ""),
  ];
  for (const [index, step] of steps.entries()) {
    states.push({ copy: leave(here, `before-${index}`), id });
    step();
    states.push({ copy: leave(here, `within-${index}`), id });
    writer.checkpoint(String(index));
  }
  states.push({ copy: leave(here, "at-the-end"), id });
  writer.close();
  assert.equal(states.length, 15);
  for (const state of states) {
    rmSync(here.scratch, { recursive: true });
    rmSync(here.path, { force: true });
    renameSync(state.copy, here.scratch);
    assert.equal((await nextRun(here)).id, state.id);
    assert.deepEqual(rowsOf(here.path, state.id), reference);
  }
});

async function writeReference(here: Place): Promise<ReturnType<typeof rowsOf>> {
  const { id } = await nextRun(here);
  const rows = rowsOf(here.path, id);
  rmSync(here.path);
  return rows;
}

const doubts: readonly (readonly [what: string, spoil: (here: Place, scratch: string) => void | Promise<void>])[] = [
  [
    "the machine was restarted",
    (_, scratch) => changeOwner(scratch, { process: { ...thisProcess(), pid: deadPid, boot: "x" } }),
  ],
  ["the file was replaced meanwhile", async (here) => void (await writeSync(here.path, temporary(here)))],
  ["the database was cut off", (_, scratch) => truncateSync(join(scratch, "db"), 20_000)],
  ["the database is damaged", (_, scratch) => spoilPage(join(scratch, "db"))],
  ["the database is not there", (_, scratch) => rmSync(join(scratch, "db"))],
  [
    "it was killed while unpacking",
    (_, scratch) =>
      writeFileSync(join(scratch, "owner.json"), JSON.stringify({ process: { ...thisProcess(), pid: deadPid } })),
  ],
  ["its owner's name was cut off", (_, scratch) => writeFileSync(join(scratch, "owner.json"), "{")],
];

for (const [what, spoil] of doubts) {
  test(`T-03: a fresh sync is begun when ${what}`, async (context) => {
    const here = place(context);
    await writeSync(here.path, here.scratch);
    const id = await killedRun(here);
    await spoil(here, onlyDirectory(here.scratch));
    const next = await nextRun(here);
    assert.notEqual(next.id, id);
    assert.equal(next.token, "");
    assert.deepEqual((await inspectC1z(here.path)).problems, []);
    assert.deepEqual(readdirSync(here.scratch), []);
  });
}

test("a targeted sync that was killed is not gone on with, nor does it get into the file", async (context) => {
  const here = place(context);
  await writeSync(here.path, here.scratch);
  await killedRun(here, "partial");
  const { id } = await nextRun(here);
  assert.deepEqual(
    syncRunsOf(here.path).map((run) => run["sync_type"]),
    ["full", "full"],
  );
  assert.equal(syncRunsOf(here.path).at(-1)?.["sync_id"], id);
});

test("what was read of something else is not gone on with, whether it is in the file or left by a kill", async (context) => {
  const here = place(context);
  const first = await killedRun(here, "full", "acme");
  {
    using writer = await openWriter(here.path, here.scratch);
    assert.equal(writer.startSync("full", "acme").id, first, "the same is gone on with");
    await writer.save();
  }
  using writer = await openWriter(here.path, here.scratch);
  const second = writer.startSync("full", "umbrella");
  assert.equal(second.resumed, false);
  assert.equal(writer.rows.getResource(user("ada").id), undefined);
  writer.endSync();
  await writer.save();
  assert.deepEqual(
    syncRunsOf(here.path).map((run) => run["sync_id"]),
    [second.id],
  );
});

function temporary({ directory }: Place): string {
  const other = join(directory, "other-scratch");
  mkdirSync(other, { recursive: true });
  return other;
}

function spoilPage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xee, 16 * 1024, 16 * 1024 * 3);
  writeFileSync(path, bytes);
}

test("T-82: a directory that others may enter is neither used nor removed", async (context) => {
  const here = place(context);
  const id = await killedRun(here);
  const left = onlyDirectory(here.scratch);
  chmodSync(left, 0o755);
  assert.notEqual((await nextRun(here)).id, id);
  assert.ok(existsSync(left));
});

test("what a living process works with is neither used nor removed", async (context) => {
  const here = place(context);
  const id = await killedRun(here);
  const left = onlyDirectory(here.scratch);
  changeOwner(left, { process: thisProcess() });
  assert.notEqual((await nextRun(here)).id, id);
  assert.ok(existsSync(left));
});

test("T-01: scratch directories of the dead go at once, or after a day where another run could take them up; others stay", async (context) => {
  const here = place(context);
  const dead = { ...thisProcess(), pid: deadPid };
  const make = (name: string, owner: object | undefined, ageHours: number, extra?: string, target?: string): string => {
    const directory = join(here.scratch, name);
    mkdirSync(directory, { mode: 0o700 });
    const files = [join(directory, "db"), ...(extra === undefined ? [] : [join(directory, extra)])];
    if (owner) files.push(join(directory, "owner.json"));
    for (const file of files)
      writeFileSync(file, file.endsWith(".json") ? JSON.stringify({ process: owner, target }) : "");
    const then = new Date(Date.now() - ageHours * 3_600_000);
    for (const file of [...files, directory]) utimesSync(file, then, then);
    return name;
  };
  make("c1z-aaaaaa", dead, 0);
  make("c1z-bbbbbb", undefined, 25);
  make("c1z-0123456789abcdef01234567", dead, 25);
  make("c1z-iiiiii", { ...dead, host: "pod-1" }, 0);
  make("c1z-jjjjjj", { ...dead, host: "elsewhere", boot: "another" }, 2);
  make("c1z-89abcdef0123456701234567", dead, 0, undefined, "/gone/with/its/volume/sync.c1z");
  const kept = [
    make("c1z-76543210abcdef0123456789", dead, 23),
    make("c1z-cccccc", undefined, 23),
    make("c1z-dddddd", thisProcess(), 25),
    make("c1z-eeeeee", { ...dead, host: "elsewhere", boot: "another" }, 0.5),
    make("c1z-ffffff", dead, 25, "notes.txt"),
    make("something-else", dead, 25),
  ];
  // A kill between making the directory and naming its owner leaves it empty, or with a mark that nobody holds.
  for (const [name, ageSeconds, ...files] of [
    ["c1z-gggggg", 11],
    ["c1z-hhhhhh", 1],
    ["c1z-kkkkkk", 11, "mark"],
    ["c1z-llllll", 1, "mark"],
  ] as const) {
    const then = new Date(Date.now() - ageSeconds * 1000);
    const directory = join(here.scratch, name);
    mkdirSync(directory, { mode: 0o700 });
    for (const file of files) {
      writeFileSync(join(directory, file), "");
      utimesSync(join(directory, file), then, then);
    }
    utimesSync(directory, then, then);
  }
  kept.push("c1z-hhhhhh", "c1z-llllll");
  await writeSync(here.path, here.scratch);
  assert.deepEqual(readdirSync(here.scratch).toSorted(), kept.toSorted());
});

test("T-01: files that a killed save left beside the target are gone after the next start, others stay", async (context) => {
  const here = place(context);
  for (const name of ["sync.c1z", "sync.c1z.lock", "sync.c1z.run.json"]) {
    writeFileSync(join(here.directory, `${name}.0123456789ab.tmp`), "half");
  }
  const others = ["sync.c1z.tmp", "sync.c1z.bak", "other.c1z.0123456789ab.tmp", "xsync.c1z.0123456789ab.tmp"];
  for (const name of others) writeFileSync(join(here.directory, name), "");
  await writeSync(here.path, here.scratch);
  assert.deepEqual(readdirSync(here.directory).toSorted(), [...others, "scratch", "sync.c1z"].toSorted());
});

test("what a killed conversion had read is taken up by nobody: a sync into that file begins anew", async (context) => {
  const here = place(context);
  const from = join(here.directory, "from.c1z");
  await writeSync(from, here.directory);
  let id: string;
  {
    using file = await openC1z(from, { tempDir: here.directory });
    const run = file.latestFinished();
    assert.ok(run);
    const writer = await openWriter(here.path, here.scratch, { isResumable: false });
    writer.startCopy({ ...run, type: "full" });
    fill(writer);
    writer.rows.putResources([user("lost")]);
    writer.checkpoint("");
    const left = leave(here);
    writer.close();
    rmSync(here.scratch, { recursive: true });
    renameSync(left, here.scratch);
    id = run.id;
  }
  const next = await nextRun(here);
  assert.notEqual(next.id, id);
  assert.deepEqual(syncRunsOf(here.path).length, 1);
  assert.equal(rowsOf(here.path, next.id)["v1_resources"]?.length, 3);
  assert.deepEqual(readdirSync(here.scratch), []);
});

test("an unfinished sync is not lost by a conversion to the name of its file", async (context) => {
  const here = place(context);
  const from = join(here.directory, "from.c1z");
  await writeSync(from, here.directory);
  const unfinished = `${here.path}.unfinished`;
  writeFileSync(unfinished, "what was read");
  const common = { tempDir: here.scratch, clock: systemClock, logger: silentLogger };
  const conversion = convertC1z({ from, to: here.path, engine: "pebble", ...common });
  await assert.rejects(conversion, { code: "FILE-EXISTS", message: `${unfinished} is there already.` });
  assert.equal(readFileSync(unfinished, "utf8"), "what was read");
});
