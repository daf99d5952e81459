/** Starts a process for a job, gives it the job over its channel, and passes on what it says. Knows no kinds of job. */
import { type ChildProcess, spawn } from "node:child_process";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import { Status } from "../../sdk/errors.ts";
import type { FromWorker, Job, SentError, ToWorker } from "./messages.ts";
import { workerCommandName } from "./worker-command.ts";

/** How a job's process ended: as it should or was told to, or on its own. */
export type WorkerEnd =
  | { readonly kind: "ended"; readonly error: SentError | null }
  | { readonly kind: "lost"; readonly how: string; readonly lastWords: string };

/** What a process is started with. */
export interface WorkerOptions {
  readonly program: ProgramCommand;
  /** Without secrets: it can be read from outside. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly job: Job;
  readonly onMessage: (message: Exclude<FromWorker, { type: "ready" | "ended" }>) => void;
}

/** A job's process. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<WorkerEnd>;
  /** Tells it to stop in good order, and ends it when it has not after so many milliseconds. */
  stop(withinMs: number): void;
}

/** Characters kept of what a process says before it dies. */
const lastWordsLength = 2000;

/** Starts the process. */
export function startWorker({ program, env, job, onMessage }: WorkerOptions): WorkerProcess {
  const child = spawn(program.file, [...program.args, workerCommandName], {
    env: { ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    windowsHide: true,
  });
  let error: SentError | null | undefined;
  child.on("message", (message: FromWorker) => {
    if (message.type === "ready") send(child, { type: "job", job });
    else if (message.type === "ended") error = message.error;
    else onMessage(message);
  });
  let lastWords = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-lastWordsLength);
  });
  const { promise, resolve } = Promise.withResolvers<WorkerEnd>();
  let timer: NodeJS.Timeout | undefined;
  const end = (how: string): void => {
    clearTimeout(timer);
    if (error === undefined && timer) error = stoppedProcess;
    resolve(error === undefined ? { kind: "lost", how, lastWords } : { kind: "ended", error });
  };
  child.once("error", ({ message }) => end(message));
  // Not at the exit: messages may still be on their way then.
  child.once("close", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  return {
    pid: child.pid,
    ended: promise,
    stop(withinMs) {
      send(child, { type: "stop" });
      timer ??= setTimeout(() => child.kill("SIGKILL"), withinMs);
    },
  };
}

/** What is said of a job that was stopped before it had begun, or that did not end in good order in time. */
export const stoppedProcess: SentError = {
  code: "BATON-INTERRUPTED",
  status: Status.canceled,
  message: "It was stopped before it had ended.",
  hint: "Start it again when you like: a sync goes on with what was read.",
  candidates: [],
  facts: [],
};

/**
 * What is said of a process that ended on its own.
 * @param of what it did, such as `the sync`. @param how "" where nobody knows.
 */
export function lostProcess(
  of: string,
  how: string,
  said: { readonly code?: string; readonly effect: string; readonly hint: string },
): SentError {
  const message = `The process of ${of} ended unexpectedly${how && ` (${how})`}.`;
  return { code: "CONSOLE-RUN-LOST", status: Status.internal, message, candidates: [], facts: [], ...said };
}

/** A process that is gone hears nothing, which its end says as well. */
function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
