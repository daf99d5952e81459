/** Tells C1 at the pace it asks for that a task is being worked on, and hears from it when the task is not wanted any more. */
import { BatonError, Status } from "../errors.ts";
import type { BatonServiceHeartbeatResponse } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { callError } from "./channel.ts";
import { nextHeartbeatMs, rideOut } from "./outage.ts";
import type { TaskCalls } from "./service-context.ts";

/** Failures in a row after which nobody is taken to be listening (Baton SDK: heartbeat). */
const mostFailures = 10;
/** Code of the error that says so. */
export const lostCode = "C1-HEARTBEAT";

/** An answer that takes longer is as good as none. */
const answerWithinMs = 30_000;

/** Heartbeats of one task. */
export interface Heartbeats {
  /** For the work: aborts with a `C1-TASK-CANCELLED` or `C1-HEARTBEAT` error, or with the process's reason. */
  readonly signal: AbortSignal;
  /** Sends no more; resolves when the last one is through. */
  stop(): Promise<void>;
}

/**
 * Sends the first heartbeat and keeps on until the end of the process.
 * @throws BatonError when the first one fails or is told that the task is cancelled: the task is somebody else's then.
 */
export async function beginHeartbeats(options: TaskCalls): Promise<Heartbeats> {
  const { client, hostId, taskId } = options;
  const beat = (signal: AbortSignal): Promise<BatonServiceHeartbeatResponse> =>
    rideOut({ ...options, call: "heartbeat", signal }, () =>
      client.heartbeat({ hostId, taskId }, { signal, timeoutMs: answerWithinMs }),
    );
  const first = await beat(options.signal).catch((caught: unknown) => {
    throw callError(caught, "heartbeat");
  });
  if (first.cancelled) throw cancelled();
  const stopped = new AbortController();
  const work = new AbortController();
  const listening = AbortSignal.any([stopped.signal, options.signal]);
  const done = keepBeating(options, { beat, waitMs: nextHeartbeatMs(first.nextHeartbeat), listening }).then(
    (reason) => reason && work.abort(reason),
  );
  return {
    signal: AbortSignal.any([work.signal, options.signal]),
    async stop() {
      stopped.abort();
      await done;
    },
  };
}

interface Beating {
  readonly beat: (signal: AbortSignal) => Promise<BatonServiceHeartbeatResponse>;
  readonly waitMs: number;
  /** Aborts when nobody needs heartbeats any more. */
  readonly listening: AbortSignal;
}

/** Resolves with why the work must end, or with nothing when it was told to stop. */
async function keepBeating(options: TaskCalls, beating: Beating): Promise<BatonError | undefined> {
  const { clock, logger, taskId } = options;
  const { beat, listening } = beating;
  let waitMs = beating.waitMs;
  let failures = 0;
  while (!listening.aborted) {
    try {
      await clock.sleep(waitMs, listening);
      const reply = await beat(listening);
      failures = 0;
      waitMs = nextHeartbeatMs(reply.nextHeartbeat);
      if (reply.cancelled) return cancelled();
    } catch (caught) {
      if (listening.aborted) return undefined;
      failures++;
      logger.warn("heartbeat failed", { task_id: taskId, failures, error: callError(caught, "heartbeat").message });
      if (failures === mostFailures) return lost();
    }
  }
  return undefined;
}

function cancelled(): BatonError {
  return new BatonError({
    code: "C1-TASK-CANCELLED",
    status: Status.canceled,
    message: "task was cancelled",
    effect: "Nothing was uploaded.",
  });
}

function lost(): BatonError {
  return new BatonError({
    code: lostCode,
    status: Status.canceled,
    message: "task failed heartbeat",
    effect: "Nothing was uploaded.",
    hint: "ConductorOne did not answer ten times in a row; it will hand out the task again.",
  });
}
