/** Does a job in this process and tells the console how it goes. Nothing in here throws: the end is a message. */
import { statfs } from "node:fs/promises";
import { createLogger } from "../../sdk/cli/logger.ts";
import { toBatonError } from "../../sdk/errors.ts";
import { Network } from "../../sdk/net/network.ts";
import { SecretRedactor } from "../../sdk/secret-redactor.ts";
import { explainNetworkError } from "./explain-network-error.ts";
import { jobConfig } from "./job-config.ts";
import type { JobContext, JobPlace } from "./job-context.ts";
import type { ConnectorJob, Explanation, Job, SentError } from "./messages.ts";

/** Does the job to its end. */
export async function runJob(job: Job, place: JobPlace): Promise<void> {
  const redactor = new SecretRedactor();
  if ("settings" in job) redactor.add(job.settings.apiKey);
  if ("c1" in job) redactor.add(job.c1.clientSecret);
  let error: SentError | null = null;
  try {
    if (job.kind === "notify") await (await import("./notify-job.ts")).runNotifyJob(job, place, redactor);
    else await dispatch(job, contextOf(job, redactor, place));
  } catch (caught) {
    error = await sentError(caught, job, redactor, place);
  }
  place.tell({ type: "ended", error });
}

async function dispatch(job: ConnectorJob, context: JobContext): Promise<void> {
  switch (job.kind) {
    case "sync":
      return await (await import("./sync-job.ts")).runSyncJob(job, context);
    case "check":
      return await (await import("./check-job.ts")).runCheckJob(context);
    case "c1-check":
      return await (await import("./c1-jobs.ts")).runC1CheckJob(job.c1, context);
    case "service":
      return await (await import("./c1-jobs.ts")).runServiceJob(job, context);
  }
}

function contextOf(job: ConnectorJob, redactor: SecretRedactor, place: JobPlace): JobContext {
  const { io, tell, version } = place;
  const sink = (line: string): void => tell({ type: "log", line });
  const logger = createLogger({ level: "debug", format: "json", sinks: [sink], redactor, clock: io.clock });
  const config = jobConfig(job, io.clock.nowMs());
  const network = Network.read(io.env, redactor);
  const connector = { logger, clock: io.clock, env: io.env, network, redactor, version, workers: undefined };
  return { ...place, config, connector, logger, redactor };
}

async function sentError(caught: unknown, job: Job, redactor: SecretRedactor, place: JobPlace): Promise<SentError> {
  const { code, status, statement, quote, effect, hint, retryAtMs, candidates } = toBatonError(caught);
  const redact = (text: string): string => redactor.redact(text);
  const isExplained = !place.signal.aborted && job.kind !== "notify";
  const explanation = isExplained
    ? await explainNetworkError(code, job.settings.baseUrl, place.io, redactor)
    : { facts: [] };
  return {
    code,
    status,
    message: redact(statement),
    ...(quote !== undefined && { quote: redact(quote) }),
    ...(effect !== undefined && { effect: redact(effect) }),
    ...(hint !== undefined && { hint: redact(hint) }),
    ...(retryAtMs !== undefined && { retryAtMs }),
    candidates: candidates.map(redact),
    ...explanation,
    ...(isExplained && { facts: [...explanation.facts, ...(await explainDiskError(code, job))] }),
  };
}

/** Bytes that a small organization needs with room to spare. */
const leastNeeded = 16 * 1024 * 1024;

/** Facts about an error with the code FILE-DISK-FULL; none for others. */
async function explainDiskError(code: string, job: Job): Promise<Explanation["facts"]> {
  if (code !== "FILE-DISK-FULL" || !("tempDir" in job)) return [];
  try {
    const { bavail, bsize } = await statfs(job.tempDir);
    return [
      ["Directory", job.tempDir],
      ["Free", inMegabytes(bavail * bsize)],
      ["Needed", `${inMegabytes(leastNeeded)} at least; about 1 MB for 100 members`],
    ];
  } catch {
    // Gone, or not to be asked: the error itself names the place.
    return [];
  }
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
