import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Code } from "@connectrpc/connect";
import { systemClock } from "../../src/sdk/clock.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { FakeC1, type TestService } from "./fake-c1.ts";

/** Every task is finished exactly once. */
function assertEachFinishedOnce(fake: FakeC1, taskIds: readonly string[]): void {
  const finished = fake.c1.finished.map(({ taskId }) => taskId);
  assert.deepEqual(finished.toSorted(), taskIds.toSorted());
}

function waits(service: TestService, message: string): unknown[] {
  return service.lines.filter((line) => line.message === message).map((line) => line.fields["wait"]);
}

/** A connector whose sync takes until it is told to go on, or is aborted. */
function waitingConnector(reached: () => void) {
  return exampleConnector({
    async onList({ signal }) {
      reached();
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
      signal.throwIfAborted();
      await aborted.promise;
    },
  });
}

test("T-34: the first hello is tried again after 1, 2, 4 ... s for faults that pass", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "Hello", code: Code.Unavailable, times: 3 });
  fake.fault({ method: "Hello", code: Code.DeadlineExceeded, times: 1, after: 3 });
  fake.fault({ method: "Hello", code: Code.Internal, times: 6, after: 4 });
  const service = fake.service();
  await fake.until(() => fake.c1.hellos.length === 1);
  await service.stop();
  assert.deepEqual(waits(service, "startup Hello failed, trying again"), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
});

const finalCodes = [
  Code.PermissionDenied,
  Code.InvalidArgument,
  Code.Unimplemented,
  Code.FailedPrecondition,
  Code.NotFound,
] as const;

for (const code of finalCodes) {
  test(`a first hello refused with ${Code[code]} ends the service with that code`, async () => {
    await using fake = await FakeC1.start();
    fake.fault({ method: "Hello", code, times: 1 });
    const service = fake.service();
    await assert.rejects(service.done, (error) => {
      assert.ok(error instanceof BatonError);
      assert.equal(error.exitCode, Number(code));
      assert.match(error.effect ?? "", /nothing was read/);
      assert.match(error.hint ?? "", /client id/);
      return true;
    });
    assert.equal(fake.count("Hello"), 1);
    assert.equal(fake.count("GetTask"), 0);
  });
}

test("T-34: credentials that C1 does not know end the service as unauthenticated, without the secret in the error", async () => {
  await using fake = await FakeC1.start();
  await using other = await FakeC1.start();
  const { clientId } = fake.c1.tokens.credentials;
  const { clientSecret } = other.c1.tokens.credentials;
  const service = fake.service({ clientId, clientSecret });
  await assert.rejects(service.done, (error) => {
    assert.ok(error instanceof BatonError);
    assert.equal(error.code, "C1-TOKEN");
    assert.equal(error.exitCode, 16);
    assert.match(error.message, /failed to get token: 401/);
    return true;
  });
  assert.equal(fake.count("Hello"), 0);
});

for (const [what, change] of [
  ["a line feed", { access_token: "to\nken" }],
  ["letters beyond ASCII", { access_token: "tök€n" }],
  ["a line feed in its type", { token_type: "Be\narer" }],
] as const) {
  test(`a token with ${what} ends the service as no token, as it cannot be sent`, async () => {
    await using fake = await FakeC1.start();
    const { tokens } = fake.c1;
    const answer = tokens.answer.bind(tokens);
    tokens.answer = async (form) => {
      const { status, body } = await answer(form);
      return { status, body: { ...body, ...change } };
    };
    await assert.rejects(fake.service().done, { code: "C1-TOKEN", exitCode: 16 });
  });
}

for (const [method, asksAhead] of [
  ["Hello", false],
  ["GetTask", false],
  ["GetTasks", true],
] as const) {
  test(`a ${method} that is taken and never answered is given up, and asked again`, async () => {
    await using fake = await FakeC1.start();
    const never = Promise.withResolvers<void>();
    fake.c1.onCall(async ({ method: called }) => {
      if (called === method && fake.count(method) === 1) await never.promise;
    });
    const service = fake.service({ asksAhead, answerWithinMs: 500 });
    await fake.until(() => fake.count(method) > 1);
    await service.stop();
    never.resolve();
  });
}

