/** Jobs that concern C1: a test of the link, and the service that works for it until it is told to stop. */
import { TokenSource } from "../../sdk/c1/access-token.ts";
import { openChannel } from "../../sdk/c1/channel.ts";
import { c1Host, parseCredentials } from "../../sdk/c1/credentials.ts";
import type { ServiceEvent } from "../../sdk/c1/events.ts";
import { hostId, sayHello } from "../../sdk/c1/hello.ts";
import { runService } from "../../sdk/c1/service.ts";
import { type Check, pass, runChecks } from "../../sdk/checks.ts";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import type { SecretRedactor } from "../../sdk/secret-redactor.ts";
import { connectorOf, type JobContext } from "./job-context.ts";
import { type C1Settings, c1CheckTitles, type Job } from "./messages.ts";

/** Longest wait for C1's word on the introduction, milliseconds. */
const helloWithinMs = 15_000;

/** The link to C1 as it is tested. */
interface Link {
  readonly way: Parameters<typeof openChannel>[0];
  readonly context: JobContext;
}

const checks: readonly Check<Link>[] = [
  {
    id: "c1-token",
    title: c1CheckTitles["c1-token"],
    async run(_signal, { way }) {
      await new TokenSource(way).get();
      return pass(`${way.host} gave a token.`);
    },
  },
  {
    id: "c1-hello",
    title: c1CheckTitles["c1-hello"],
    needs: ["c1-token"],
    async run(signal, { way, context }) {
      const channel = openChannel(way);
      const product = { name: "baton-cloudsmith", version: context.version };
      const introduction = {
        client: channel.client,
        hostId: hostId(context.io.env),
        product,
        connector: connectorOf(context),
      };
      try {
        await sayHello(introduction, "", AbortSignal.any([signal, AbortSignal.timeout(helloWithinMs)]));
        return pass(`${way.host} answered.`);
      } finally {
        channel.close();
      }
    },
  },
];

/** Asks for a token and says hello. @throws BatonError `C1-CLIENT-ID`, `C1-CLIENT-SECRET`, `C1-API-HOST` or `TLS-ROOTS`. */
export async function runC1CheckJob(c1: C1Settings, context: JobContext): Promise<void> {
  const { io, redactor, signal, tell } = context;
  const credentials = parseCredentials(c1.clientId, c1.clientSecret);
  const host = c1Host(io.env, credentials);
  const way = { credentials, host, network: context.connector.network, clock: io.clock, redactor };
  const redacted = ({ detail, fix, ...result }: CheckResult): CheckResult => ({
    ...result,
    detail: redactor.redact(detail),
    ...(fix !== undefined && { fix: redactor.redact(fix) }),
  });
  await runChecks(
    checks,
    { way, context },
    { signal, onResult: (result) => tell({ type: "checked", result: redacted(result) }) },
  );
}

/** Works for C1 until the console says stop. @throws BatonError with a C1- code when it cannot begin. */
export async function runServiceJob(job: Extract<Job, { kind: "service" }>, context: JobContext): Promise<void> {
  const { io, logger, redactor, signal, tell, version } = context;
  await runService({
    clientId: job.c1.clientId,
    clientSecret: job.c1.clientSecret,
    product: { name: "baton-cloudsmith", version },
    createConnector: async () => connectorOf(context),
    syncs: {
      syncResourceTypes: [],
      skipEntitlementsAndGrants: false,
      skipFullSync: false,
      workers: undefined,
      tempDir: job.tempDir,
    },
    taskConcurrency: context.config.int("task-concurrency"),
    health: undefined,
    env: io.env,
    network: context.connector.network,
    // The console keeps every line already, debug ones included.
    logDebugTo: () => () => {},
    logger,
    // They come every few seconds, and the console keeps every line.
    logsPolls: false,
    observe: (event) => tell({ type: "service", timeMs: io.clock.nowMs(), event: withoutSecrets(event, redactor) }),
    clock: io.clock,
    redactor,
    signal,
  });
}

function withoutSecrets(event: ServiceEvent, redactor: SecretRedactor): ServiceEvent {
  if (!("error" in event)) return event;
  const { error } = event;
  const hint = error.hint === undefined ? {} : { hint: redactor.redact(error.hint) };
  return { ...event, error: { ...error, ...hint, message: redactor.redact(error.message) } };
}
