/** A process in memory: captured streams, signals by hand and a clock of its own. */
import type { CliIo, OutputStream, StopSignal } from "../../src/sdk/cli/cli-io.ts";
import type { Clock } from "../../src/sdk/clock.ts";
import { VirtualClock } from "./virtual-clock.ts";

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
  /** Delivers a signal to all listeners. */
  sendSignal(signal: StopSignal): void;
  /** Codes that the process ended at once with. */
  readonly exits: readonly number[];
  readonly argumentsHidden: () => boolean;
}

/** Makes one. */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  const { argv = [], env = {}, cwd = "/", columns = 80, clock = new VirtualClock() } = options;
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