test("T-34: a token endpoint that is overloaded is asked again", async () => {
  await using fake = await FakeC1.start();
  let refused = 0;
  fake.c1.onCall(({ method }) => {
    if (method === "token" && refused < 2) throw new Error(++refused === 1 ? "503" : "429");
  });
  const service = fake.service();
  await fake.until(() => fake.c1.hellos.length === 1);
  await service.stop();
  assert.deepEqual(waits(service, "startup Hello failed, trying again"), [1, 2]);
});

test("T-34: a certificate that nobody vouches for is not accepted", async () => {
  await using fake = await FakeC1.start();
  const service = fake.service({ env: { SSL_CERT_FILE: undefined } });
  await fake.until(() => service.lines.some(({ message }) => message.startsWith("startup Hello failed")));
  await service.stop();
  assert.equal(fake.c1.calls.length, 0);
  const [line] = service.lines.filter(({ message }) => message.startsWith("startup Hello failed"));
  assert.match(String(line?.fields["error"]), /certificate/);
});

test("T-34: a token is renewed before it ends, and only then", async () => {
  const clock = new VirtualClock(Date.now());
  await using fake = await FakeC1.start(clock);
  fake.c1.tokens.lifetimeSeconds = 60;
  fake.c1.pace.nextPollMs = 7_000;
  const service = fake.service();
  await fake.until(() => fake.count("GetTask") >= 30);
  await service.stop();
  // 29 pauses of 7 s; a token serves for 50 s, so that at most every eighth call needs a new one.
  assert.ok(fake.c1.tokens.given >= 4 && fake.c1.tokens.given <= 5, String(fake.c1.tokens.given));
  assert.equal(waits(service, "could not ask for tasks").length, 0);
});

test("T-34: a token that C1 no longer accepts is replaced by one new one, and no call is lost", async () => {
  await using fake = await FakeC1.start();
  const ids = [fake.addSync()];
  let revoked = false;
  fake.c1.onCall(({ method }) => {
    if (method !== "FinishTask" || revoked) return;
    revoked = true;
    fake.c1.tokens.revokeAll();
  });
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, ids);
  assert.equal(fake.c1.tokens.given, 2);
});

test("T-34: a C1 that accepts no token for a while is asked again and again, and work goes on when it does", async () => {
  await using fake = await FakeC1.start();
  let refused = 0;
  fake.c1.onCall(({ method }) => {
    if (method !== "GetTask" || refused === 8) return;
    refused++;
    fake.c1.tokens.revokeAll();
  });
  const id = fake.addSync();
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  // Each refused call is made once more with a new token before it counts.
  assert.deepEqual(waits(service, "could not ask for tasks"), [1, 4, 9, 16]);
});

test("T-34: a token endpoint that refuses in the middle of the polling ends nothing", async () => {
  await using fake = await FakeC1.start();
  let refused = 0;
  fake.c1.onCall(({ method }) => {
    if (method === "GetTask" && refused === 0) fake.c1.tokens.revokeAll();
    if (method === "token" && fake.c1.hellos.length > 0 && refused++ < 3) throw new Error("401");
  });
  const id = fake.addSync();
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  assert.deepEqual(waits(service, "could not ask for tasks"), [1, 4, 9]);
});

test("a client secret that is replaced while the service runs is taken up with the next token", async () => {
  await using fake = await FakeC1.start();
  const { tokens } = fake.c1;
  const first = tokens.credentials.clientSecret;
  let readings = 0;
  const service = fake.service({
    async currentClientSecret() {
      // For the first token, and for the one after the rotation; then something is wrong with the file.
      if (++readings > 2) throw new Error("the file is not there");
      return tokens.credentials.clientSecret;
    },
  });
  await fake.until(() => fake.count("GetTask") >= 2);
  tokens.rotate();
  assert.notEqual(tokens.credentials.clientSecret, first);
  const ids = [fake.addSync()];
  await fake.untilFinished(1);
  // What cannot be read for a moment is no reason to stop.
  tokens.revokeAll();
  ids.push(fake.addSync());
  await fake.untilFinished(2);
  await service.stop();
  assertEachFinishedOnce(fake, ids);
  assert.ok(
    service.lines.some(({ level, message }) => level === "warn" && message.includes("could not be read again")),
  );
});

