import assert from "node:assert/strict";
import { test } from "node:test";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { helloWaitMs, nextHeartbeatMs, nextPollMs, pollErrorWaitMs } from "./outage.ts";

test("hello is tried again after twice the time, at most five minutes", () => {
  const waits = [1, 2, 3, 8, 9, 10, 1_000].map(helloWaitMs);
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000]);
});

test("polling that fails waits the square of its failures in seconds, at most a minute", () => {
  assert.deepEqual([1, 2, 7, 8, 1_000].map(pollErrorWaitMs), [1_000, 4_000, 49_000, 60_000, 60_000]);
});

test("the next poll is when C1 says, within five minutes", () => {
  assert.equal(nextPollMs(undefined), 0);
  assert.equal(nextPollMs(durationFromMs(1_500)), 1_500);
  assert.equal(nextPollMs(durationFromMs(-1_000)), 0);
  assert.equal(nextPollMs(durationFromMs(3_600_000)), 300_000);
});

test("heartbeats are 30 s apart unless C1 says otherwise, from one second to five minutes", () => {
  assert.equal(nextHeartbeatMs(undefined), 30_000);
  assert.equal(nextHeartbeatMs(durationFromMs(0)), 30_000);
  assert.equal(nextHeartbeatMs(durationFromMs(10)), 1_000);
  assert.equal(nextHeartbeatMs(durationFromMs(-10)), 1_000);
  assert.equal(nextHeartbeatMs(durationFromMs(45_000)), 45_000);
  assert.equal(nextHeartbeatMs(durationFromMs(3_600_000)), 300_000);
});
