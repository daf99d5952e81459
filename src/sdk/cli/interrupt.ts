/** SIGINT and SIGTERM during a run: the first one ends it in good order, the second one at once. */
import { BatonError, Status } from "../errors.ts";
import type { CliIo, StopSignal } from "./cli-io.ts";

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<StopSignal, number>;

/** Stop signals of one run. */
export interface Interrupt {
  /** Aborts at the first signal; its reason is a BatonError BATON-INTERRUPTED with exit code 130 or 143. */
  readonly signal: AbortSignal;
  /** Listens no longer. */
  release(): void;
}

/** Begins to listen. `onFirst` is told, so that a waiting person sees that the signal was heard. */
export function listenForInterrupt(io: CliIo, onFirst: (signal: StopSignal) => void): Interrupt {
  const controller = new AbortController();
  const release = io.onSignal((name) => {
    if (controller.signal.aborted) {
      io.exitNow(exitCodes[name]);
      return;
    }
    onFirst(name);
    controller.abort(interrupted(name));
  });
  return { signal: controller.signal, release };
}

function interrupted(name: StopSignal): BatonError {
  return new BatonError({
    code: "BATON-INTERRUPTED",
    status: Status.canceled,
    exitCode: exitCodes[name],
    message: `stopped by ${name}`,
    effect: "What was read so far is kept as an unfinished sync; finished syncs in the file are untouched.",
    hint: "Run the same command again to go on from there.",
  });
}
