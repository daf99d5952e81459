/** The connector's checks, and the clock: each result is told as soon as it is there. */

import { runChecks } from "../../sdk/checks.ts";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import { networkProbes } from "../../sdk/doctor/network-probes.ts";
import { explainNetworkError } from "./explain-network-error.ts";
import { connectorOf, type JobContext } from "./job-context.ts";

/** Makes the checks. @throws BatonError for settings that no check can be made with, or the signal's reason. */
export async function runCheckJob(context: JobContext): Promise<void> {
  const { config, io, signal, tell } = context;
  const connector = connectorOf({ ...context, connector: { ...context.connector, isAwaited: true } });
  const url = new URL(config.string("base-url"));
  const clock = networkProbes({ url, network: context.connector.network, clock: io.clock }).filter(
    ({ id }) => id === "clock",
  );
  const looking = runChecks(clock, undefined, { signal, timeoutMs: 10_000 });
  const told: CheckResult[] = [];
  await connector.check({
    signal,
    onResult: (result) => {
      told.push(result);
      // What stands on the last line waits for the clock, which is a part of it; an error on the way, for its reasons.
      if (result.id === "roster" || isNetworkError(result)) return;
      tell({ type: "checked", result: withRequests(result, connector.stats()) });
    },
  });
  const broken = told.find(isNetworkError);
  if (broken) {
    const explanation = await explainNetworkError(broken.code ?? "", url.href, io, context.redactor);
    tell({ type: "checked", result: broken, explanation });
  }
  const [time] = await looking;
  if (time) tell({ type: "checked", result: time });
  const last = told.find(({ id }) => id === "roster");
  if (last) tell({ type: "checked", result: withRequests(last, connector.stats()) });
}

function isNetworkError({ outcome, code }: CheckResult): boolean {
  return outcome === "fail" && code?.startsWith("NET-") === true;
}

/** Adds what is left of the budget, for the estimate on the last line. */
function withRequests(result: CheckResult, stats: ReturnType<ReturnType<typeof connectorOf>["stats"]>): CheckResult {
  const { limit, remaining } = stats.rateLimit ?? {};
  if (limit === undefined || remaining === undefined) return result;
  return { ...result, facts: { ...result.facts, limit: String(limit), remaining: String(remaining) } };
}
