/** Starts a thread whose program is a module of ours, or an asset inside the single executable. */
import { basename, extname } from "node:path";
import { getAsset, isSea } from "node:sea";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** Where the program of a thread is. */
export interface ThreadProgram {
  /**
   * The module, relative to `url` and without its ending: sources and built files have different ones. Beside the bundled
   * program, and inside the single executable, lies a bundle of its name (scripts/bundle-program.ts).
   */
  readonly module: string;
  /** Of the module that names it; undefined inside the single executable, which has no files. */
  readonly url: string | undefined;
}

/** Starts the thread. */
export function startThread({ module, url }: ThreadProgram, options: WorkerOptions): Worker {
  if (isSea()) return new Worker(getAsset(`${basename(module)}.cjs`, "utf8"), { ...options, eval: true });
  if (url === undefined) throw new Error(`${module} is named by no module`);
  return new Worker(new URL(module + extname(url), url), options);
}
