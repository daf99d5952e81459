/** The process as the command line sees it, and the signals that end a run; tests bring their own. */
import type { AskedProcess } from "../c1z/process/watched-process.ts";
import type { Clock } from "../clock.ts";
import { BatonError, Status } from "../errors.ts";

/** A stream to write text to. */
export interface OutputStream {
  write(text: string): void;
  /** True while a reader has not taken everything yet: it is in memory. */
  readonly isBehind?: boolean;
  /** Waits until everything was taken, or can no longer be. */
  taken?(): Promise<void>;
  readonly isTty: boolean;
  /** True when it leads to systemd's journal, which takes priorities. */
  readonly isJournal?: boolean;
  /** Width in columns; 80 when unknown. */
  readonly columns: number;
}

/** Name of the internal command that is asked about files. */
export const readFileCommandName = "read-file";

/** Signals that end a run in good order. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Everything the command line touches of its process. */
export interface CliIo {
  /** Arguments without the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  /** What is typed or piped in, to its end; at most one byte more than `most`. Absent where nothing can be. */
  readStdin?(most: number): Promise<Uint8Array>;
  /** Calls `listener` for every stop signal until the returned function is called. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process without waiting for anything. */
  exitNow(code: number): void;
  /** Does the same once more in a watched process; undefined where there is none, or this is one. */
  readonly runWatched?: () => Promise<number>;
  /** Starts a watched process that reads files and is asked; undefined where there is none, or this is one. */
  readonly startReader?: () => Promise<AskedProcess>;
  /** Hides the arguments from the process list as far as the system lets a process do so. */
  hideArguments(): void;
}

/** Exit codes of stop signals (128 and the signal's number). */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<StopSignal, number>;

/** Stop signals of one run. */
export interface Interrupt {
  /** Aborts at the first signal; its reason is a BatonError BATON-INTERRUPTED with exit code 129, 130 or 143. */
  readonly signal: AbortSignal;
  /** Listens no longer. */
  release(): void;
}

/** What a stop means for the one who waits. */
interface InterruptOptions {
  /** Told of the first signal, so that a waiting person sees that it was heard. */
  onFirst?(signal: StopSignal): void;
  /** What it means for the data. */
  readonly effect: string;
  /** What to do next. */
  readonly hint: string;
}

/** Begins to listen. */
export function listenForInterrupt(io: CliIo, options: InterruptOptions): Interrupt {
  const controller = new AbortController();
  const release = io.onSignal((name) => {
    if (controller.signal.aborted) {
      io.exitNow(signalExitCodes[name]);
      return;
    }
    options.onFirst?.(name);
    controller.abort(interrupted(name, options));
  });
  return { signal: controller.signal, release };
}

/** The error `BATON-INTERRUPTED` of a run that a signal ended. */
export function interrupted(name: StopSignal, { effect, hint }: InterruptOptions): BatonError {
  return new BatonError({
    code: "BATON-INTERRUPTED",
    status: Status.canceled,
    exitCode: signalExitCodes[name],
    message: `stopped by ${name}`,
    effect,
    hint,
  });
}
