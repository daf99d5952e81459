/** Tells the watcher of this process that reading a file moves on. See c1z/process/watched-process.ts. */

/** Set for a process that is watched; it must not start another. */
export const watchedVariable = "BATON_FILE_PROCESS";
const progressEveryMs = 250;

let isTelling = false;
let toldMs = 0;

/** What the watcher hears: reading moves on, waits for others, or has ended. Whatever else it hears means that it moves on. */
export interface WatchedMessage {
  readonly type: "progress" | "waits" | "read";
}

/** True in a process that somebody watches. */
export function isWatched(): boolean {
  return process.env[watchedVariable] === "1" && process.send !== undefined;
}

/** From now on the watcher hears of progress. The process ends as soon as nobody watches any more. */
export function tellWatcher(): void {
  isTelling = true;
  // An exit of Node's may wait for ever where much memory is used, and then nobody would end this process.
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel?.unref();
}

/** Called where a piece of a file was unpacked, or rows were read. */
export function reportProgress(): void {
  if (!isTelling) return;
  const nowMs = performance.now();
  if (nowMs - toldMs < progressEveryMs) return;
  toldMs = nowMs;
  tell("progress");
}

/** Called before what may wait for a person or another program, such as for one who reads the output page by page. */
export function reportWaiting(): void {
  tell("waits");
}

/** Called behind it. */
export function reportWaitEnded(): void {
  tell("progress");
}

/** Called when everything was read, before work begins that depends on no file of others. */
export function reportReadingEnded(): void {
  tell("read");
}

function tell(type: WatchedMessage["type"]): void {
  const message: WatchedMessage = { type };
  if (isTelling) process.send?.(message, undefined, undefined, () => undefined);
}
