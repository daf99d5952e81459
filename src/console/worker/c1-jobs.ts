/** Jobs that concern C1: a test of the link, and the service that works for it until it is told to stop. */
import { TokenSource } from "../../sdk/c1/access-token.ts";
import { openChannel } from "../../sdk/c1/channel.ts";
import { parseCredentials } from "../../sdk/c1/credentials.ts";
import { sayHello } from "../../sdk/c1/hello.ts";
import { hostId } from "../../sdk/c1/host-identity.ts";
import { runService } from "../../sdk/c1/service.ts";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import { toBatonError } from "../../sdk/errors.ts";
import { connectorOf, type JobContext } from "./job-context.ts";
import { type C1Settings, c1CheckTitles, type Job } from "./messages.ts";

/** Longest wait for C1's word on the introduction, milliseconds. */
const helloWithinMs = 15_000;

/** Asks for a token and says hello. @throws BatonError `C1-CLIENT-ID` or `C1-CLIENT-SECRET`. */
export async function runC1CheckJob(c1: C1Settings, context: JobContext): Promise<void> {
  const { io, redactor, signal, tell, version } = context;
  const credentials = parseCredentials(c1.clientId, c1.clientSecret);
  const { BATON_C1_API_HOST } = io.env;
  const host = BATON_C1_API_HOST || credentials.tokenHost;
  const way = { credentials, host, network: context.connector.network, clock: io.clock, redactor };
  const token = await tried("c1-token", `${host} gave a token.`, () => new TokenSource(way).get(), redactor);
  tell({ type: "checked", result: token });
  if (token.outcome === "fail") {
    const title = c1CheckTitles["c1-hello"];
    const detail = "Not checked, because an earlier check failed.";
    tell({ type: "checked", result: { id: "c1-hello", title, outcome: "skip", detail } });
    return;
  }
  const channel = openChannel(way);
  const introduction = {
    client: channel.client,
    hostId: hostId(io.env),
    product: { name: "baton-cloudsmith", version },
    connector: connectorOf(context),
  };
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(helloWithinMs)]);
    const greet = (): Promise<void> => sayHello(introduction, "", within);
    tell({ type: "checked", result: await tried("c1-hello", `${host} answered.`, greet, redactor) });
  } finally {
    channel.close();
  }
}

async function tried(
  id: keyof typeof c1CheckTitles,
  detail: string,
  work: () => Promise<unknown>,
  redactor: JobContext["redactor"],
): Promise<CheckResult> {
  const title = c1CheckTitles[id];
  try {
    await work();
    return { id, title, outcome: "pass", detail };
  } catch (caught) {
    const { code, message, hint, status } = toBatonError(caught);
    const fix = hint === undefined ? {} : { fix: redactor.redact(hint) };
    return { id, title, outcome: "fail", detail: redactor.redact(message), code, status, ...fix };
  }
}

/** Works for C1 until the console says stop. @throws BatonError with a C1- code when it cannot begin. */
export async function runServiceJob(job: Extract<Job, { kind: "service" }>, context: JobContext): Promise<void> {
  const { io, logger, redactor, signal, version } = context;
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
    clock: io.clock,
    redactor,
    signal,
  });
}
