/** What a question of `doctor` finds when something is not as it should be. */
import type { Check, Finding } from "../checks.ts";
import { Status } from "../errors.ts";

/** One question. */
export type Probe = Check;

/** No probe takes longer than this, milliseconds. */
export const probeTimeoutMs = 10_000;

/** It works, but not as it should. */
export function warn(detail: string, fix: string): Finding {
  return { outcome: "warn", detail, fix, code: "DOCTOR-WARNING" };
}

/** It cannot work. */
export function fail(detail: string, fix: string, status: Status = Status.failedPrecondition): Finding {
  return { outcome: "fail", detail, fix, code: "DOCTOR-FAILED", status };
}
