/** What happens in service mode, as events; and the log, which is one of those who listen. */

import type { SyncResult } from "../contracts/run-record.ts";
import type { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";

/** A task that was handed out. */
export interface TaskRef {
  readonly id: string;
  /** Kind of the task, such as `syncFull` or `hello`; `unknown` for kinds of newer versions of C1. */
  readonly type: string;
}

/** An error without its stack and cause, which can be sent to another process. */
export interface EventError {
  readonly code: string;
  readonly status: Status;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Why a task failed: C1 called it off; nobody heard its heartbeats; the sync did not end well; the file could not be
 * handed over; or it asks for what this connector does not do.
 */
export type FailureReason = "cancelled" | "heartbeat" | "sync" | "upload" | "request";

/** What C1 is waited for: its word on the introduction, a task, or a call within a task. */
export type WaitKind = "hello" | "poll" | "task";

/** What happens in service mode. Times are in milliseconds. */
export type ServiceEvent =
  | { readonly kind: "connecting"; readonly host: string; readonly hostId: string }
  /** C1 heard the introduction. */
  | { readonly kind: "hello"; readonly attempts: number }
  /** C1 answered; it is asked again after so long. */
  | { readonly kind: "polling"; readonly waitMs: number }
  /** C1 cannot be reached, or refuses; `call` is tried again after so long. */
  | {
      readonly kind: "waiting";
      readonly for: WaitKind;
      readonly call: string;
      readonly failures: number;
      readonly waitMs: number;
      readonly error: EventError;
      readonly taskId?: string;
    }
  | { readonly kind: "taskBegun"; readonly task: TaskRef }
  | { readonly kind: "uploading"; readonly task: TaskRef; readonly bytes: number }
  /** Done, and C1 was told so. `result` is how a sync ended. */
  | { readonly kind: "taskFinished"; readonly task: TaskRef; readonly durationMs: number; readonly result?: SyncResult }
  /** Failed, and C1 was told so. */
  | {
      readonly kind: "taskFailed";
      readonly task: TaskRef;
      readonly durationMs: number;
      readonly reason: FailureReason;
      readonly error: EventError;
    }
  /** No longer ours, or for later: C1 hands out again what it still wants. */
  | { readonly kind: "taskLeft"; readonly task: TaskRef; readonly error: EventError }
  /** Over, but C1 could not be told how it ended. */
  | { readonly kind: "taskUntold"; readonly task: TaskRef; readonly error: EventError };

/** Hears every event; returns at once and never throws. */
export type ServiceObserver = (event: ServiceEvent) => void;

/** What of an error can be sent. */
export function eventErrorOf({ code, status, message, hint }: BatonError): EventError {
  return { code, status, message, ...(hint !== undefined && { hint }) };
}

/** One observer for several. */
export function tellAll(observers: readonly ServiceObserver[]): ServiceObserver {
  return (event) => {
    for (const observe of observers) observe(event);
  };
}

/** Writes what happens into the log; a poll that was answered only where `logsPolls` is true. */
export function logEvents(logger: Logger, logsPolls: boolean): ServiceObserver {
  return (event) => {
    switch (event.kind) {
      case "connecting":
        return logger.info("connecting to ConductorOne", { host: event.host, host_id: event.hostId });
      case "hello":
        return logger.info("startup Hello succeeded", { attempts: event.attempts });
      case "polling":
        return logsPolls ? logger.debug("asked for a task", { wait: event.waitMs / 1000 }) : undefined;
      case "waiting":
        return logWait(logger, event);
      case "taskBegun":
        return logger.info("task started", taskFields(event.task));
      case "uploading":
        return logger.info("uploading the file", { ...taskFields(event.task), bytes: event.bytes });
      case "taskFinished":
        return logger.info("Task complete!", { ...taskFields(event.task), duration: event.durationMs / 1000 });
      case "taskFailed":
        return logger.error("task failed", {
          ...taskFields(event.task),
          duration: event.durationMs / 1000,
          reason: event.reason,
          error: event.error.message,
          code: event.error.status,
          error_code: event.error.code,
        });
      case "taskLeft":
        return logger.warn("task left without a result", {
          ...taskFields(event.task),
          reason: event.error.message,
        });
      case "taskUntold":
        return logger.error("task could not be finished", { ...taskFields(event.task), error: event.error.message });
    }
  };
}

function logWait(logger: Logger, event: Extract<ServiceEvent, { kind: "waiting" }>): void {
  const { error, failures, waitMs } = event;
  const wait = waitMs / 1000;
  if (event.for === "hello") {
    const { message, code, hint } = error;
    logger.warn("startup Hello failed, trying again", { error: message, code, hint, attempt: failures, wait });
  } else if (event.for === "poll") {
    logger.error("could not ask for tasks", { error: error.message, code: error.code, wait });
  } else {
    logger.warn("a call did not get through, trying again", {
      call: event.call,
      task_id: event.taskId,
      error: error.message,
      failures,
      wait,
    });
  }
}

function taskFields({ id, type }: TaskRef): { readonly task_id: string; readonly task_type: string } {
  return { task_id: id, task_type: type };
}
