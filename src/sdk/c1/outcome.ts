/** How a task ended, and the form in which C1 is told. Sends nothing. */
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { SyncResult } from "../contracts/run-record.ts";
import type { BatonError, Status } from "../errors.ts";
import {
  type BatonServiceFinishTaskRequest,
  BatonServiceFinishTaskRequestSchema,
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
