/** Runs the command line once more, in a process of its own that is watched. */
import { thisProgram } from "../c1z/process/this-program.ts";
import { WatchedProcess } from "../c1z/process/watched-process.ts";
import { BatonError, Status } from "../errors.ts";
import type { CliIo } from "./cli-io.ts";

/**
 * Does what the arguments say in another process, which writes to the same output.
 * @returns its exit code.
 * @throws BatonError `FILE-TIME-LIMIT`, `FILE-MEMORY-LIMIT`, and `FILE-PROCESS-LOST` when it ends by itself.
 */
export async function runWatched(io: CliIo): Promise<number> {
  const watched = new WatchedProcess({ program: thisProgram(), args: io.argv, env: io.env, answers: "inherit" });
  const { child } = watched;
  // A terminal's signals reach both; what is sent to this process alone is passed on.
  const stopListening = io.onSignal((signal) => void child.kill(signal));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once("error", reject);
  child.once("close", (code, signal) => {
    if (watched.failure) reject(watched.failure);
    else if (code === null) reject(lost(String(signal)));
    else resolve(code);
  });
  watched.begin();
  try {
    return await promise;
  } finally {
    watched.end();
    stopListening();
  }
}

function lost(signal: string): BatonError {
  return new BatonError({
    code: "FILE-PROCESS-LOST",
    status: Status.resourceExhausted,
    message: `The process that read the file was ended by the system (${signal}).`,
    effect: "The answer is not complete; the file was not changed.",
    hint: "Give the machine more memory, and see what its log says.",
  });
}
