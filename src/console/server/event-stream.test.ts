import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { ManualClock } from "../../../test/console/manual-clock.ts";
import { EventHub } from "../event-hub.ts";
import { EventStreams, type Follower } from "./event-stream.ts";

/** What is written to a page that reads, or does not read. */
function page({ reads = true } = {}) {
  const pieces: Buffer[] = [];
  const response = Object.assign(new PassThrough({ highWaterMark: 1 }), { writeHead: () => undefined });
  if (reads) response.on("data", (piece: Buffer) => pieces.push(piece));
  const events = (): object[] =>
    [
      ...Buffer.concat(pieces)
        .toString()
        .matchAll(/^data: (.*)$/gm),
    ].map(([, json]) => JSON.parse(json ?? ""));
  return { response: response as never, events, isOpen: () => !response.writableEnded && !response.destroyed };
}

function streamsAt() {
  const hub = new EventHub();
  return { hub, streams: new EventStreams(hub, new ManualClock(7)) };
}

const follower: Follower = { owner: "", isLive: () => true, isFor: () => true };
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a page hears at once how much was told before, then what is for it and nothing else", async () => {
  const { hub, streams } = streamsAt();
  hub.publish({ type: "figures", connectorId: "before" });
  const { response, events } = page();
  streams.open(response, { ...follower, isFor: ({ type }) => type !== "logged" });
  hub.publish({ type: "logged", connectorId: "1", seq: 1 });
  hub.publish({ type: "figures", connectorId: "1" });
  await nextTurn();
  assert.deepEqual(events(), [
    { type: "heartbeat", nowMs: 7, told: 1 },
    { type: "figures", connectorId: "1" },
  ]);
  streams.close();
});

test("the stream of a session that has ended says nothing more, and is closed", async () => {
  const { hub, streams } = streamsAt();
  let isLive = true;
  const { response, events, isOpen } = page();
  streams.open(response, { ...follower, isLive: () => isLive });
  isLive = false;
  hub.publish({ type: "figures", connectorId: "1" });
  await nextTurn();
  assert.equal(events().length, 1);
  assert.deepEqual([isOpen(), streams.size, hub.listeners], [false, 0, 0]);
});

test("a page that does not read loses its stream instead of filling the memory", () => {
  const { hub, streams } = streamsAt();
  const { response, isOpen } = page({ reads: false });
  streams.open(response, follower);
  for (let told = 0; told < 50 && isOpen(); told++) hub.publish({ type: "figures", connectorId: "x".repeat(100_000) });
  assert.deepEqual([isOpen(), streams.size], [false, 0]);
});

test("who opens ever more pages closes pages of their own, and nobody else's", () => {
  const { streams } = streamsAt();
  const own = page();
  streams.open(own.response, follower);
  const others = Array.from({ length: 150 }, () => page());
  for (const { response } of others) streams.open(response, { ...follower, owner: "eve" });
  assert.ok(own.isOpen());
  assert.equal(
    others.findIndex(({ isOpen }) => isOpen()),
    150 - 95,
  );
  streams.close();
  assert.ok(!own.isOpen());
});
