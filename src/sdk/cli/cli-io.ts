/** The process as the command line sees it; tests bring their own. */
import type { Clock } from "../clock.ts";

/** A stream to write text to. */
export interface OutputStream {
  write(text: string): void;
  readonly isTty: boolean;
  /** True when it leads to systemd's journal, which takes priorities. */
  readonly isJournal?: boolean;
  /** Width in columns; 80 when unknown. */
  readonly columns: number;
}

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
  /** Hides the arguments from the process list as far as the system lets a process do so. */
  hideArguments(): void;
}
