/**
 * Does one task and tells C1 how it ended. Knows neither how tasks are asked for nor how many run at once. What a connector
 * that only reads answers is a table: each kind of task except a sync and a hello has one answer, and a kind that this
 * version does not know has one too.
 */

import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { Connector } from "../contracts/connector.ts";
import type { SyncResult } from "../contracts/run-record.ts";
import { type BatonError, Status, toBatonError } from "../errors.ts";
import { type AskingOptions, eventsResponse, feedsResponse } from "../proto/event-feeds.ts";
import { ListActionSchemasResponseSchema } from "../proto/gen/c1/connector/v2/action_pb.ts";
import { ListEventFeedsResponseSchema, ListEventsResponseSchema } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import {
  type BatonServiceFinishTaskRequest,
  BatonServiceFinishTaskRequestSchema,
  type Task,
} from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { callError } from "./channel.ts";
import { eventErrorOf, type FailureReason, type TaskRef } from "./events.ts";
import { rideOut } from "./outage.ts";
import type { ServiceContext } from "./service-context.ts";
import { runSyncTask } from "./sync-task.ts";

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

/** The end of a task. */
type Outcome =
  | { readonly kind: "success"; readonly response?: Any; readonly result?: SyncResult }
  | {
      readonly kind: "failure";
      readonly status: Status;
      /** What C1 shows to people. */
      readonly message: string;
      readonly nonRetryable: boolean;
      readonly reason: FailureReason;
      /** Code of the error behind it. */
      readonly code: string;
    };

/** Success; `response` only for tasks that ask a question. */
export function success<T extends DescMessage>(schema?: T, response?: MessageShape<T>): Outcome {
  return schema && response ? { kind: "success", response: anyPack(schema, response) } : { kind: "success" };
}

/** The answer to a task that asks for what this connector does not do; `nonRetryable` when it never will. */
export function failure(status: Status, message: string, nonRetryable: boolean): Outcome {
  return { kind: "failure", status, message, nonRetryable, reason: "request", code: "C1-REQUEST" };
}

/** Beginnings of codes that the same task would end with again: broken ingestion rules, options that nobody offers. */
const finalCodes = ["BATON-INVARIANT", "BATON-TARGET-TYPE"];

/**
 * The failure that an error stands for.
 * @param redact takes secrets out of the text, which is shown to people in C1.
 */
function failureOf(error: BatonError, reason: FailureReason, redact: (text: string) => string): Outcome {
  const parts = [`${error.code}: ${error.message}`, error.effect, error.hint];
  const message = redact(parts.filter((part) => part !== undefined).join(" "));
  const nonRetryable = finalCodes.some((code) => error.code.startsWith(code));
  return { kind: "failure", status: error.status, message, nonRetryable, reason, code: error.code };
}

/** The message for FinishTask. */
function finishRequest(hostId: string, taskId: string, outcome: Outcome): BatonServiceFinishTaskRequest {
  if (outcome.kind === "success") {
    const value = outcome.response ? { response: outcome.response } : {};
    return create(BatonServiceFinishTaskRequestSchema, {
      hostId,
      taskId,
      finalState: { case: "success", value },
    });
  }
  const { status, message, nonRetryable } = outcome;
  return create(BatonServiceFinishTaskRequestSchema, {
    hostId,
    taskId,
    status: { code: status, message },
    finalState: { case: "error", value: { nonRetryable } },
  });
}

/** What a task asks for. */
type TaskType = Task["taskType"];

type Question = Exclude<TaskType["case"], "none" | "hello" | "syncFull" | undefined>;
type Answer = () => Outcome;

const unsupported: Answer = () => failure(Status.unknown, "unsupported task type", false);
/** Asking again changes nothing about a connector that cannot write (Baton SDK: errors of such tasks are final). */
const cannotWrite: Answer = () => failure(Status.unimplemented, "not implemented: this connector only reads", true);
const noTickets: Answer = () => failure(Status.unimplemented, "not implemented: this connector has no tickets", false);
const noAction: Answer = () => failure(Status.notFound, "there is no such action: this connector has none", false);

/** A task without what it is about: no connector could do it (Baton SDK: errors of such tasks are final). */
const malformed = (what: string): Outcome => failure(Status.unknown, `malformed ${what} task`, true);
const nameless = (): Outcome => failure(Status.unknown, "action name required", false);

/** What an answer may need besides the task. */
export interface TaskAnswerContext extends AskingOptions {
  /** Makes a connector, for the few kinds that ask it. */
  connector(): Promise<Connector>;
}

type AnswerTo<K extends Question> = (
  task: Extract<TaskType, { case: K }>["value"],
  context: TaskAnswerContext,
) => Outcome | Promise<Outcome>;

const answers: Readonly<{ [K in Question]: AnswerTo<K> }> = {
  eventFeed: unsupported,
  listEventFeeds: async (_task, { connector }) =>
    success(ListEventFeedsResponseSchema, feedsResponse(await connector())),
  listEvents: async (task, { connector, signal, warn }) =>
    success(ListEventsResponseSchema, await eventsResponse(await connector(), task, { signal, warn })),
  grant: ({ entitlement, principal }) => (entitlement && principal ? cannotWrite() : malformed("grant")),
  revoke: ({ grant }) => (grant?.entitlement && grant.principal ? cannotWrite() : malformed("revoke")),
  createAccount: ({ accountInfo }) => (accountInfo ? cannotWrite() : malformed("create account")),
  createResource: ({ resource }) => (resource ? cannotWrite() : malformed("create resource")),
  deleteResource: ({ resourceId: id }) =>
    id && id.resource !== "" && id.resourceType !== "" ? cannotWrite() : malformed("delete resource"),
  rotateCredentials: ({ resourceId }) => (resourceId ? cannotWrite() : malformed("rotate credentials")),
  issueCredential: ({ identityId, credentialOptions, encryptionConfigs }) =>
    identityId && credentialOptions && encryptionConfigs.length > 0 ? cannotWrite() : malformed("issue credential"),
  createTicketTask: noTickets,
  getTicket: noTickets,
  listTicketSchemas: noTickets,
  bulkCreateTickets: noTickets,
  bulkGetTickets: noTickets,
  actionListSchemas: () => success(ListActionSchemasResponseSchema, create(ListActionSchemasResponseSchema)),
  actionGetSchema: ({ name }) => (name === "" ? nameless() : noAction()),
  actionInvoke: ({ name }) => (name === "" ? nameless() : noAction()),
  actionStatus: ({ id }) => (id === "" ? failure(Status.unknown, "action id required", false) : noAction()),
  compactSyncs: unsupported,
};

/**
 * The answer to a task that is neither a sync nor a hello; kinds of newer versions of C1 are unsupported.
 * @throws BatonError what an event feed throws.
 */
async function answerTask(task: TaskType, context: TaskAnswerContext): Promise<Outcome> {
  // A newer kind has no case in this version, and the others never come here. Each answer takes what its kind holds.
  const answer = answers[task.case as Question] as
    | ((value: unknown, context: TaskAnswerContext) => Outcome | Promise<Outcome>)
    | undefined;
  return await (answer ?? unsupported)(task.value, context);
}
