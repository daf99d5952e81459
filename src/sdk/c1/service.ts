/**
 * Service mode: introduces the connector to C1, works on its tasks until told to stop, and ends in good order. Puts
 * the parts together; what each does is theirs to say.
 */
import type { Connector } from "../contracts/connector.ts";
import { toBatonError } from "../errors.ts";
import { type HealthServer, startHealthServer } from "../health/health-server.ts";
import type { Logger } from "../log.ts";
import { defaultConnectTimeoutMs } from "../rpc/client-session.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { openChannel } from "./channel.ts";
import { type C1Credentials, c1Host, parseCredentials } from "./credentials.ts";
import { logEvents, type ServiceObserver, tellAll } from "./events.ts";
import { hostId, type Introduction, sayHello, sayHelloUntilHeard } from "./hello.ts";
import { pollAhead, pollOneByOne, TaskSlots } from "./poll-tasks.ts";
import type { ServiceContext, ServiceOptions } from "./service-context.ts";
import { TaskFolders } from "./task-folders.ts";
import { runTask } from "./task-runner.ts";

/** Running tasks have so long to save what they have once the process is told to stop. */
const stopWithinMs = 9_000;

/**
 * Serves C1 until the signal aborts; then it returns.
 * @throws BatonError `C1-CLIENT-ID`, `C1-CLIENT-SECRET`, `C1-STATE-DIR`, `HEALTH-BIND`, or C1's own refusal
 * of the first Hello.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { env, clock, redactor, signal, product } = options;
  const credentials = readCredentials(options, options.clientSecret);
  const host = c1Host(env, credentials);
  const id = hostId(env);
  const folders = await TaskFolders.open(options.syncs.tempDir, [credentials.clientId, id], clock);
  const connector = await options.createConnector();
  const { connectionWaitMs = defaultConnectTimeoutMs } = options;
  // Before anything is asked of C1: probes are answered however long it stays away.
  const health = await startHealth(options, connector);
  const observe = observerOf(options, health);
  const channel = openChannel({
    connectionWaitMs,
    credentials,
    currentCredentials: rereading(options, credentials),
    host,
    network: options.network,
    clock,
    redactor,
  });
  const { answerWithinMs } = options;
  const introduction: Introduction = { client: channel.client, hostId: id, product, connector, answerWithinMs };
  try {
    observe({ kind: "connecting", host, hostId: id });
    await sayHelloUntilHeard(introduction, { clock, observe, signal });
    const context: ServiceContext = {
      ...options,
      client: channel.client,
      hostId: id,
      observe,
      connectionWaitMs,
      folders,
      sayHello: (taskId, until) => sayHello(introduction, taskId, until),
    };
    await serve(context, options);
  } catch (caught) {
    // Told to stop: that is no failure, wherever it found the service.
    if (!signal.aborted) throw caught;
  } finally {
    channel.close();
    folders.close();
    await health?.close();
  }
}

/** @throws BatonError `HEALTH-BIND`. */
async function startHealth(options: ServiceOptions, connector: Connector): Promise<HealthServer | undefined> {
  const { health, clock, logger, redactor } = options;
  if (!health) return undefined;
  return await startHealthServer({
    ...health,
    connector: withFreshChecks(connector, options),
    clock,
    logger,
    redactor,
  });
}

/** A sync is the best check of access there is, so that its end is the newest word on it. */
function tellHealth(health: HealthServer): ServiceObserver {
  return (event) => {
    if (event.kind === "hello") health.setReady();
    if (event.kind === "taskFinished" && event.result !== undefined) health.note({ healthy: true });
    if (event.kind === "taskFailed" && event.reason === "sync") health.note({ healthy: false, error: event.error });
  };
}

function observerOf(
  { logger, logsPolls = true, telemetry, observe }: ServiceOptions,
  health: HealthServer | undefined,
): ServiceObserver {
  return tellAll([
    logEvents(logger, logsPolls),
    ...(telemetry ? [countTasks(telemetry)] : []),
    ...(health ? [tellHealth(health)] : []),
    ...(observe ? [observe] : []),
  ]);
}

function countTasks(telemetry: Telemetry): ServiceObserver {
  return (event) => {
    if (event.kind !== "taskFinished" && event.kind !== "taskFailed") return;
    const result = event.kind === "taskFinished" ? "success" : "failure";
    telemetry.count("baton.tasks", { "baton.task.type": event.task.type, "baton.task.result": result });
  };
}

/** @throws BatonError `C1-CLIENT-ID` or `C1-CLIENT-SECRET`. */
function readCredentials({ clientId, redactor }: ServiceOptions, clientSecret: string): C1Credentials {
  const credentials = parseCredentials(clientId, clientSecret);
  for (const part of [clientSecret, clientSecret.split(":").at(-1) ?? ""]) redactor.add(part);
  return credentials;
}

/** Credentials for the next token. While a secret is being replaced, the one before it may be the only one that can be read. */
function rereading(options: ServiceOptions, first: C1Credentials): () => Promise<C1Credentials> {
  const { currentClientSecret, logger } = options;
  let last = first;
  return async () => {
    if (!currentClientSecret) return last;
    try {
      last = readCredentials(options, await currentClientSecret());
    } catch (caught) {
      logger.warn("the client secret could not be read again; going on with the one before", {
        error: toBatonError(caught).message,
      });
    }
    return last;
  };
}

async function serve(context: ServiceContext, options: ServiceOptions): Promise<void> {
  const slots = new TaskSlots(options.taskConcurrency, (task) => runTask(context, task));
  const polling = { ...context, slots };
  try {
    await (options.asksAhead === true ? pollAhead(polling) : pollOneByOne(polling));
  } finally {
    await drain(slots, context.logger);
  }
}

/** A check uses what a sync that begins now would use: the key may be another one than at the start. */
function withFreshChecks(connector: Connector, options: ServiceOptions): Connector {
  const createConnector = (): Promise<Connector> => options.createConnector();
  return {
    metadata: connector.metadata,
    syncers: connector.syncers,
    validate: (call) => withConnector(createConnector, (fresh) => fresh.validate(call)),
    check: (call) => withConnector(createConnector, (fresh) => fresh.check(call)),
  };
}

async function withConnector<T>(create: () => Promise<Connector>, use: (fresh: Connector) => Promise<T>): Promise<T> {
  const fresh = await create();
  try {
    return await use(fresh);
  } finally {
    await fresh.cleanup?.();
  }
}

async function drain(slots: TaskSlots, logger: Logger): Promise<void> {
  if (slots.running.length > 0) logger.info("stopping; waiting for running tasks", { tasks: slots.running });
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), stopWithinMs);
  const result = await Promise.race([slots.drained(), late.promise]);
  clearTimeout(timer);
  if (result === "late") logger.warn("tasks did not stop in time", { tasks: slots.running });
}
