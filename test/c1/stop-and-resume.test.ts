import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { thisProcess } from "../../src/sdk/c1z/container/process-identity.ts";
import type { Connector, ListOptions } from "../../src/sdk/contracts/connector.ts";
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { rowsOf, syncRunsOf } from "../support/plain-c1z.ts";
import { FakeC1 } from "./fake-c1.ts";

/** A connector that calls `reached` before page `number` and waits until its sync is stopped. */
function stuckAtPage(number: number, reached: () => void): Connector {
  let pages = 0;
  return exampleConnector({
    async onList({ signal }: ListOptions) {
      if (++pages < number) return;
      reached();
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
      await aborted.promise;
    },
  });
}

/** Paths of everything below the state directories. */
function stateFiles(fake: FakeC1): string[] {
  return readdirSync(fake.directory, { recursive: true, encoding: "utf8" })
    .filter((path) => path.startsWith("baton-c1-") && !/(?:mark|owner\.json)$/.test(path))
    .toSorted();
}

function stateDirectory(fake: FakeC1): string {
  const [name = assert.fail()] = readdirSync(fake.directory).filter((entry) => entry.startsWith("baton-c1-"));
  return join(fake.directory, name);
}

test("a stop in the middle of a sync keeps what was read, and the same task goes on from there after a restart", async () => {
  await using fake = await FakeC1.start();
  const id = fake.addSync();
  const reached = Promise.withResolvers<void>();
  const first = fake.service({ createConnector: async () => stuckAtPage(4, reached.resolve) });
  await reached.promise;
  await first.stop();
  assert.equal(fake.count("FinishTask"), 0);
  const [kept = ""] = stateFiles(fake).filter((path) => path.endsWith("sync.c1z"));
  const [unfinished] = syncRunsOf(join(fake.directory, kept));
  assert.equal(unfinished?.["ended_at"], null);

  fake.addSync({}, { id });
  let pages = 0;
  const second = fake.service({
    createConnector: async () =>
      exampleConnector({
        onList: () => {
          pages++;
        },
      }),
  });
  await fake.untilFinished(1);
  await second.stop();
  // Of the four lists (clubs, users, entitlements, grants) three were read before.
  assert.equal(pages, 1);
  const path = fake.c1.uploads[0]?.path ?? "";
  const runs = syncRunsOf(path);
  assert.deepEqual(
    runs.map((run) => run["sync_id"]),
    [unfinished["sync_id"]],
  );
  assert.equal(rowsOf(path, String(runs[0]?.["sync_id"]))["v1_grants"]?.length, 2);
  assert.deepEqual(
    stateFiles(fake).filter((file) => file.includes("/")),
    [],
  );
});

test("a task with another id begins anew", async () => {
  await using fake = await FakeC1.start();
  fake.addSync();
  const reached = Promise.withResolvers<void>();
  const first = fake.service({ createConnector: async () => stuckAtPage(3, reached.resolve) });
  await reached.promise;
  await first.stop();
  fake.addSync();
  let pages = 0;
  const second = fake.service({
    createConnector: async () =>
      exampleConnector({
        onList: () => {
          pages++;
        },
      }),
  });
  await fake.untilFinished(1);
  await second.stop();
  assert.equal(pages, 4);
});

test("a sync that failed for a passing reason goes on where it was when the task comes again", async () => {
  await using fake = await FakeC1.start();
  const id = fake.addSync();
  fake.addSync({}, { id });
  const calls: string[] = [];
  let attempt = 0;
  const service = fake.service({
    taskConcurrency: 1,
    async createConnector() {
      const number = attempt++;
      let page = 0;
      return exampleConnector({
        onList() {
          calls.push(`${number}/${page++}`);
          if (number !== 1 || page !== 3) return;
          throw new BatonError({ code: "EX-DOWN", status: Status.unavailable, message: "down", fatal: true });
        },
      });
    },
  });
  await fake.untilFinished(2);
  await service.stop();
  assert.deepEqual(
    fake.c1.finished.map(({ status }) => status?.code),
    [14, undefined],
  );
  // The third list failed; the second attempt reads it and the last one.
  assert.deepEqual(calls, ["1/0", "1/1", "1/2", "2/0", "2/1"]);
});

test("a finished sync that C1 has not taken yet is uploaded when its task comes again, and nothing is read again", async () => {
  await using fake = await FakeC1.start();
  const id = fake.addSync();
  const never = Promise.withResolvers<void>();
  const off = fake.c1.onUpload(() => never.promise);
  const first = fake.service();
  await fake.until(() => fake.count("UploadAsset") === 1);
  await first.stop();
  off();
  never.resolve();
  assert.equal(fake.c1.uploads.length, 0);
  fake.addSync({}, { id });
  let pages = 0;
  const second = fake.service({ createConnector: async () => exampleConnector({ onList: () => void pages++ }) });
  await fake.untilFinished(1);
  await second.stop();
  assert.equal(pages, 0);
  assert.equal(fake.c1.finished[0]?.finalState.case, "success");
  const path = fake.c1.uploads[0]?.path ?? "";
  assert.equal(rowsOf(path, String(syncRunsOf(path)[0]?.["sync_id"]))["v1_grants"]?.length, 2);
  assert.deepEqual(
    stateFiles(fake).filter((file) => file.includes("/")),
    [],
  );
});

test("an idle service stops at once", async () => {
  await using fake = await FakeC1.start();
  fake.c1.pace.nextPollMs = 300_000;
  const service = fake.service();
  await fake.until(() => fake.count("GetTask") >= 1);
  await service.stop();
  assert.equal(fake.count("FinishTask"), 0);
});

