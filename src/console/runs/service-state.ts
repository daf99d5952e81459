/** How the service for C1 is doing, told from what its process says. Pure. */
import type { ServiceEvent, TaskRef } from "../../sdk/c1/events.ts";
import type { ServiceState } from "../contract/connectors.ts";
import { describeFailure } from "../failures/describe-failure.ts";
import type { SentError } from "../worker/messages.ts";

/** A service that does not run. */
export const stoppedService: ServiceState = {
  isRunning: false,
  connectedSinceMs: null,
  hostId: null,
  lastContactMs: null,
  nextPollMs: null,
  lastTask: null,
  isBusy: false,
  failure: null,
};

const taskNames: Readonly<Record<string, string>> = { syncFull: "sync", hello: "introduction" };

/** The state after an event; the same object when the event says nothing of it. `timeMs` is when it happened. */
export function afterEvent(state: ServiceState, event: ServiceEvent, timeMs: number): ServiceState {
  switch (event.kind) {
    case "connecting":
      return { ...state, hostId: event.hostId };
    case "hello":
      return { ...state, connectedSinceMs: timeMs, lastContactMs: timeMs, failure: null };
    case "polling":
      return { ...state, lastContactMs: timeMs, nextPollMs: timeMs + event.waitMs, failure: null };
    case "waiting":
      return event.for === "task" ? state : { ...state, ...unreachable(state, event, timeMs) };
    case "taskBegun":
      return { ...state, isBusy: true, lastContactMs: timeMs };
    case "taskFinished":
      return { ...state, isBusy: false, lastTask: taskOf(event.task, "done", timeMs) };
    case "taskFailed":
      return { ...state, isBusy: false, lastTask: taskOf(event.task, event.error.message || "failed", timeMs) };
    case "taskUntold":
      return { ...state, isBusy: false, lastTask: taskOf(event.task, "not told to C1", timeMs) };
    case "taskLeft":
      return { ...state, isBusy: false };
    case "uploading":
      return state;
  }
}

/** The state after the process has ended unasked. */
export function afterEnd(state: ServiceState, error: SentError, restartAtMs: number): ServiceState {
  const failure = describeFailure({ error: { ...error, retryAtMs: restartAtMs } });
  return { ...state, connectedSinceMs: null, isBusy: false, nextPollMs: restartAtMs, failure };
}

function unreachable(
  { lastContactMs, connectedSinceMs }: ServiceState,
  { error: cause, waitMs }: Extract<ServiceEvent, { kind: "waiting" }>,
  timeMs: number,
): Partial<ServiceState> {
  const retryAtMs = timeMs + waitMs;
  const facts = [["Last contact", lastContactMs === null ? "never" : new Date(lastContactMs).toISOString()]] as const;
  const { code, status, message } = cause;
  // It worked before: then somebody has made a new secret, or another host has the client id now.
  const candidates = code === "C1-TOKEN" && connectedSinceMs !== null ? [rotated] : [];
  const error = { code, status, message, facts, retryAtMs, candidates };
  return { nextPollMs: retryAtMs, failure: describeFailure({ error }) };
}

const rotated = "It worked before: the secret was probably rotated elsewhere.";

function taskOf({ type }: TaskRef, result: string, atMs: number): NonNullable<ServiceState["lastTask"]> {
  return { kind: taskNames[type] ?? type, result, atMs };
}
