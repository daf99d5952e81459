import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/sdk/clock.ts";
import { FakeC1 } from "./fake-c1.ts";

/** Nobody sleeps: as fast as both sides can. */
const hurried: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(_ms, signal) {
    await setImmediate();
    signal?.throwIfAborted();
  },
  random: () => 0,
};

/** Kinds of open handles and how many of each; timers come and go. */
function handles(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (name !== "Timeout" && name !== "Immediate") counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test("T-34: a thousand tasks in a row leave no handle, no listener and no task behind", async () => {
  await using fake = await FakeC1.start(hurried);
  fake.c1.pace.nextPollMs = 0;
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.name);
  process.on("warning", onWarning);
  try {
    const service = fake.service();
    const addTasks = (count: number): void => {
      // A sync among ten: its files, database and upload are handles too.
      for (let i = 0; i < count; i++) {
        if (i % 10 === 0) fake.addSync();
        else fake.c1.addTask({ taskType: { case: "actionListSchemas", value: {} } });
      }
    };
    addTasks(100);
    await fake.untilFinished(100);
    const before = handles();
    addTasks(1_000);
    await fake.untilFinished(1_100);
    assert.deepEqual(handles(), before);
    await service.stop();
    assert.equal(fake.c1.board.out.length, 0);
    assert.equal(fake.c1.uploads.length, 110);
    assert.deepEqual(warnings, []);
  } finally {
    process.off("warning", onWarning);
  }
});
