import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { anyIs, anyUnpack } from "@bufbuild/protobuf/wkt";
import { systemClock } from "../../src/sdk/clock.ts";
import type { EventFeed } from "../../src/sdk/contracts/connector.ts";
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { ListActionSchemasResponseSchema } from "../../src/sdk/proto/gen/c1/connector/v2/action_pb.ts";
import {
  ListEventFeedsResponseSchema,
  ListEventsResponseSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/event_feed_pb.ts";
import { type Task, TaskSchema } from "../../src/sdk/proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { runSync } from "../../src/sdk/sync/run-sync.ts";
import { noTelemetry, type Telemetry } from "../../src/sdk/telemetry/telemetry.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { exampleFeed } from "../support/example-feed.ts";
import { rowsOf, syncRunsOf } from "../support/plain-c1z.ts";
import { FakeC1, type SyncOptions } from "./fake-c1.ts";

const root = mkdtempSync(join(tmpdir(), "tasks-"));
after(() => rmSync(root, { recursive: true, force: true }));

async function oneShotRows(): Promise<unknown> {
  const path = join(mkdtempSync(join(root, "d-")), "sync.c1z");
  const { syncId } = await runSync({
    connector: exampleConnector(),
    path,
    storageEngine: "sqlite",
    signal: new AbortController().signal,
    logger: silentLogger,
    clock: systemClock,
  });
  return rowsOf(path, syncId);
}

/** The rows of the newest sync in the only upload. */
function uploadedRows(fake: FakeC1): ReturnType<typeof rowsOf> {
  assert.equal(fake.c1.uploads.length, 1);
  const path = fake.c1.uploads[0]?.path ?? "";
  const runs = syncRunsOf(path);
  assert.equal(runs.length, 1);
  assert.notEqual(runs[0]?.["ended_at"], null);
  return rowsOf(path, String(runs[0]?.["sync_id"]));
}

/** Runs the tasks that were queued, to their end. */
async function runAll(fake: FakeC1, count: number, changes: Parameters<FakeC1["service"]>[0] = {}) {
  const service = fake.service(changes);
  await fake.untilFinished(count);
  await service.stop();
  return service;
}

test("a sync task ends with an upload that holds the same rows as a sync into a file", async () => {
  await using fake = await FakeC1.start();
  const taskId = fake.addSync();
  const { lines } = await runAll(fake, 1);
  assert.deepEqual(uploadedRows(fake), await oneShotRows());
  assert.equal(fake.c1.uploads[0]?.taskId, taskId);
  const [finished] = fake.c1.finished;
  assert.equal(finished?.hostId, "host-1");
  assert.deepEqual(finished?.finalState.case, "success");
  assert.equal(finished?.status, undefined);
  assert.ok(lines.some(({ message, fields }) => message === "Task complete!" && fields["task_id"] === taskId));
  assert.deepEqual(leftOver(fake), []);
});

test("the first hello tells of the program, the machine and what the connector can do", async () => {
  await using fake = await FakeC1.start();
  fake.addSync();
  await runAll(fake, 1);
  const [hello] = fake.c1.hellos;
  assert.equal(hello?.taskId, "");
  assert.equal(hello?.buildInfo?.langVersion, `node${process.versions.node}`);
  assert.equal(hello?.buildInfo?.package, "baton-example");
  assert.equal(hello?.buildInfo?.packageVersion, "1.2.3");
  const metadata = hello?.connectorMetadata;
  assert.equal(metadata?.displayName, "Example");
  const capabilities = metadata?.capabilities?.resourceTypeCapabilities ?? [];
  assert.deepEqual(
    capabilities.map(({ resourceType }) => resourceType?.id),
    ["club", "user"],
  );
  const agents = new Map(fake.c1.calls.map(({ method, userAgent }) => [method, userAgent]));
  assert.equal(agents.get("token"), "baton-c1-credential-provider baton-sdk/v0.26.0");
  assert.equal(agents.get("Hello"), "sandbox-connector baton-sdk/v0.26.0");
});

test("a hello task is answered by a hello with its id, not by a result", async () => {
  await using fake = await FakeC1.start();
  const taskId = fake.c1.addTask({ taskType: { case: "hello", value: {} } });
  const service = fake.service();
  await fake.until(() => fake.c1.hellos.length === 2);
  await service.stop();
  assert.deepEqual(
    fake.c1.hellos.map((hello) => hello.taskId),
    ["", taskId],
  );
  assert.equal(fake.count("FinishTask"), 0);
});

interface Expected {
  readonly code: number;
  readonly final?: boolean;
  readonly message?: RegExp;
}

const empty = {};
const unsupported: Expected = { code: 2, message: /^unsupported task type$/ };
const onlyReads: Expected = { code: 12, final: true };
const malformed = (what: string): Expected => ({
  code: 2,
  final: true,
  message: new RegExp(`^malformed ${what} task$`),
});
const answers: readonly (readonly [Task["taskType"]["case"], object, Expected])[] = [
  ["eventFeed", empty, unsupported],
  ["listEvents", empty, { code: 5 }],
  ["grant", { entitlement: empty, principal: empty }, onlyReads],
  ["grant", { principal: empty }, { code: 2, final: true, message: /malformed grant task/ }],
  ["grant", { entitlement: empty }, { code: 2, final: true, message: /malformed grant task/ }],
  ["revoke", { grant: { entitlement: empty, principal: empty } }, onlyReads],
  ["revoke", { grant: { entitlement: empty } }, { code: 2, final: true, message: /malformed revoke task/ }],
  ["revoke", empty, { code: 2, final: true, message: /malformed revoke task/ }],
  ["createAccount", { accountInfo: empty }, onlyReads],
  ["createAccount", empty, malformed("create account")],
  ["createResource", { resource: empty }, onlyReads],
  ["createResource", empty, malformed("create resource")],
  ["deleteResource", { resourceId: { resourceType: "club", resource: "chess" } }, onlyReads],
  ["deleteResource", { resourceId: { resourceType: "club" } }, malformed("delete resource")],
  ["deleteResource", empty, malformed("delete resource")],
  ["rotateCredentials", { resourceId: empty }, onlyReads],
  ["rotateCredentials", empty, malformed("rotate credentials")],
  ["issueCredential", { identityId: empty, credentialOptions: empty, encryptionConfigs: [empty] }, onlyReads],
  ["issueCredential", { identityId: empty, credentialOptions: empty }, malformed("issue credential")],
  ["createTicketTask", empty, { code: 12 }],
  ["getTicket", empty, { code: 12 }],
  ["listTicketSchemas", empty, { code: 12 }],
  ["bulkCreateTickets", empty, { code: 12 }],
  ["bulkGetTickets", empty, { code: 12 }],
  ["actionGetSchema", { name: "x" }, { code: 5 }],
  ["actionInvoke", { name: "x" }, { code: 5 }],
  ["actionGetSchema", empty, { code: 2, message: /action name required/ }],
  ["actionInvoke", empty, { code: 2, message: /action name required/ }],
  ["actionStatus", { name: "x", id: "1" }, { code: 5 }],
  ["actionStatus", { name: "x" }, { code: 2, message: /action id required/ }],
  ["compactSyncs", empty, unsupported],
];

test("every kind of task that a reading connector does not do is refused with its code", async (t) => {
  await using fake = await FakeC1.start();
  fake.c1.pace.nextPollMs = 0;
  const ids = answers.map(([kind, value]) =>
    // Each value fits its kind, which the table's type cannot say.
    fake.c1.addTask({ taskType: { case: kind, value } as Task["taskType"] }),
  );
  await runAll(fake, answers.length);
  for (const [index, [kind, , expected]] of answers.entries()) {
    await t.test(`${kind} ${expected.code}`, () => {
      const finished = fake.c1.finished.filter(({ taskId }) => taskId === ids[index]);
      assert.equal(finished.length, 1);
      const [{ status, finalState } = assert.fail()] = finished;
      assert.equal(status?.code, expected.code);
      assert.match(status.message, expected.message ?? /./);
      assert.equal(finalState.case === "error" && finalState.value.nonRetryable, expected.final ?? false);
    });
  }
});

test("no kind of task is left out of these tests", () => {
  const [kinds] = TaskSchema.oneofs;
  const answeredElsewhere = ["none", "hello", "syncFull", "listEventFeeds", "actionListSchemas"];
  const tested = new Set([...answers.map(([kind]) => String(kind)), ...answeredElsewhere]);
  assert.deepEqual(kinds?.fields.map(({ localName }) => localName).toSorted(), [...tested].toSorted());
});

test("a kind of task that is newer than this version is refused as unsupported", async () => {
  await using fake = await FakeC1.start();
  const newer = create(TaskSchema);
  newer.$unknown = [{ no: 190, wireType: 2, data: Uint8Array.of(0) }];
  fake.c1.addTask({ $unknown: newer.$unknown, taskType: { case: undefined } });
  await runAll(fake, 1);
  assert.equal(fake.c1.finished[0]?.status?.message, "unsupported task type");
});

test("questions about feeds and actions are answered with empty lists", async () => {
  await using fake = await FakeC1.start();
  fake.c1.addTask({ taskType: { case: "listEventFeeds", value: {} } });
  fake.c1.addTask({ taskType: { case: "actionListSchemas", value: {} } });
  await runAll(fake, 2);
  const responses = fake.c1.finished.map(({ finalState }) =>
    finalState.case === "success" ? finalState.value.response : undefined,
  );
  assert.ok(responses.some((any) => any && anyIs(any, ListEventFeedsResponseSchema) && any.value.length === 0));
  assert.ok(responses.some((any) => any && anyIs(any, ListActionSchemasResponseSchema) && any.value.length === 0));
});

/** A service whose connectors have a feed. */
const withFeed = (changes: Partial<EventFeed> = {}): Parameters<FakeC1["service"]>[0] => ({
  createConnector: async () => ({ ...exampleConnector(), eventFeeds: [exampleFeed(undefined, changes)] }),
});

test("C1 is told the feeds of the connector and their events, from the cursor that it has", async () => {
  await using fake = await FakeC1.start();
  fake.c1.addTask({ taskType: { case: "listEventFeeds", value: {} } });
  fake.c1.addTask({ taskType: { case: "listEvents", value: { eventFeedId: "audit", cursor: "2", pageSize: 1 } } });
  await runAll(fake, 2, withFeed());
  const responses = fake.c1.finished.flatMap(({ finalState }) =>
    finalState.case === "success" && finalState.value.response ? [finalState.value.response] : [],
  );
  const feeds = responses.map((any) => anyUnpack(any, ListEventFeedsResponseSchema)).find((one) => one !== undefined);
  assert.deepEqual(
    feeds?.list.map(({ id }) => id),
    ["audit"],
  );
  const page = responses.map((any) => anyUnpack(any, ListEventsResponseSchema)).find((one) => one !== undefined);
  assert.deepEqual([page?.events.map(({ id }) => id), page?.cursor, page?.hasMore], [["e3"], "3", true]);
});

test("a feed that fails ends its task with the error, without secrets, and C1 may ask again", async () => {
  await using fake = await FakeC1.start();
  fake.c1.addTask({ taskType: { case: "listEvents", value: { eventFeedId: "audit" } } });
  const failed = new BatonError({
    code: "EX-PLAN",
    status: Status.failedPrecondition,
    message: "no log",
    hint: "Wait.",
  });
  await runAll(fake, 1, withFeed({ list: async () => Promise.reject(failed) }));
  const [finished] = fake.c1.finished;
  assert.deepEqual([finished?.status?.code, finished?.status?.message], [9, "EX-PLAN: no log Wait."]);
  assert.ok(finished?.finalState.case === "error" && !finished.finalState.value.nonRetryable);
});

test("a task can ask for some resource types, and wins over the flag", async () => {
  await using fake = await FakeC1.start();
  fake.addSync({ syncResourceTypeIds: ["user"] });
  const syncs = {
    syncResourceTypes: ["club"],
    skipEntitlementsAndGrants: false,
    skipFullSync: false,
    workers: 2,
    tempDir: fake.directory,
  };
  await runAll(fake, 1, { syncs });
  const rows = uploadedRows(fake);
  assert.deepEqual(
    rows["v1_resource_types"]?.map((row) => row["external_id"]),
    ["user"],
  );
});

test("a task can leave out entitlements and grants", async () => {
  await using fake = await FakeC1.start();
  fake.addSync({ skipEntitlementsAndGrants: true });
  await runAll(fake, 1);
  const path = fake.c1.uploads[0]?.path ?? "";
  const [run] = syncRunsOf(path);
  assert.equal(run?.["sync_type"], "resources_only");
  const rows = rowsOf(path, String(run["sync_id"]));
  assert.equal(rows["v1_resources"]?.length, 3);
  assert.equal(rows["v1_grants"]?.length, 0);
});

test("a task chooses the storage engine, and fails by the name of one that is not known", async () => {
  await using fake = await FakeC1.start();
  fake.addSync({ storageEngine: "pebble" });
  fake.addSync({ storageEngine: "sqlite" });
  fake.addSync({ storageEngine: "rocks" });
  await runAll(fake, 3);
  const magics = fake.c1.uploads.map(({ path }) => readFileSync(path).subarray(0, 4).toString());
  assert.deepEqual(magics.toSorted(), ["C1Z3", "C1ZF"]);
  const failures = fake.c1.finished.filter(({ finalState }) => finalState.case === "error");
  assert.deepEqual(
    failures.map(({ status }) => /engine not available: rocks/.test(status?.message ?? "")),
    [true],
  );
});

const targeted = (resourceType: string, resource: string): SyncOptions => ({
  targetedSyncResources: [{ id: { resourceType, resource } }],
});
const withSingleReads = { createConnector: async () => exampleConnector({ singleReads: true }) };

test("a task for single resources ends with the upload of a partial sync of just these", async () => {
  await using fake = await FakeC1.start();
  fake.addSync(targeted("user", "ada"));
  await runAll(fake, 1, withSingleReads);
  assert.equal(fake.c1.finished[0]?.finalState.case, "success");
  assert.equal(syncRunsOf(fake.c1.uploads[0]?.path ?? "")[0]?.["sync_type"], "partial");
  const rows = uploadedRows(fake);
  assert.deepEqual(
    rows["v1_resources"]?.map((row) => row["external_id"]),
    ["user:ada"],
  );
  assert.deepEqual(leftOver(fake), []);
});

for (const [what, options] of [
  ["that does not exist", targeted("user", "nobody")],
  ["of a type without single reads", targeted("club", "chess")],
] as const) {
  test(`a task for a resource ${what} uploads a partial sync without resources`, async () => {
    await using fake = await FakeC1.start();
    fake.addSync(options);
    await runAll(fake, 1, withSingleReads);
    assert.equal(fake.c1.finished[0]?.finalState.case, "success");
    const path = fake.c1.uploads[0]?.path ?? "";
    const [sync = assert.fail()] = syncRunsOf(path);
    assert.equal(sync["sync_type"], "partial");
    assert.deepEqual(rowsOf(path, String(sync["sync_id"]))["v1_resources"], []);
    assert.deepEqual(leftOver(fake), []);
  });
}

test("a task without grants is a full sync of everything else", async () => {
  await using fake = await FakeC1.start();
  fake.addSync({ skipGrants: true });
  await runAll(fake, 1);
  assert.equal(fake.c1.finished[0]?.finalState.case, "success");
  const path = fake.c1.uploads[0]?.path ?? "";
  const [sync = assert.fail()] = syncRunsOf(path);
  assert.equal(sync["sync_type"], "full");
  const rows = rowsOf(path, String(sync["sync_id"]));
  assert.deepEqual(rows["v1_grants"], []);
  assert.ok((rows["v1_entitlements"]?.length ?? 0) > 0 && (rows["v1_resources"]?.length ?? 0) > 0);
});

const refusedOptions: readonly (readonly [string, SyncOptions, RegExp])[] = [
  ["a resource of an unknown type", targeted("repo", "r"), /^BATON-TARGET-TYPE/],
];

for (const [what, options, text] of refusedOptions) {
  test(`a task that asks for a sync of ${what} is refused for good`, async () => {
    await using fake = await FakeC1.start();
    fake.addSync(options);
    await runAll(fake, 1);
    const [finished] = fake.c1.finished;
    assert.match(finished?.status?.message ?? "", text);
    assert.equal(finished?.finalState.case === "error" && finished.finalState.value.nonRetryable, true);
    assert.equal(fake.c1.uploads.length, 0);
  });
}

test("telemetry is told of each task with its result, and of the sync in it", async () => {
  await using fake = await FakeC1.start();
  const counted: unknown[] = [];
  const telemetry: Telemetry = {
    ...noTelemetry,
    count: (name, attributes) => void counted.push([name, attributes]),
    duration: (name, _ms, attributes) => void counted.push([name, attributes?.["baton.sync.result"]]),
  };
  fake.addSync();
  fake.addSync(targeted("repo", "r"));
  await runAll(fake, 2, { telemetry, taskConcurrency: 1 });
  const task = { "baton.task.type": "syncFull" };
  assert.deepEqual(counted, [
    ["baton.sync.duration", "Complete"],
    ["baton.tasks", { ...task, "baton.task.result": "success" }],
    ["baton.tasks", { ...task, "baton.task.result": "failure" }],
  ]);
});

test("with --skip-full-sync a sync task is finished without a sync", async () => {
  await using fake = await FakeC1.start();
  fake.addSync();
  const { lines } = await runAll(fake, 1, {
    syncs: {
      syncResourceTypes: [],
      skipEntitlementsAndGrants: false,
      skipFullSync: true,
      workers: undefined,
      tempDir: fake.directory,
    },
    createConnector: async () => exampleConnector({ onValidate: () => assert.fail("read something") }),
  });
  assert.equal(fake.c1.finished[0]?.finalState.case, "success");
  assert.equal(fake.c1.uploads.length, 0);
  assert.ok(lines.some(({ level, message }) => level === "warn" && message.includes("--skip-full-sync")));
});

test("a failing connector is told with code, effect and hint, without its secret, and may be tried again from the start", async () => {
  await using fake = await FakeC1.start();
  fake.addSync();
  let pages = 0;
  const { lines } = await runAll(fake, 1, {
    createConnector: async () =>
      exampleConnector({
        onList: () => {
          if (++pages === 3) throw new Error(`denied for ${fake.c1.tokens.credentials.clientSecret}`);
        },
      }),
  });
  const [finished] = fake.c1.finished;
  assert.equal(finished?.status?.code, 2);
  assert.match(finished.status.message, /BATON-UNEXPECTED: .*denied for \[REDACTED\]/);
  assert.match(finished.status.message, /begins anew/);
  assert.ok(!lines.some(({ message }) => message.includes("kept")), "nothing is said to be kept, as nothing is");
  assert.equal(finished.finalState.case === "error" && finished.finalState.value.nonRetryable, false);
});

test("each sync has a connector of its own, and three run side by side", async () => {
  await using fake = await FakeC1.start();
  fake.c1.pace.nextPollMs = 0;
  const made = new Set<object>();
  let underWay = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  for (let i = 0; i < 5; i++) fake.addSync();
  const service = fake.service({
    async createConnector() {
      const connector = exampleConnector({
        async onValidate() {
          most = Math.max(most, ++underWay);
          await gate.promise;
          underWay--;
        },
      });
      made.add(connector);
      return connector;
    },
  });
  await fake.until(() => most === 3);
  // Nobody asks for more than there is room for.
  assert.equal(fake.c1.board.waiting, 2);
  gate.resolve();
  await fake.untilFinished(5);
  await service.stop();
  assert.equal(made.size, 6); // five syncs, and the one that said hello
  assert.equal(most, 3);
});

test("a task with debug uploads its log after the file, and nothing of it stays", async () => {
  await using fake = await FakeC1.start();
  fake.addSync({}, { debug: true });
  const modes: number[] = [];
  const io = await import("../../src/sdk/cli/logger.ts");
  await runAll(fake, 1, {
    logDebugTo(path) {
      const { sink, close } = io.openDebugLog(path);
      sink("a debug line");
      modes.push(statSync(path).mode & 0o777);
      return close;
    },
  });
  const [file, log] = fake.c1.uploads;
  assert.match(file?.path ?? "", /\.c1z$/);
  assert.equal(readFileSync(log?.path ?? "", "utf8"), "a debug line\n");
  assert.deepEqual(modes, [0o600]);
  assert.deepEqual(leftOver(fake), []);
});

/** Folders of tasks that are still there. */
function leftOver(fake: FakeC1): string[] {
  const state = readdirSync(fake.directory).filter((name) => name.startsWith("baton-c1-"));
  return state.flatMap((name) => {
    const path = join(fake.directory, name);
    return existsSync(path) ? readdirSync(path).filter((entry) => !["mark", "owner.json"].includes(entry)) : [];
  });
}
