/** One question that `doctor` asks, and how all of them are asked. Knows neither questions nor how answers look. */
import type { CheckResult } from "../contracts/connector.ts";
import { Status, toBatonError } from "../errors.ts";

/** What a probe found. */
export type Finding = Omit<CheckResult, "id" | "title">;

/** One question. */
export interface Probe {
  /** Stable id such as `clock`. */
  readonly id: string;
  readonly title: string;
  /** Answers, or throws what it could not get past. Ends when the signal aborts. */
  run(signal: AbortSignal): Promise<Finding>;
}

/** No probe takes longer than this, so that a broken network still gives a whole list. */
const probeTimeoutMs = 10_000;

/** Asks all at once; the results are in the order of the probes. A probe that throws has failed. */
export async function runProbes(probes: readonly Probe[], signal: AbortSignal): Promise<readonly CheckResult[]> {
  return await Promise.all(
    probes.map(async ({ id, title, run }) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]);
      try {
        return { id, title, ...(await run(limited)) };
      } catch (caught) {
        return { id, title, ...failure(caught) };
      }
    }),
  );
}

/** All is well. */
export function pass(detail: string): Finding {
  return { outcome: "pass", detail };
}

/** It works, but not as it should. */
export function warn(detail: string, fix: string): Finding {
  return { outcome: "warn", detail, fix, code: "DOCTOR-WARNING" };
}

/** It cannot work. */
export function fail(detail: string, fix: string, status: Status = Status.failedPrecondition): Finding {
  return { outcome: "fail", detail, fix, code: "DOCTOR-FAILED", status };
}

/** There is nothing to ask. */
export function skip(detail: string): Finding {
  return { outcome: "skip", detail };
}

/** An error as a finding. */
export function failure(caught: unknown): Finding {
  const { message, code, status, hint } = toBatonError(caught);
  return { outcome: "fail", detail: message, code, status, ...(hint !== undefined && { fix: hint }) };
}
