/** The real process behind {@link CliIo}, and who runs it. The only file of the command line that touches `process`. */
import { fstatSync } from "node:fs";
import { userInfo } from "node:os";
import { basename } from "node:path";
import { systemClock } from "../clock.ts";
import { Status } from "../errors.ts";
import { isWatched, reportWaitEnded, reportWaiting, tellWatcher } from "../file-progress.ts";
import { type CliIo, interrupted, type OutputStream, readFileCommandName, type StopSignal } from "./cli-io.ts";

const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The process's arguments, environment, streams and signals. */
export function systemIo(): CliIo {
  if (isWatched()) tellWatcher();
  keepOwnersRights();
  openNoDebugger();
  const processName = basename(process.argv[1] ?? process.execPath);
  const argv = process.argv.slice(2);
  // Node calls its main thread MainThread, and `top` and `pgrep` the whole process. Windows has the title of the window here.
  if (process.platform !== "win32") process.title = [processName, ...argv].join(" ");
  const io: CliIo = {
    argv,
    env: process.env,
    cwd: workingDirectory(),
    stdout: outputStream(process.stdout, tellLostOutput),
    // Nobody can be told where errors go, and work that is under way goes on, as with a log file that is full.
    stderr: outputStream(process.stderr, () => undefined),
    clock: systemClock,
    readStdin,
    onSignal(listener) {
      for (const signal of stopSignals) process.on(signal, listener);
      return () => {
        for (const signal of stopSignals) process.off(signal, listener);
      };
    },
    exitNow,
    hideArguments() {
      // On Linux this overwrites the memory that `ps` reads the arguments from.
      process.title = processName;
    },
    ...(!isWatched() && {
      runWatched: async () => await runWatched(io),
      startReader: async () => {
        const { thisProgram } = await import("../c1z/process/this-program.ts");
        const { AskedProcess } = await import("../c1z/process/watched-process.ts");
        return new AskedProcess({ program: thisProgram(), args: [readFileCommandName], env: process.env });
      },
    }),
  };
  return io;
}

/** A umask that takes the owner's rights leaves locks, scratch files and results that nobody can read. */
function keepOwnersRights(): void {
  const umask = process.umask(0o077);
  process.umask(umask & 0o077);
}

/** Node opens a port at SIGUSR1 through which every user of the machine could read the key. */
function openNoDebugger(): void {
  process.on("SIGUSR1", () => undefined);
}

/**
 * Node's exit waits for V8's compilers, and one of them may wait for this thread to collect garbage, for ever
 * (nodejs/node#54918): collected first, none does.
 */
function exitNow(code: number): never {
  // Loaded only here: a start has no use for them.
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  const { runInNewContext } = process.getBuiltinModule("node:vm");
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  collectGarbage();
  // What V8 compiled is kept at the exit, for a start without the flag.
  setFlagsFromString("--no-expose-gc");
  process.exit(code);
}

async function readStdin(most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  reportWaiting();
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > most) break;
  }
  reportWaitEnded();
  return Buffer.concat(pieces).subarray(0, most + 1);
}

/** The directory that relative paths count from. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write("the working directory was removed: change into one that is there\n");
    process.exit(Status.unknown);
  }
}

/** What was printed is the result of many commands: it must not be taken for whole. */
function tellLostOutput(reason: string): void {
  process.stderr.write(`standard output takes no more (${reason}): what was printed is not whole\n`);
  process.once("exit", (code) => {
    if (code === 0) process.exitCode = Status.resourceExhausted;
  });
}

/** @param onLost told once when something could not be written. */
function outputStream(
  stream: NodeJS.WriteStream & { readonly fd: number },
  onLost: (reason: string) => void,
): OutputStream {
  let isLost = false;
  stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    // A reader that went away (`| head`), or a terminal that is gone (EIO), is no failure of ours.
    if (isLost || code === "EPIPE" || code === "EIO") return;
    isLost = true;
    onLost(code ?? message);
  });
  return {
    write(text) {
      // A terminal that scrolls no further holds this process up.
      reportWaiting();
      stream.write(text);
      reportWaitEnded();
    },
    get isBehind() {
      return stream.writableLength > 0;
    },
    async taken() {
      reportWaiting();
      await new Promise<void>((resolve) => stream.write("", () => resolve()));
      reportWaitEnded();
    },
    isTty: stream.isTTY === true,
    isJournal: isJournal(stream),
    get columns() {
      return stream.columns || 80;
    },
  };
}

/** Systemd names the device and the inode of the stream that it made (systemd.exec(5)): it may lead elsewhere by now. */
function isJournal(stream: { readonly fd: number }): boolean {
  const { JOURNAL_STREAM } = process.env;
  if (!JOURNAL_STREAM) return false;
  try {
    const { dev, ino } = fstatSync(stream.fd);
    return JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    // Closed: then nothing is written to it either.
    return false;
  }
}

const stopOfReader = {
  effect: "The answer is not complete. A file that was to be written is there as a whole or not at all.",
  hint: "Run the command again.",
} as const;

/**
 * Does what the arguments say in another process, which writes to the same output.
 * @returns its exit code.
 * @throws BatonError `FILE-TIME-LIMIT`, `FILE-MEMORY-LIMIT`, `BATON-INTERRUPTED` when it was told to stop, and
 * `FILE-PROCESS-LOST` when it ends by itself.
 */
async function runWatched(io: CliIo): Promise<number> {
  const { thisProgram } = await import("../c1z/process/this-program.ts");
  const { processLost, WatchedProcess } = await import("../c1z/process/watched-process.ts");
  const stopped = new AbortController();
  // A terminal's signals reach both; what is sent to this process alone is passed on. The second one ends it at once.
  // Heard from before there is anything to be stopped: one that comes in between would end this process alone.
  const stopListening = io.onSignal((signal) => {
    if (stopped.signal.aborted) return watched.kill();
    watched.stop(signal);
    stopped.abort(interrupted(signal, stopOfReader));
  });
  const watched = new WatchedProcess({ program: thisProgram(), args: io.argv, env: io.env, answers: "inherit" });
  const { child } = watched;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once("error", reject);
  child.once("close", (code, signal) => {
    if (watched.failure) reject(watched.failure);
    else if (stopped.signal.aborted && code !== 0) reject(stopped.signal.reason);
    else if (code === null) reject(processLost(String(signal)));
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

/** The user's name; "" where the system has none, as in a container with a number alone. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}
