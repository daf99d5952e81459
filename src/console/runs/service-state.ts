/** How the service for C1 is doing, told from what its process logs. Pure. */
import { Status } from "../../sdk/errors.ts";
import type { ServiceState } from "../contract/connectors.ts";
import { describeFailure } from "../failures/describe-failure.ts";
import type { NewLogLine } from "../store/log-table.ts";
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

/** The line that says that C1 was asked and answered: it comes every few seconds and is for this file alone. */
export const pollMessage = "asked for a task";

const taskNames: Readonly<Record<string, string>> = { syncFull: "sync", hello: "introduction" };

type Change = (state: ServiceState, line: NewLogLine) => Partial<ServiceState>;

const changes: Readonly<Record<string, Change>> = {
  "connecting to ConductorOne": (_, { fields }) => ({ hostId: textOf(fields["host_id"]) }),
  "startup Hello succeeded": (_, { timeMs }) => ({ connectedSinceMs: timeMs, lastContactMs: timeMs, failure: null }),
  "startup Hello failed, trying again": unreachable,
  "could not ask for a task": unreachable,
  "could not ask for tasks": unreachable,
  [pollMessage]: (_, { timeMs, fields }) => ({
    lastContactMs: timeMs,
    nextPollMs: timeMs + Number(fields["wait"]) * 1000,
    failure: null,
  }),
  "task started": (_, { timeMs }) => ({ isBusy: true, lastContactMs: timeMs }),
  "Task complete!": (_, line) => ({ isBusy: false, lastTask: taskOf(line, "done") }),
  "task failed": (_, line) => ({ isBusy: false, lastTask: taskOf(line, textOf(line.fields["error"]) || "failed") }),
  "task could not be finished": (_, line) => ({ isBusy: false, lastTask: taskOf(line, "not told to C1") }),
};

/** The state after a line; the same object when the line says nothing of it. */
export function afterLine(state: ServiceState, line: NewLogLine): ServiceState {
  const change = changes[line.message];
  return change ? { ...state, ...change(state, line) } : state;
}

/** The state after the process has ended unasked. */
export function afterEnd(state: ServiceState, error: SentError, restartAtMs: number): ServiceState {
  const failure = describeFailure({ error: { ...error, retryAtMs: restartAtMs } });
  return { ...state, connectedSinceMs: null, isBusy: false, nextPollMs: restartAtMs, failure };
}

function unreachable(state: ServiceState, { timeMs, fields }: NewLogLine): Partial<ServiceState> {
  const retryAtMs = timeMs + Number(fields["wait"]) * 1000;
  const message = textOf(fields["error"]);
  const { lastContactMs, connectedSinceMs } = state;
  const facts = [["Last contact", lastContactMs === null ? "never" : new Date(lastContactMs).toISOString()]] as const;
  const isRefused = /token/i.test(message);
  // It worked before: then somebody has made a new secret, or another host has the client id now.
  const hint = isRefused && connectedSinceMs !== null ? { candidates: [rotated] } : { candidates: [] };
  const code = isRefused ? "C1-TOKEN" : "C1-CALL";
  const error = { code, status: Status.unavailable, message, facts, retryAtMs, ...hint };
  return { nextPollMs: retryAtMs, failure: describeFailure({ error }) };
}

const rotated = "It worked before: the secret was probably rotated elsewhere.";

function taskOf({ timeMs, fields }: NewLogLine, result: string): NonNullable<ServiceState["lastTask"]> {
  const type = textOf(fields["task_type"]);
  return { kind: taskNames[type] ?? type, result, atMs: timeMs };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
