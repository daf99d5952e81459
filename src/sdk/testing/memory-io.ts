/** A process in memory: captured streams, signals by hand and a clock that stands still until it is moved. */
import type { CliIo, OutputStream, StopSignal } from "../cli/cli-io.ts";
import type { Clock } from "../clock.ts";

/** What a test decides about its process. */
export interface MemoryIoOptions {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the root directory, where no configuration file is. */
  readonly cwd?: string;
  readonly stdoutIsTty?: boolean;
  readonly stderrIsTty?: boolean;
  readonly columns?: number;
  readonly clock?: Clock;
}

/** The process with what it did. */
export interface MemoryIo extends CliIo {
  readonly stdoutText: () => string;
  readonly stderrText: () => string;
  /** Delivers a signal to whoever listens. */
  sendSignal(signal: StopSignal): void;
  /** Codes that the process ended at once with. */
  readonly exits: readonly number[];
  readonly argumentsHidden: () => boolean;
}

/** Makes one. */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  const { argv = [], env = {}, cwd = "/", columns = 80, clock = new StillClock() } = options;
  const out: string[] = [];
  const err: string[] = [];
  const exits: number[] = [];
  const listeners = new Set<(signal: StopSignal) => void>();
  let hidden = false;
  const stream = (chunks: string[], isTty: boolean): OutputStream => ({
    write: (text) => void chunks.push(text),
    isTty,
    columns,
  });
  return {
    argv,
    env,
    cwd,
    clock,
    stdout: stream(out, options.stdoutIsTty ?? false),
    stderr: stream(err, options.stderrIsTty ?? false),
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => void exits.push(code),
    hideArguments() {
      hidden = true;
    },
    stdoutText: () => out.join(""),
    stderrText: () => err.join(""),
    sendSignal(signal) {
      for (const listener of listeners) listener(signal);
    },
    exits,
    argumentsHidden: () => hidden,
  };
}

/** A clock that only `advance` moves; sleeping moves it too and takes no time. */
export class StillClock implements Clock {
  #nowMs: number;

  /** @param nowMs where it starts; default 2026-01-02T03:04:05.678Z. */
  constructor(nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#nowMs += ms;
  }

  random(): number {
    return 0.5;
  }

  /** Moves the clock. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
