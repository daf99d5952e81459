/**
 * What a connector that only reads answers to every kind of task except a sync and a hello. A table: each kind has
 * one answer, and a kind that this version does not know has one too.
 */
import { create } from "@bufbuild/protobuf";
import { Status } from "../errors.ts";
import { ListActionSchemasResponseSchema } from "../proto/gen/c1/connector/v2/action_pb.ts";
import { ListEventFeedsResponseSchema } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import type { Task } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { failure, type Outcome, success } from "./outcome.ts";

/** What a task asks for. */
export type TaskType = Task["taskType"];

type Question = Exclude<TaskType["case"], "none" | "hello" | "syncFull" | undefined>;
type Answer = (task: TaskType) => Outcome;

const unsupported: Answer = () => failure(Status.unknown, "unsupported task type", false);
/** Asking again changes nothing about a connector that cannot write (Baton SDK: errors of such tasks are final). */
const cannotWrite: Answer = () => failure(Status.unimplemented, "not implemented: this connector only reads", true);
const noTickets: Answer = () => failure(Status.unimplemented, "not implemented: this connector has no tickets", false);
const noAction: Answer = () => failure(Status.notFound, "there is no such action: this connector has none", false);

const answers: Readonly<Record<Question, Answer>> = {
  eventFeed: unsupported,
  listEventFeeds: () => success(ListEventFeedsResponseSchema, create(ListEventFeedsResponseSchema)),
  listEvents: () => failure(Status.notFound, "the event feed was not found: this connector has none", false),
  grant: (task) => (isWholeGrant(task) ? cannotWrite(task) : failure(Status.unknown, "malformed grant task", true)),
  revoke: (task) => (isWholeRevoke(task) ? cannotWrite(task) : failure(Status.unknown, "malformed revoke task", true)),
  createAccount: cannotWrite,
  createResource: cannotWrite,
  deleteResource: cannotWrite,
  rotateCredentials: cannotWrite,
  issueCredential: cannotWrite,
  createTicketTask: noTickets,
  getTicket: noTickets,
  listTicketSchemas: noTickets,
  bulkCreateTickets: noTickets,
  bulkGetTickets: noTickets,
  actionListSchemas: () => success(ListActionSchemasResponseSchema, create(ListActionSchemasResponseSchema)),
  actionGetSchema: noAction,
  actionInvoke: noAction,
  actionStatus: noAction,
  createSyncDiff: unsupported,
  compactSyncs: unsupported,
};

/** The answer to a task that is neither a sync nor a hello; kinds of newer versions of C1 are unsupported. */
export function answerTask(task: TaskType): Outcome {
  // A newer kind has no case in this version, and the others never come here.
  const answer = answers[task.case as Question] as Answer | undefined;
  return (answer ?? unsupported)(task);
}

function isWholeGrant(task: TaskType): boolean {
  return task.case === "grant" && task.value.entitlement !== undefined && task.value.principal !== undefined;
}

function isWholeRevoke(task: TaskType): boolean {
  const grant = task.case === "revoke" ? task.value.grant : undefined;
  return grant?.entitlement !== undefined && grant.principal !== undefined;
}
