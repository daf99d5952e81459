/** The one word for a connector, and what stands in its banner. Pure. */
import type { ConnectorStatus, ServiceState } from "../contract/connectors.ts";
import type { Failure, FailureState } from "../contract/failures.ts";
import type { RunDetail, RunProgress } from "../contract/runs.ts";
import { isGood } from "../runs/run-results.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";

/** What the word is told from. */
export interface StatusFacts {
  readonly connector: ConnectorRecord;
  readonly hasKey: boolean;
  readonly isTesting: boolean;
  readonly progress: RunProgress | null;
  readonly lastRun: RunDetail | null;
  readonly currentRun: RunDetail | null;
  readonly service: ServiceState | null;
}

const byFailure: Partial<Record<FailureState, ConnectorStatus>> = {
  "rate-limited": "Rate limited",
  "network-down": "Offline",
  "tls-fault": "Offline",
  "c1-unreachable": "Offline",
};

/** Tells the word. */
export function statusOf(facts: StatusFacts): ConnectorStatus {
  const { connector, isTesting, progress, service } = facts;
  if (progress) return isRateLimited(progress) ? "Rate limited" : "Syncing";
  if (isTesting) return "Testing";
  if (!isComplete(facts)) return "Not set up";
  if (connector.isPaused) return "Paused";
  if (connector.mode === "service" && service?.isRunning) {
    if (service.failure) return byFailure[service.failure.state] ?? "Error";
    return service.isBusy ? "Syncing" : "Connected";
  }
  return statusOfRun(facts);
}

/** What stands in the banner; null when all is well, or somebody has put it away. */
export function bannerOf({ connector, lastRun, service }: StatusFacts): Failure | null {
  if (connector.mode === "service" && service?.failure) return service.failure;
  if (!lastRun || lastRun.runId === connector.dismissedRunId) return null;
  return lastRun.failure;
}

/** True while the run waits for the hour's budget. */
export function isRateLimited({ waiting }: RunProgress): boolean {
  return waiting?.kind === "rate-limit";
}

function isComplete({ connector: { isSample, settings, mode }, hasKey }: StatusFacts): boolean {
  if (isSample) return true;
  return settings.orgSlug !== "" && hasKey && (mode !== "service" || settings.c1ClientId !== "");
}

function statusOfRun({ connector, lastRun, currentRun }: StatusFacts): ConnectorStatus {
  // A run that was stopped, or held changes that somebody refused, leave what was before. Whatever else is put away
  // stays what it is: a partial roster or an error must not look like a good one.
  const isDismissed = lastRun?.runId === connector.dismissedRunId;
  const isStopped = lastRun?.result === "Cancelled" || lastRun?.result === "Interrupted";
  const isSetAside = isStopped || (lastRun?.result === "Held" && isDismissed);
  const run = isSetAside && currentRun ? currentRun : lastRun;
  if (!run) return "Not set up";
  if (isGood(run)) return "Connected";
  if (run.result === "Partial roster") return "Partial";
  if (run.result === "Held") return "Held";
  return (run.failure && byFailure[run.failure.state]) ?? "Error";
}
