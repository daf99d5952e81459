/** Does one task and tells C1 how it ended. Knows neither how tasks are asked for nor how many run at once. */
import { type BatonError, Status, toBatonError } from "../errors.ts";
import type { Task } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { callError } from "./channel.ts";
import { failure, failureOf, finishRequest, type Outcome, success } from "./outcome.ts";
import type { ServiceContext } from "./service-context.ts";
import { runSyncTask } from "./sync-task.ts";
import { answerTask } from "./task-answers.ts";

/** The result has this long to get through, also while the process stops (Baton SDK: FinishTask). */
const finishTimeoutMs = 30_000;
/** Pauses before another attempt to tell the result to a C1 that is not there just now. */
const finishPausesMs = [1_000, 2_000] as const;

/** Does the task. Never throws: whatever goes wrong is told to C1, or logged when it cannot be told. */
export async function runTask(context: ServiceContext, task: Task): Promise<void> {
  const { logger, clock } = context;
  const fields = { task_id: task.id, task_type: task.taskType.case ?? "unknown" };
  const startMs = clock.monotonicMs();
  logger.info("task started", fields);
  try {
    const outcome = await perform(context, task);
    if (!outcome) return;
    await finish(context, task.id, outcome);
    context.telemetry?.count("baton.tasks", { "baton.task.type": fields.task_type, "baton.task.result": outcome.kind });
    const duration = (clock.monotonicMs() - startMs) / 1000;
    if (outcome.kind === "success") logger.info("Task complete!", { ...fields, duration });
    else logger.error("task failed", { ...fields, duration, error: outcome.message, code: outcome.status });
  } catch (caught) {
    logger.error("task could not be finished", { ...fields, error: toBatonError(caught).message });
  }
}

/** Undefined: C1 is told nothing, because the task was a hello or is no longer ours. */
async function perform(context: ServiceContext, { id, taskType, debug }: Task): Promise<Outcome | undefined> {
  const redact = (text: string): string => context.redactor.redact(text);
  if (taskType.case === "hello") {
    await context.sayHello(id, context.signal);
    return undefined;
  }
  if (taskType.case !== "syncFull") return answerTask(taskType);
  try {
    const end = await runSyncTask(context, { id, debug, options: taskType.value });
    if (end.kind === "done") return success();
    if (end.kind === "failed") return failureOf(end.error, redact);
    const reason = toBatonError(end.reason).message;
    context.logger.warn("task left; ConductorOne hands it out again", { task_id: id, reason });
    return undefined;
  } catch (caught) {
    // Nothing is expected to get here; C1 must not wait for it all the same.
    return failure(Status.internal, redact(toBatonError(caught).message), false);
  }
}

/** Told once: only a call that certainly did not get through is made again. */
async function finish(context: ServiceContext, taskId: string, outcome: Outcome): Promise<void> {
  const { client, hostId, clock } = context;
  const request = finishRequest(hostId, taskId, outcome);
  for (const pauseMs of [...finishPausesMs, undefined]) {
    try {
      await client.finishTask(request, { timeoutMs: finishTimeoutMs });
      return;
    } catch (caught) {
      const error: BatonError = callError(caught, "finish task");
      if (pauseMs === undefined || error.status !== Status.unavailable) throw error;
      context.logger.warn("the result did not get through, trying again", { task_id: taskId, error: error.message });
      await clock.sleep(pauseMs);
    }
  }
}