test("T-34: calls at the same time share one fetch of a token", async () => {
  await using fake = await FakeC1.start();
  fake.c1.pace.nextPollMs = 0;
  const ids = ["listEventFeeds", "actionListSchemas", "listEventFeeds"].map((kind) =>
    // Both kinds take an empty value.
    fake.c1.addTask({ taskType: { case: kind as "listEventFeeds", value: {} } }),
  );
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  fake.c1.onCall(async ({ method }) => {
    if (method !== "FinishTask" || waiting === 3) return;
    waiting++;
    if (waiting === 3) {
      fake.c1.tokens.revokeAll();
      gate.resolve();
    }
    await gate.promise;
  });
  const service = fake.service();
  await fake.untilFinished(3);
  await service.stop();
  assertEachFinishedOnce(fake, ids);
  assert.equal(fake.c1.tokens.given, 2);
});

for (const code of [Code.Unavailable, Code.DeadlineExceeded, Code.Unknown, Code.PermissionDenied] as const) {
  test(`failing to ask for a task with ${Code[code]} is waited out: n² s, at most 60 s, anew after a success`, async () => {
    await using fake = await FakeC1.start();
    fake.fault({ method: "GetTask", code, times: 9, after: 1 });
    fake.fault({ method: "GetTask", code, times: 1, after: 11 });
    const service = fake.service();
    await fake.until(() => fake.count("GetTask") >= 13);
    await service.stop();
    assert.deepEqual(waits(service, "could not ask for tasks"), [1, 4, 9, 16, 25, 36, 49, 60, 60, 1]);
  });
}

test("T-34: a connection that is cut is made again", async () => {
  await using fake = await FakeC1.start();
  const service = fake.service();
  await fake.until(() => fake.count("GetTask") >= 2);
  fake.c1.cutConnections();
  const id = fake.addSync();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
});

test("T-34: a task that C1 does not know any more is left after its first heartbeat", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "Heartbeat", code: Code.NotFound, times: 1 });
  const lost = fake.addSync();
  const next = fake.addSync();
  const service = fake.service({ taskConcurrency: 1 });
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [next]);
  assert.ok(service.lines.some(({ message, fields }) => message.startsWith("task left") && fields["task_id"] === lost));
});

test("T-34: a result for a task that C1 does not know is told once, logged, and work goes on", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "FinishTask", code: Code.NotFound, times: 1 });
  fake.c1.addTask({ taskType: { case: "listEventFeeds", value: {} } });
  const next = fake.c1.addTask({ taskType: { case: "listEventFeeds", value: {} } });
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [next]);
  assert.equal(fake.count("FinishTask"), 2);
  assert.equal(service.lines.filter(({ message }) => message === "task could not be finished").length, 1);
});

test("T-34: a result that does not get through is told again", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "FinishTask", code: Code.Unavailable, times: 2 });
  const id = fake.c1.addTask({ taskType: { case: "listEventFeeds", value: {} } });
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  assert.deepEqual(
    fake.c1.finished.map(({ finalState }) => finalState.case),
    ["success"],
  );
});

test("T-34: a task that is handed out twice is worked on once", async () => {
  await using fake = await FakeC1.start();
  const id = fake.addSync();
  fake.addSync({}, { id });
  let syncs = 0;
  const service = fake.service({
    createConnector: async () =>
      exampleConnector({
        async onValidate() {
          syncs++;
          await fake.until(() => fake.c1.board.waiting === 0);
          await fake.until(() => service.lines.some(({ message }) => message.includes("handed out again; dropped")));
        },
      }),
  });
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  assert.equal(syncs, 1);
});

test("T-34: heartbeats come at the pace that C1 asks for", async () => {
  const clock = new VirtualClock(Date.now());
  await using fake = await FakeC1.start(clock);
  fake.c1.pace.nextHeartbeatMs = 20_000;
  fake.c1.pace.nextPollMs = 300_000;
  const taskId = fake.addSync();
  const service = fake.service({ createConnector: async () => waitingConnector(() => undefined) });
  await fake.until(() => fake.count("Heartbeat") === 5);
  fake.c1.cancelled.add(taskId);
  await fake.untilFinished(1);
  await service.stop();
  const pauses = clock.sleeps.filter((ms) => ms === 20_000);
  // The first heartbeat comes at once, each later one after a pause.
  assert.equal(pauses.length, fake.count("Heartbeat") - 1);
});

test("T-34: a task that C1 cancels is stopped, finished as cancelled, and its file removed", async () => {
  await using fake = await FakeC1.start();
  const taskId = fake.addSync();
  const service = fake.service({
    createConnector: async () => waitingConnector(() => fake.c1.cancelled.add(taskId)),
  });
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [taskId]);
  const [finished] = fake.c1.finished;
  assert.equal(finished?.status?.code, 1);
  assert.match(finished.status.message, /task was cancelled/);
  assert.equal(fake.c1.uploads.length, 0);
});

