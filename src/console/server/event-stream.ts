/**
 * Server-sent events: one stream for each open page. A heartbeat tells the page that the server lives; a page that does
 * not read loses its stream rather than fill memory, and comes back by itself.
 */
import type { ServerResponse } from "node:http";
import type { Clock } from "../../sdk/clock.ts";
import type { ConsoleEvent } from "../contract/events.ts";
import type { EventHub } from "../event-hub.ts";
import { givesWay } from "./fair-share.ts";

const heartbeatMs = 4000;
/** The page waits so long before it asks again, in milliseconds. */
const retryMs = 1000;
/** Bytes that may wait for a page that does not read. */
const maxWaitingBytes = 1024 * 1024;
/** Of the sockets that the server has, some must stay for requests; the oldest stream of who has the most makes room. */
const maxStreams = 96;

/** Who follows. */
export interface Follower {
  /** The same for all pages of one person. */
  readonly owner: string;
  /** False when the session has ended. */
  readonly isLive: () => boolean;
  readonly isFor: (event: ConsoleEvent) => boolean;
}

/** All streams of one console. */
export class EventStreams {
  readonly #hub: EventHub;
  readonly #clock: Clock;
  /** The ends of streams, with who follows each. */
  readonly #open = new Map<() => void, string>();

  constructor(hub: EventHub, clock: Clock) {
    this.#hub = hub;
    this.#clock = clock;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /** Number of events told so far, to any stream or none. */
  get told(): number {
    return this.#hub.told;
  }

  /** Answers with the events that are for the page until it goes away or its session has ended. */
  open(response: ServerResponse, { owner, isLive, isFor }: Follower): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`retry: ${retryMs}\n\n`);
    const send = (event: ConsoleEvent): void => {
      if (!isLive() || response.writableLength > maxWaitingBytes) end();
      else if (isFor(event)) response.write(`data: ${JSON.stringify(event)}\n\n`);
    };
    const beat = (): void => send({ type: "heartbeat", nowMs: this.#clock.nowMs(), told: this.told });
    const timer = setInterval(beat, heartbeatMs).unref();
    const unsubscribe = this.#hub.subscribe(send);
    const end = (): void => {
      this.#open.delete(end);
      clearInterval(timer);
      unsubscribe();
      if (response.writableLength > maxWaitingBytes) response.destroy();
      else response.end();
    };
    this.#open.set(end, owner);
    response.on("close", end);
    if (this.#open.size > maxStreams) givesWay(this.#open, ([, of]) => of)?.[0]();
    beat();
  }

  /** Ends all of them. */
  close(): void {
    for (const end of [...this.#open.keys()]) end();
  }
}
