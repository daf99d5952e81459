/**
 * What a connector that only reads answers to every kind of task except a sync and a hello. A table: each kind has
 * one answer, and a kind that this version does not know has one too. Event feeds are asked of the connector. And the form
 * in which C1 is told how a task ended. Sends nothing.
 */
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { Connector } from "../contracts/connector.ts";
import type { SyncResult } from "../contracts/run-record.ts";
import { type BatonError, Status } from "../errors.ts";
import { type AskingOptions, eventsResponse, feedsResponse } from "../proto/event-feeds.ts";
import { ListActionSchemasResponseSchema } from "../proto/gen/c1/connector/v2/action_pb.ts";
import { ListEventFeedsResponseSchema, ListEventsResponseSchema } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import {
  type BatonServiceFinishTaskRequest,
  BatonServiceFinishTaskRequestSchema,
  type Task,
} from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { FailureReason } from "./events.ts";

/** The end of a task. */
export type Outcome =
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
export function failureOf(error: BatonError, reason: FailureReason, redact: (text: string) => string): Outcome {
  const parts = [`${error.code}: ${error.message}`, error.effect, error.hint];
  const message = redact(parts.filter((part) => part !== undefined).join(" "));
  const nonRetryable = finalCodes.some((code) => error.code.startsWith(code));
  return { kind: "failure", status: error.status, message, nonRetryable, reason, code: error.code };
}

/** The message for FinishTask. */
export function finishRequest(hostId: string, taskId: string, outcome: Outcome): BatonServiceFinishTaskRequest {
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
export type TaskType = Task["taskType"];

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
export async function answerTask(task: TaskType, context: TaskAnswerContext): Promise<Outcome> {
  // A newer kind has no case in this version, and the others never come here. Each answer takes what its kind holds.
  const answer = answers[task.case as Question] as
    | ((value: unknown, context: TaskAnswerContext) => Outcome | Promise<Outcome>)
    | undefined;
  return await (answer ?? unsupported)(task.value, context);
}
