/** Does one task and tells C1 how it ended. Knows neither how tasks are asked for nor how many run at once. */
import type { Connector } from "../contracts/connector.ts";
import { Status, toBatonError } from "../errors.ts";
import type { Task } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { callError } from "./channel.ts";
import { eventErrorOf, type TaskRef } from "./events.ts";
import { rideOut } from "./outage.ts";
import type { ServiceContext } from "./service-context.ts";
import { runSyncTask } from "./sync-task.ts";
import { answerTask, failureOf, finishRequest, type Outcome, success, type TaskType } from "./task-answers.ts";

/** The result has this long to get through, also while the process stops (Baton SDK: FinishTask). */
const finishTimeoutMs = 30_000;

/** Does the task. Never throws: whatever goes wrong is told to C1, or to the observers when it cannot be told. */
export async function runTask(context: ServiceContext, task: Task): Promise<void> {
  const { clock, observe } = context;
  const ref: TaskRef = { id: task.id, type: task.taskType.case ?? "unknown" };
  const startMs = clock.monotonicMs();
  observe({ kind: "taskBegun", task: ref });
  try {
    const outcome = await perform(context, task, ref);
    if (!outcome) return;
    await finish(context, task.id, outcome);
    const durationMs = clock.monotonicMs() - startMs;
    if (outcome.kind === "success") {
      const { result } = outcome;
      observe({ kind: "taskFinished", task: ref, durationMs, ...(result !== undefined && { result }) });
    } else {
      const { code, status, message, reason } = outcome;
      observe({ kind: "taskFailed", task: ref, durationMs, reason, error: { code, status, message } });
    }
  } catch (caught) {
    observe({ kind: "taskUntold", task: ref, error: eventErrorOf(toBatonError(caught)) });
  }
}

/** Undefined: C1 is told nothing, because the task was a hello or is no longer ours. */
async function perform(
  context: ServiceContext,
  { id, taskType, debug }: Task,
  ref: TaskRef,
): Promise<Outcome | undefined> {
  const redact = (text: string): string => context.redactor.redact(text);
  if (taskType.case === "hello") {
    await rideOut({ ...context, call: "hello", taskId: id }, () => context.sayHello(id, context.signal));
    return undefined;
  }
  if (taskType.case !== "syncFull") return await answer(context, taskType);
  try {
    const end = await runSyncTask(context, { id, debug, options: taskType.value });
    if (end.kind === "done") return { ...success(), ...(end.result !== undefined && { result: end.result }) };
    if (end.kind === "failed") return failureOf(end.error, end.reason, redact);
    context.observe({ kind: "taskLeft", task: ref, error: eventErrorOf(toBatonError(end.reason)) });
    return undefined;
  } catch (caught) {
    // Nothing is expected to get here; C1 must not wait for it all the same.
    const { code, message } = toBatonError(caught);
    return {
      kind: "failure",
      status: Status.internal,
      message: redact(message),
      nonRetryable: false,
      reason: "sync",
      code,
    };
  }
}

/** A failure to answer is told as well: C1 must not wait for its own time-out. */
async function answer(context: ServiceContext, task: TaskType): Promise<Outcome> {
  const { logger, redactor, signal } = context;
  let connector: Connector | undefined;
  try {
    return await answerTask(task, {
      connector: async () => {
        connector = await context.createConnector();
        return connector;
      },
      signal,
      warn: ({ code, message, count = 1 }) => logger.warn("connector warning", { code, message, count }),
    });
  } catch (caught) {
    return failureOf(toBatonError(caught), "request", (text) => redactor.redact(text));
  } finally {
    await connector?.cleanup?.();
  }
}

/** Rather told twice than never: a call that may have got through is made again, and C1 knows what is finished. */
async function finish(context: ServiceContext, taskId: string, outcome: Outcome): Promise<void> {
  const { client, hostId } = context;
  const request = finishRequest(hostId, taskId, outcome);
  let attempts = 0;
  await rideOut({ ...context, call: "finish task", taskId }, async () => {
    attempts++;
    try {
      await client.finishTask(request, { timeoutMs: finishTimeoutMs });
    } catch (caught) {
      // An answer to an earlier attempt was lost on its way.
      if (attempts === 1 || !alreadyTold.has(callError(caught, "finish task").status)) throw caught;
    }
  });
}

/** What C1 answers for a task that it knows to be over. */
const alreadyTold: ReadonlySet<Status> = new Set([Status.notFound, Status.alreadyExists, Status.failedPrecondition]);
