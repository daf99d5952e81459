/** Rides out that C1 is away: a call that did not get through is made again until it does, for a bounded time. */
import type { Clock } from "../clock.ts";
import { type BatonError, Status } from "../errors.ts";
import { callError } from "./channel.ts";
import { eventErrorOf, type ServiceObserver } from "./events.ts";
import { outageWaitMs } from "./timing.ts";

/** A call waits this often for the connection (Baton SDK: three attempts of each call). */
const waitsPerCall = 3;

/** True when C1 did not answer, so that the same call may get through later. */
export function isAway({ status }: BatonError): boolean {
  return status === Status.unavailable || status === Status.deadlineExceeded;
}

/** What {@link rideOut} needs. */
export interface RideOutOptions {
  /** The call in words. */
  readonly call: string;
  readonly taskId: string;
  /** How long the connection is waited for at a time, milliseconds. */
  readonly connectionWaitMs: number;
  readonly clock: Clock;
  readonly observe: ServiceObserver;
  /** Ends the waiting; the call itself has a signal of its own, if it has one. */
  readonly signal: AbortSignal;
}

/**
 * Makes the call; while C1 is away, again and again for three times the time that a connection is waited for, counted
 * from the first failure.
 * @throws BatonError of the last attempt; the signal's reason when that ended it.
 */
export async function rideOut<T>(options: RideOutOptions, attempt: () => Promise<T>): Promise<T> {
  const { clock, signal, taskId, call } = options;
  let lostAtMs: number | undefined;
  for (let failures = 1; ; failures++) {
    const beganAtMs = clock.monotonicMs();
    try {
      return await attempt();
    } catch (caught) {
      signal.throwIfAborted();
      const error: BatonError = callError(caught, call);
      lostAtMs ??= clock.monotonicMs();
      // The last attempt begins after all of the time: one that began before it may have failed for the old reason.
      const isLast = beganAtMs - lostAtMs >= waitsPerCall * options.connectionWaitMs;
      if (!isAway(error) || isLast) throw error;
      const waitMs = outageWaitMs(failures);
      options.observe({ kind: "waiting", for: "task", call, failures, waitMs, error: eventErrorOf(error), taskId });
      await clock.sleep(waitMs, signal);
    }
  }
}
