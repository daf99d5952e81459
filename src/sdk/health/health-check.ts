/** The verdict on a connector's access, asked for at most once a minute however often probes come. */
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";

/** A verdict stands for so long: probes come every few seconds, and each check costs calls of the API's budget. */
const verdictMs = 60_000;
const timeoutMs = 30_000;

/** Outcome of a check. */
export type Verdict =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly error: Pick<BatonError, "code" | "message"> };

/** Checks a connector of its own: one that syncs at the same time would begin anew. */
export class HealthCheck {
  readonly #connector: Connector;
  readonly #clock: Clock;
  #verdict: Verdict | undefined;
  #verdictAtMs = 0;
  #checkedAtMs = 0;
  #asking: Promise<Verdict> | undefined;

  constructor(connector: Connector, clock: Clock) {
    this.#connector = connector;
    this.#clock = clock;
  }

  /** The verdict, not older than 60 s. Callers at the same time share one check. */
  async verdict(): Promise<Verdict> {
    if (this.#verdict && this.#clock.monotonicMs() - this.#verdictAtMs < verdictMs) return this.#verdict;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  /** When the verdict was found, milliseconds since the epoch. */
  get checkedAtMs(): number {
    return this.#checkedAtMs;
  }

  /** Takes over what was found out elsewhere, as if it had been asked for now. */
  note(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#verdictAtMs = this.#clock.monotonicMs();
    this.#checkedAtMs = this.#clock.nowMs();
  }

  async #ask(): Promise<Verdict> {
    const verdict = await validate(this.#connector);
    this.note(verdict);
    return verdict;
  }
}

async function validate(connector: Connector): Promise<Verdict> {
  const timeout = Promise.withResolvers<never>();
  const controller = new AbortController();
  // A connector that does not listen to its signal must not keep the probe either.
  const timer = setTimeout(() => {
    controller.abort(tooSlow());
    timeout.reject(tooSlow());
  }, timeoutMs);
  try {
    // Warnings belong to syncs; here only pass or fail is asked for.
    await Promise.race([
      connector.validate({ signal: controller.signal, warn: () => undefined, report: () => undefined }),
      timeout.promise,
    ]);
    return { healthy: true };
  } catch (caught) {
    return { healthy: false, error: toBatonError(caught) };
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(): BatonError {
  return new BatonError({
    code: "HEALTH-TIMEOUT",
    status: Status.deadlineExceeded,
    message: `the check took longer than ${timeoutMs / 1000} s`,
  });
}
