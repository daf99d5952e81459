/** C1 is away for 90 s at every moment of a task: nothing is lost, and C1 is told how the task ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ServiceEvent } from "../../src/sdk/c1/events.ts";
import { Status } from "../../src/sdk/errors.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { FakeC1 } from "./fake-c1.ts";

const outageMs = 90_000;

type Begin = (fake: FakeC1) => () => void;

/** The outage begins when a call of this method arrives for the `number`-th time, before or after it is served. */
function atCall(method: string, number: number, moment: "before" | "after"): Begin {
  return (fake) => {
    let seen = 0;
    return fake.c1.onCall(async (call) => {
      if (call.method !== method || ++seen !== number) return;
      if (moment === "after") return void setImmediate(() => void fake.away(outageMs));
      void fake.away(outageMs);
      throw new ConnectError("away", Code.Unavailable);
    });
  };
}

function atUploadedBytes(least: number): Begin {
  return (fake) => {
    let begun = false;
    return fake.c1.onUpload((_taskId, bytes) => {
      if (bytes < least || begun) return;
      begun = true;
      void fake.away(outageMs);
    });
  };
}

const moments: Readonly<Record<string, Begin>> = {
  "while the first task is asked for": atCall("GetTask", 1, "before"),
  "just after the task was handed out": atCall("GetTask", 1, "after"),
  "at the first heartbeat": atCall("Heartbeat", 1, "before"),
  "just after the first heartbeat": atCall("Heartbeat", 1, "after"),
  "at the second heartbeat": atCall("Heartbeat", 2, "before"),
  "when the upload begins": atCall("UploadAsset", 1, "before"),
  "just after the upload was begun": atCall("UploadAsset", 1, "after"),
  "in the middle of the upload": atUploadedBytes(1),
  "when the result is told": atCall("FinishTask", 1, "before"),
  "while the result is answered": atCall("FinishTask", 1, "after"),
};

for (const [moment, begin] of Object.entries(moments)) {
  test(`C1 away for 90 s ${moment}: the sync arrives, and C1 knows that it is done`, async () => {
    await using fake = await FakeC1.start();
    begin(fake);
    const id = fake.addSync();
    const service = fake.service({
      createConnector: async () =>
        exampleConnector({
          // Long enough for several heartbeats.
          async onList({ signal }) {
            const beats = fake.count("Heartbeat");
            await fake.until(() => signal.aborted || fake.count("Heartbeat") > beats);
          },
        }),
    });
    // A task that was handed out while the connection broke is C1's to hand out again.
    await fake.until(() => fake.c1.finished.length > 0 || isLost(fake, id));
    if (isLost(fake, id)) {
      fake.addSync({}, { id });
      await fake.untilFinished(1);
    }
    await service.stop();
    assert.deepEqual(
      fake.c1.finished.map(({ taskId, finalState }) => [taskId, finalState.case]),
      [[id, "success"]],
    );
    assert.equal(fake.c1.uploads.filter(({ taskId }) => taskId === id).length, 1);
  });
}

/** Handed out, but never begun here, and C1 is asked for the next one already. */
function isLost(fake: FakeC1, id: string): boolean {
  return fake.c1.board.isOut(id) && fake.count("Heartbeat") === 0 && fake.count("GetTask") > 1 && !fake.c1.isAway;
}

test("C1 away for 90 s when a failed sync is told: C1 is told the real error", async () => {
  await using fake = await FakeC1.start();
  atCall("FinishTask", 1, "before")(fake);
  const id = fake.addSync();
  const service = fake.service({
    createConnector: async () =>
      exampleConnector({
        onValidate() {
          throw new Error("the roster cannot be read");
        },
      }),
  });
  await fake.untilFinished(1);
  await service.stop();
  const [finished] = fake.c1.finished;
  assert.equal(finished?.taskId, id);
  assert.equal(finished.status?.code, Status.unknown);
  assert.match(finished.status.message, /the roster cannot be read/);
});

test("C1 away at the start is waited for: the service goes on and works when it is back", async () => {
  await using fake = await FakeC1.start();
  const back = fake.away(outageMs);
  const id = fake.addSync();
  const service = fake.service();
  await back;
  await fake.untilFinished(1);
  await service.stop();
  assert.equal(fake.c1.finished[0]?.taskId, id);
});

test("C1 that answers with 'unavailable' for 90 s is waited for as one that is not there", async () => {
  for (const method of ["Heartbeat", "UploadAsset", "FinishTask"]) {
    await using fake = await FakeC1.start();
    let untilMs: number | undefined;
    fake.c1.onCall((call) => {
      if (call.method !== method) return;
      untilMs ??= fake.clock.monotonicMs() + outageMs;
      if (fake.clock.monotonicMs() < untilMs) throw new ConnectError("away", Code.Unavailable);
    });
    fake.addSync();
    const service = fake.service();
    await fake.untilFinished(1);
    await service.stop();
    assert.equal(fake.c1.finished[0]?.finalState.case, "success", method);
  }
});

test("the token endpoint away for 90 s in the middle of a task loses nothing", async () => {
  await using fake = await FakeC1.start();
  let untilMs: number | undefined;
  fake.c1.onCall(({ method }) => {
    if (method === "FinishTask" && untilMs === undefined) {
      untilMs = fake.clock.monotonicMs() + outageMs;
      fake.c1.tokens.revokeAll();
    }
    if (method === "token" && fake.clock.monotonicMs() < (untilMs ?? 0)) throw new Error("503");
  });
  fake.addSync();
  const service = fake.service();
  await fake.untilFinished(1);
  await service.stop();
  assert.equal(fake.c1.finished[0]?.finalState.case, "success");
});

test("an outage longer than what is waited for is told as the upload's failure when C1 is back", async () => {
  await using fake = await FakeC1.start();
  const events: ServiceEvent[] = [];
  // Heartbeats get through: how many are lost before the upload is given up is a matter of the clock.
  let isAway: boolean = true;
  fake.c1.onCall(({ method }) => {
    if (isAway && ["UploadAsset", "FinishTask"].includes(method)) throw new ConnectError("away", Code.Unavailable);
  });
  const id = fake.addSync();
  const observe = (event: ServiceEvent): void => {
    events.push(event);
    // It is back when the upload is given up, whatever time that is by the clock.
    if (event.kind === "waiting" && event.for === "task" && event.call === "finish task") isAway = false;
  };
  const service = fake.service({ connectionWaitMs: 3_000, observe });
  await fake.untilFinished(1);
  await service.stop();
  assert.equal(fake.c1.finished[0]?.taskId, id);
  assert.equal(fake.c1.finished[0]?.status?.code, Status.unavailable);
  const failed = events.find((event) => event.kind === "taskFailed");
  assert.equal(failed?.reason, "upload");
  assert.ok(events.some((event) => event.kind === "waiting" && event.for === "task" && event.call === "upload"));
});

test("a service that is told to stop waits no longer for a C1 that is away", async () => {
  await using fake = await FakeC1.start();
  // It stays away: by the clock an outage of 90 s may be over before this process has its next turn.
  fake.c1.onCall(async ({ method }) => {
    if (method === "FinishTask") fake.c1.isAway = true;
    if (fake.c1.isAway) throw new ConnectError("away", Code.Unavailable);
  });
  fake.addSync();
  const service = fake.service();
  await fake.until(() => service.lines.some(({ fields }) => fields["call"] === "finish task"));
  await service.stop();
  assert.equal(fake.c1.finished.length, 0);
});