test("T-34: a task that was cancelled before it began is left without a result", async () => {
  await using fake = await FakeC1.start();
  const taskId = fake.addSync();
  fake.c1.cancelled.add(taskId);
  const service = fake.service({ createConnector: async () => exampleConnector({ onValidate: () => assert.fail() }) });
  await fake.until(() => service.lines.some(({ message }) => message.startsWith("task left")));
  await service.stop();
  assert.equal(fake.count("FinishTask"), 0);
});

test("T-34: nine lost heartbeats are borne, ten in a row stop the work", async (t) => {
  for (const [times, code] of [
    [9, undefined],
    [10, 1],
  ] as const) {
    await t.test(`${times} lost heartbeats`, async () => {
      await using fake = await FakeC1.start();
      fake.fault({ method: "Heartbeat", code: Code.Internal, times, after: 1 });
      const taskId = fake.addSync();
      const service = fake.service({
        createConnector: async () =>
          exampleConnector({
            async onList({ signal }) {
              await fake.until(() => signal.aborted || fake.count("Heartbeat") >= 12);
              signal.throwIfAborted();
            },
          }),
      });
      await fake.untilFinished(1);
      await service.stop();
      assertEachFinishedOnce(fake, [taskId]);
      assert.equal(fake.c1.finished[0]?.status?.code, code);
      if (code === 1) assert.match(fake.c1.finished[0]?.status?.message ?? "", /task failed heartbeat/);
    });
  }
});

test("T-34: an upload that is refused twice gets through at the third attempt, as a whole", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "UploadAsset", code: Code.Internal, times: 1 });
  fake.fault({ method: "UploadAsset", code: Code.DataLoss, times: 1, after: 1 });
  const id = fake.addSync();
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  assert.equal(fake.c1.finished[0]?.finalState.case, "success");
  assert.equal(fake.c1.uploads.length, 1);
  assert.deepEqual(waits(service, "upload failed, trying again"), [0, 1]);
});

test("T-34: a checksum that C1 says is wrong three times is told as the task's failure", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "UploadAsset", code: Code.DataLoss, times: 3 });
  const id = fake.addSync();
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  assert.equal(fake.c1.finished[0]?.status?.code, 15);
  assert.equal(fake.count("UploadAsset"), 3);
});

test("T-34: asking ahead runs every task once, never more at a time than there are slots, and asks for none it knows", async () => {
  await using fake = await FakeC1.start();
  fake.c1.pace.nextPollMs = 10;
  const ids = Array.from({ length: 12 }, () => fake.addSync());
  let underWay = 0;
  let most = 0;
  // A millisecond may be over before the other task begins: the first waits for it.
  const both = Promise.withResolvers<void>();
  const service = fake.service({
    asksAhead: true,
    taskConcurrency: 2,
    createConnector: async () =>
      exampleConnector({
        async onValidate() {
          most = Math.max(most, ++underWay);
          if (underWay === 2) both.resolve();
          await both.promise;
          await systemClock.sleep(1);
          underWay--;
        },
      }),
  });
  await fake.untilFinished(12);
  await service.stop();
  assertEachFinishedOnce(fake, ids);
  assert.equal(most, 2);
  assert.equal(fake.count("GetTask"), 0);
});

test("T-34: asking ahead waits out failures in the same way", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "GetTasks", code: Code.Unavailable, times: 3 });
  const id = fake.addSync();
  const service = fake.service({ asksAhead: true });
  await fake.untilFinished(1);
  await service.stop();
  assertEachFinishedOnce(fake, [id]);
  assert.deepEqual(waits(service, "could not ask for tasks"), [1, 4, 9]);
});

test("T-34: a state directory that others can write is refused", async () => {
  await using fake = await FakeC1.start();
  const first = fake.service();
  await fake.until(() => fake.c1.hellos.length === 1);
  const { readdirSync, chmodSync } = await import("node:fs");
  const [name = ""] = readdirSync(fake.directory).filter((entry) => entry.startsWith("baton-c1-"));
  chmodSync(join(fake.directory, name), 0o777);
  await assert.rejects(fake.service().done, { code: "C1-STATE-DIR" });
  await first.stop();
});
