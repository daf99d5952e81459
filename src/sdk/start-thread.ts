/** Starts a thread whose program is a module of ours, or an asset inside the single executable. */
import { extname } from "node:path";
import { getAsset, isSea } from "node:sea";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** Where the program of a thread is. */
export interface ThreadProgram {
  /** The module without its ending, as in `new URL("./write-thread-main", import.meta.url)`. */
  readonly module: URL;
  /** Ending of the modules here: sources and built files have different ones. */
  readonly url: string;
  /** The name under which scripts/build-executable.ts puts it into the executable. */
  readonly asset: string;
}

/** Starts the thread. */
export function startThread({ module, url, asset }: ThreadProgram, options: WorkerOptions): Worker {
  if (isSea()) return new Worker(getAsset(asset, "utf8"), { ...options, eval: true });
  return new Worker(new URL(module.href + extname(url)), options);
}
