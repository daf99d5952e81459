/** SIGINT, SIGTERM and SIGHUP during a run: the first one ends it in good order, the second one at once. */
import { BatonError, Status } from "../errors.ts";
import type { CliIo, StopSignal } from "./cli-io.ts";

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
export interface InterruptOptions {
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

function interrupted(name: StopSignal, { effect, hint }: InterruptOptions): BatonError {
  return new BatonError({
    code: "BATON-INTERRUPTED",
    status: Status.canceled,
    exitCode: signalExitCodes[name],
    message: `stopped by ${name}`,
    effect,
    hint,
  });
}
