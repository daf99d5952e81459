/**
 * Checks: one list, each check declared once, for all who ask. `validate`, `doctor` and a page show every result; before
 * a sync the same list decides whether it may begin. Knows neither what is checked nor how results look.
 */
import type { CheckOptions, CheckResult, Connector, SyncWarning, ValidateOptions } from "./contracts/connector.ts";
import { BatonError, Status, toBatonError } from "./errors.ts";

/** What a check found. */
export type Finding = Omit<CheckResult, "id" | "title">;

/** One question about `Subject`, which holds what several checks look at. */
export interface Check<Subject = undefined> {
  /** Stable id such as `key`. */
  readonly id: string;
  readonly title: string;
  /** Ids of earlier checks: without their success there is nothing to ask. Checks that need nothing are asked at once. */
  readonly needs?: readonly string[];
  /** Ids of earlier checks whose end is waited for, whatever they found: this one looks at what they read. */
  readonly after?: readonly string[];
  /** Asked before each sync, too: there a failure ends the sync, and a warning is one of the sync. */
  readonly beforeSync?: boolean;
  /** What a warning of this check means for a sync. */
  readonly warning?: Pick<SyncWarning, "signal" | "severity">;
  /** Answers, or throws what it could not get past. Ends when the signal aborts. */
  run(signal: AbortSignal, subject: Subject): Promise<Finding>;
}

/** How checks are run. */
export interface RunChecksOptions extends CheckOptions {
  /** No check takes longer, milliseconds, so that one that hangs still gives a whole list; default no limit. */
  readonly timeoutMs?: number;
}

interface Finished {
  readonly result: CheckResult;
  /** What was thrown, when it failed so. */
  readonly error?: BatonError;
}

/** Runs all checks and tells the results in the order of the list. A check that throws has failed. */
export async function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  options: RunChecksOptions,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const running of begin(checks, subject, options)) {
    const { result } = await running;
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

/**
 * Runs the checks that are asked before a sync. Warnings go to `warn`.
 * @throws BatonError what the first failed check threw, or what it found.
 */
export async function proveChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  { signal, warn }: Pick<ValidateOptions, "signal" | "warn">,
): Promise<void> {
  const asked = checks.filter(({ beforeSync }) => beforeSync === true);
  for (const [index, running] of begin(asked, subject, { signal }).entries()) {
    const { result, error } = await running;
    if (error) throw error;
    signal.throwIfAborted();
    const {
      outcome,
      code = result.id,
      detail: message,
      fix: hint,
      status: exitCode = Status.failedPrecondition,
    } = result;
    if (outcome === "fail") throw new BatonError({ code, status: Status.failedPrecondition, exitCode, message, hint });
    if (outcome === "warn") warn({ code, message, ...asked[index]?.warning });
  }
}

/** `validate` and `check` of a connector, both from one list of checks. */
export function connectorChecks(checks: readonly Check[]): Pick<Connector, "validate" | "check"> {
  return {
    validate: async (options) => await proveChecks(checks, undefined, options),
    check: async (options) => await runChecks(checks, undefined, options),
  };
}

/** Begins every check, those that need others after them; the list is that of the checks, and nothing in it rejects. */
function begin<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  { signal, timeoutMs }: RunChecksOptions,
): readonly Promise<Finished>[] {
  const running = new Map<string, Promise<Finished>>();
  for (const check of checks) {
    const begun = (ids: readonly string[] = []): Promise<Finished>[] => ids.flatMap((id) => running.get(id) ?? []);
    const [needed, before] = [begun(check.needs), begun(check.after)];
    running.set(check.id, runOne(check, { subject, signal, timeoutMs, needed, before }));
  }
  return [...running.values()];
}

interface Running<Subject> {
  readonly subject: Subject;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly needed: readonly Promise<Finished>[];
  readonly before: readonly Promise<Finished>[];
}

async function runOne<Subject>(
  { id, title, run }: Check<Subject>,
  { subject, signal, timeoutMs, needed, before }: Running<Subject>,
): Promise<Finished> {
  const about = { id, title };
  const earlier = await Promise.all(needed);
  await Promise.all(before);
  if (earlier.some(({ result: { outcome } }) => outcome === "fail" || outcome === "skip")) {
    return { result: { ...about, ...skip("Not checked, because an earlier check failed.") } };
  }
  try {
    const limited = timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    return { result: { ...about, ...(await run(limited, subject)) } };
  } catch (caught) {
    const error = toBatonError(caught);
    return { result: { ...about, ...failure(error) }, error };
  }
}

/** All is well. */
export function pass(detail: string, facts?: CheckResult["facts"]): Finding {
  return { outcome: "pass", detail, ...(facts && { facts }) };
}

/** There is nothing to ask. */
export function skip(detail: string): Finding {
  return { outcome: "skip", detail };
}

/** An error as a finding. */
export function failure(caught: unknown): Finding {
  const { statement, quote, code, status, hint, candidates, retryAtMs } = toBatonError(caught);
  return {
    outcome: "fail",
    detail: statement,
    ...(quote !== undefined && { quote }),
    code,
    status,
    ...(hint !== undefined && { fix: hint }),
    ...(candidates.length > 0 && { candidates }),
    ...(retryAtMs !== undefined && { facts: { retryAtMs: String(retryAtMs) } }),
  };
}
