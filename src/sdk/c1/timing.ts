/** How long service mode waits, as pure functions of counts and of what C1 asks for (Baton SDK: service mode loop). */
import type { Duration } from "@bufbuild/protobuf/wkt";

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
export function outageWaitMs(failures: number): number {
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
