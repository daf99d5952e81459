/** Where the program of the thread that writes is: beside this module, or inside the single executable. */
import { extname } from "node:path";
import { getAsset, isSea } from "node:sea";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** The name under which scripts/build-executable.ts puts it in. */
const asset = "write-thread.cjs";

/** Starts a thread that runs write-thread-main. */
export function startThread(options: WorkerOptions): Worker {
  if (isSea()) return new Worker(getAsset(asset, "utf8"), { ...options, eval: true });
  // From source and built the files have different endings.
  return new Worker(new URL(`./write-thread-main${extname(import.meta.url)}`, import.meta.url), options);
}
