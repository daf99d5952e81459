import assert from "node:assert/strict";
import { after, before, beforeEach, mock, test } from "node:test";
import { sessionOf } from "../../../../test/browser/page-samples.ts";
import { closeEvents, connection, onEvent, openEvents, type PageEvent } from "./events.ts";
import { session } from "./session.ts";

/** A stream as the browser has it; the test is the server. */
class Stream extends EventTarget {
  static readonly opened: Stream[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: MessageEvent<string>) => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;

  constructor() {
    super();
    Stream.opened.push(this);
  }

  close(): void {
    this.isClosed = true;
  }

  tell(event: unknown): void {
    const message = new MessageEvent("message", { data: JSON.stringify(event) });
    this.onmessage?.(message);
    this.dispatchEvent(message);
  }
}

/** The tab. */
const tab = Object.assign(new EventTarget(), { hidden: false });
const info = sessionOf({ eventsTold: 7 });
let told: PageEvent[] = [];
let isRunning = true;

before(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, { EventSource: Stream, document: tab });
  mock.method(globalThis, "fetch", () =>
    isRunning ? Promise.resolve(Response.json(info)) : Promise.reject(new TypeError("Failed to fetch")),
  );
  onEvent((event) => told.push(event));
});
after(() => {
  closeEvents();
  mock.reset();
});

beforeEach(() => {
  closeEvents();
  session.set({ kind: "signed-in", info });
  isRunning = true;
  openEvents();
  const stream = latest();
  stream.onopen?.();
  stream.tell({ type: "heartbeat", told: 7 });
  told = [];
});

function latest(): Stream {
  const stream = Stream.opened.at(-1);
  assert.ok(stream);
  return stream;
}

/** Lets so much time pass, and what was asked meanwhile be answered. */
async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  await new Promise(setImmediate);
}

test("what the server tells reaches everybody who listens, until they stop", () => {
  const seen: PageEvent[] = [];
  const stop = onEvent((event) => seen.push(event));
  latest().tell({ type: "figures" });
  stop();
  latest().tell({ type: "figures" });
  assert.equal(seen.length, 1);
  assert.equal(connection.value, "open");
});

test("a stream is opened once, however often it is asked for", () => {
  const { length } = Stream.opened;
  openEvents();
  assert.equal(Stream.opened.length, length);
});

test("a stream that breaks is opened again, and everybody asks again for what they may have missed", async () => {
  latest().onerror?.();
  assert.equal(connection.value, "lost");
  await pass(1_000);
  latest().onopen?.();
  latest().tell({ type: "heartbeat", told: 7 });
  assert.equal(connection.value, "open");
  assert.ok(told.some(({ type }) => type === "reconnected"));
});

test("silence counts as a break: a connection may die without a word", async () => {
  const stream = latest();
  await pass(14_000);
  assert.ok(!stream.isClosed);
  stream.tell({ type: "heartbeat", told: 7 });
  await pass(14_000);
  assert.ok(!stream.isClosed);
  await pass(1_001);
  assert.ok(stream.isClosed);
  assert.equal(connection.value, "lost");
});

test("while the program does not run it is tried more and more seldom, at last every 15 seconds", async () => {
  isRunning = false;
  latest().onerror?.();
  const { mock: fetched } = globalThis.fetch as unknown as { mock: { callCount(): number } };
  const tries: number[] = [];
  let seen = fetched.callCount();
  for (let second = 1; second <= 60; second++) {
    await pass(1_000);
    if (fetched.callCount() > seen) tries.push(second);
    seen = fetched.callCount();
  }
  assert.deepEqual(tries.slice(0, 4), [1, 3, 7, 15]);
  assert.deepEqual(
    tries.slice(4).map((second, at) => second - (tries[at + 3] ?? 0)),
    [15, 15, 15],
  );
});

test("tabs that come and go while the program does not run do not ask more often", async () => {
  isRunning = false;
  latest().onerror?.();
  await pass(1_000);
  const { mock: fetched } = globalThis.fetch as unknown as { mock: { callCount(): number } };
  for (let times = 0; times < 5; times++) {
    for (const hidden of [true, false]) {
      tab.hidden = hidden;
      tab.dispatchEvent(new Event("visibilitychange"));
      await pass(0);
    }
  }
  const seen = fetched.callCount();
  await pass(15_000);
  assert.equal(fetched.callCount() - seen, 1);
});

test("something that happened between the first answer and the stream is asked for", () => {
  closeEvents();
  openEvents();
  latest().tell({ type: "heartbeat", told: 8 });
  assert.deepEqual(told.map(({ type }) => type).includes("reconnected"), true);
});

test("a tab that nobody sees gives its connection back, and asks again when it is seen", async () => {
  const stream = latest();
  tab.hidden = true;
  tab.dispatchEvent(new Event("visibilitychange"));
  assert.ok(stream.isClosed);
  openEvents();
  assert.equal(latest(), stream);
  tab.hidden = false;
  tab.dispatchEvent(new Event("visibilitychange"));
  await pass(0);
  assert.notEqual(latest(), stream);
  latest().tell({ type: "heartbeat", told: 7 });
  assert.deepEqual(told.filter(({ type }) => type === "reconnected").length, 1);
});
