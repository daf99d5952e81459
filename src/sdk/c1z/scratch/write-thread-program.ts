/** Where the program of the thread that writes is: beside this module, or inside the single executable. */
import type { Worker, WorkerOptions } from "node:worker_threads";
import { startThread } from "../../start-thread.ts";

const program = {
  module: "./write-thread-main",
  url: import.meta.url,
};

/** Rows come as one buffer a page: little is made that could become garbage. */
const youngMb = 4;

/** Starts a thread that runs write-thread-main. */
export function startWriteThread(options: WorkerOptions): Worker {
  return startThread(program, { ...options, resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
}
