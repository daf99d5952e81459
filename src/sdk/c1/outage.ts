/**
 * Rides out that C1 is away: a call that did not get through is made again until it does, for a bounded time. How long
 * service mode waits, here and between polls, are pure functions (Baton SDK: service mode loop).
 */

import type { Duration } from "@bufbuild/protobuf/wkt";
import { type BatonError, Status } from "../errors.ts";
import { callError } from "./channel.ts";
import { eventErrorOf } from "./events.ts";
import type { TaskCalls } from "./service-context.ts";

/** A call waits this often for the connection (Baton SDK: three attempts of each call). */
const waitsPerCall = 3;

/** True when C1 did not answer, so that the same call may get through later. */
export function isAway({ status }: BatonError): boolean {
  return status === Status.unavailable || status === Status.deadlineExceeded;
}

/** What {@link rideOut} needs. Its signal ends the waiting; the call itself has one of its own, if it has one. */
export interface RideOutOptions
  extends Pick<TaskCalls, "clock" | "connectionWaitMs" | "observe" | "signal" | "taskId"> {
  /** The call in words. */
  readonly call: string;
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

/** How long service mode waits, as pure functions of counts and of what C1 asks for (Baton SDK: service mode loop). */
const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** Pause before the next Hello after `failures` failed ones: 1 s, 2 s, 4 s, at most 5 min. */
export function helloWaitMs(failures: number): number {
  return Math.min(2 ** (failures - 1) * secondMs, 5 * minuteMs);
}

/** Pause after the `failures`-th failure in a row to ask for a task: its square in seconds, at most 60 s. */
export function pollErrorWaitMs(failures: number): number {
  return Math.min(failures * failures * secondMs, minuteMs);
}

/** Pause after the `failures`-th failure in a row of a call while C1 is away: 0.25 s, 0.5 s, 1 s, at most 5 s. */
function outageWaitMs(failures: number): number {
  return Math.min(2 ** (failures - 1) * 250, 5 * secondMs);
}

/** When to ask for a task again: what C1 says, between now and 5 min. */
export function nextPollMs(asked: Duration | undefined): number {
  return clamp(toMs(asked), 0, 5 * minuteMs);
}

/** When to send the next heartbeat: what C1 says, 30 s if nothing, between 1 s and 5 min. */
export function nextHeartbeatMs(asked: Duration | undefined): number {
  const ms = toMs(asked);
  return ms === 0 ? 30 * secondMs : clamp(ms, secondMs, 5 * minuteMs);
}

function toMs(duration: Duration | undefined): number {
  return duration ? Number(duration.seconds) * secondMs + duration.nanos / 1e6 : 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