test("a service that is told to stop before it has said hello ends without an error", async () => {
  await using fake = await FakeC1.start();
  await fake.service({ signal: AbortSignal.abort(new Error("told to stop")) }).done;
  assert.equal(fake.count("Hello"), 0);
});

test("a stop while the first hello is tried again ends the service without an error", async () => {
  await using fake = await FakeC1.start();
  await fake.c1[Symbol.asyncDispose]();
  const service = fake.service();
  await fake.until(() => service.lines.some(({ message }) => message.startsWith("startup Hello failed")));
  await service.stop();
  assert.equal(fake.c1.hellos.length, 0);
});

test("two instances with one client id and different host ids share the work and keep apart", async () => {
  await using fake = await FakeC1.start();
  const ids = Array.from({ length: 10 }, () => fake.addSync());
  const instances = ["host-1", "host-2"].map((host) => fake.service({ env: { BATON_HOST_ID: host } }));
  await fake.untilFinished(10);
  assert.equal(readdirSync(fake.directory).filter((name) => name.startsWith("baton-c1-")).length, 2);
  for (const service of instances) await service.stop();
  assert.deepEqual(fake.c1.finished.map(({ taskId }) => taskId).toSorted(), ids.toSorted());
  assert.deepEqual(new Set(fake.c1.finished.map(({ hostId }) => hostId)), new Set(["host-1", "host-2"]));
});

test("a second service of the same client id and host leaves alone what the first works on", async () => {
  await using fake = await FakeC1.start();
  const goOn = Promise.withResolvers<void>();
  let begun = 0;
  const onList = async (): Promise<void> => {
    begun++;
    await goOn.promise;
  };
  const first = fake.service({ taskConcurrency: 5, createConnector: async () => exampleConnector({ onList }) });
  for (let i = 0; i < 5; i++) fake.addSync();
  await fake.until(() => begun === 5);
  const second = fake.service();
  fake.addSync();
  await fake.untilFinished(1);
  goOn.resolve();
  await fake.untilFinished(6);
  await first.stop();
  await second.stop();
  assert.deepEqual(
    fake.c1.finished.map(({ finalState }) => finalState.case),
    Array.from({ length: 6 }, () => "success"),
  );
});

test("state is private, and neither many nor old left-overs stay", async () => {
  await using fake = await FakeC1.start();
  for (let i = 0; i < 6; i++) {
    fake.addSync();
    const reached = Promise.withResolvers<void>();
    const service = fake.service({ createConnector: async () => stuckAtPage(2, reached.resolve) });
    await reached.promise;
    await service.stop();
  }
  const state = stateDirectory(fake);
  assert.equal(statSync(state).mode & 0o777, 0o700);
  const folders = readdirSync(state);
  assert.equal(folders.length, 3);
  const [old = ""] = folders;
  const eightDaysAgo = fake.clock.nowMs() / 1000 - 8 * 86_400;
  utimesSync(join(state, old), eightDaysAgo, eightDaysAgo);
  const service = fake.service();
  await fake.until(() => fake.count("Hello") === 7);
  await service.stop();
  assert.deepEqual(readdirSync(state).toSorted(), folders.filter((name) => name !== old).toSorted());
});

test("a service without unfinished syncs leaves no directory when it ends, and the empty one of a killed one goes", async () => {
  await using fake = await FakeC1.start();
  const empty = join(fake.directory, `baton-c1-${"9".repeat(16)}`);
  mkdirSync(empty, { mode: 0o700 });
  const aMinuteAgo = Date.now() / 1000 - 60;
  utimesSync(empty, aMinuteAgo, aMinuteAgo);
  const service = fake.service();
  fake.addSync();
  await fake.untilFinished(1);
  await service.stop();
  assert.deepEqual(
    readdirSync(fake.directory).filter((name) => name.startsWith("baton-c1-")),
    [],
  );
});

test("what a killed service left goes when the next one starts, whatever its host name; that of one that lives stays", async () => {
  await using fake = await FakeC1.start();
  const parent = fake.directory;
  const make = (hash: string, owner: object, agoMs = 3_600_000): string => {
    const root = join(parent, `baton-c1-${hash.repeat(16)}`);
    mkdirSync(join(root, "task"), { recursive: true, mode: 0o700 });
    writeFileSync(join(root, "owner.json"), JSON.stringify({ process: { ...thisProcess(), ...owner }, hasMark: true }));
    const then = new Date(Date.now() - agoMs);
    for (const path of [join(root, "task"), join(root, "owner.json"), root]) utimesSync(path, then, then);
    return root;
  };
  const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
  const gone = [
    make("a", { pid: dead }),
    make("b", { pid: dead, host: "pod-1" }),
    make("c", { pidNamespace: "pid:[1]" }),
  ];
  const stays = [make("d", {}), make("e", { host: "elsewhere", boot: "another" }, 1000)];
  const restarting = make("f", { pid: dead }, 1000);
  const service = fake.service();
  await fake.until(() => fake.count("Hello") === 1);
  assert.ok(existsSync(restarting), "it may be starting again");
  fake.addSync();
  await fake.untilFinished(1);
  await service.stop();
  assert.ok(!existsSync(restarting), "this one has finished a sync meanwhile");
  assert.deepEqual(
    gone.map((path) => existsSync(path)),
    [false, false, false],
  );
  assert.deepEqual(
    stays.map((path) => existsSync(path)),
    [true, true],
  );
});
