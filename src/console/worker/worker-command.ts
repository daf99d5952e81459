/**
 * The process of one job: gets it from the console that started it, does it, tells how it goes, and ends. When the
 * console is gone it stops in good order by itself. For the console alone; a person who starts it is told so.
 */

import type { Command } from "../../sdk/cli/app.ts";
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import { usageError } from "../../sdk/cli/parse-argv.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { FromWorker, Job, ToWorker } from "./messages.ts";

/** Name of the command. */
export const workerCommandName = "console-worker";
/** A job that was told to stop and did not is ended; the service has the longest to go. Milliseconds. */
const stopWithinMs = 10_000;

/** The command. */
export const workerCommand: Command = {
  name: workerCommandName,
  summary: "Do one job of the console",
  settings: "none",
  isInternal: true,
  async run({ app: { version }, io }) {
    if (!process.connected)
      throw usageError(`${workerCommandName} is started by the console only`, "Run baton-cloudsmith console.");
    const { runJob } = await import("./run-job.ts");
    const stop = new AbortController();
    const tell = (message: FromWorker): void => void process.send?.(message, undefined, undefined, ignoreGone);
    const job = await firstJob(io, stop, () => tell({ type: "ready" }));
    if (job) await runJob(job, { io, version, tell, signal: stop.signal });
    process.disconnect();
    return 0;
  },
};

/** Waits for the job; undefined when the console goes away before it has given one. */
async function firstJob(io: CliIo, stop: AbortController, ready: () => void): Promise<Job | undefined> {
  const { promise, resolve } = Promise.withResolvers<Job | undefined>();
  const end = (): void => {
    resolve(undefined);
    if (stop.signal.aborted) return;
    stop.abort(stopped());
    setTimeout(() => io.exitNow(1), stopWithinMs).unref();
  };
  // The sender is the process that started this one: the shape is what it is compiled with.
  process.on("message", (message: ToWorker) => {
    if (message.type === "job") resolve(message.job);
    else end();
  });
  process.once("disconnect", end);
  // Ctrl-C in the console's terminal reaches this process as well; it is the console that decides.
  io.onSignal(() => {});
  ready();
  return await promise;
}

/** The console may be gone before it has heard; the disconnect says so as well. */
function ignoreGone(): void {}

function stopped(): BatonError {
  return new BatonError({
    code: "BATON-INTERRUPTED",
    status: Status.canceled,
    exitCode: 130,
    message: "The sync was stopped.",
    effect: "What was read so far is kept; the last good file stays as it is.",
    hint: "Sync again to go on from there.",
  });
}
