/** Service mode: the root command when a client id is given. From flags to what the service is told. */
import type { ServiceOptions } from "../../c1/service-context.ts";
import { parseSwitch, parseWholeNumber } from "../../config/field.ts";
import { forApp, type StandardConfig } from "../../config/standard-fields.ts";
import type { Logger } from "../../log.ts";
import type { PrometheusTelemetry } from "../../telemetry/prometheus.ts";
import type { ConnectorContext, Invocation } from "../app.ts";
import { type Interrupt, listenForInterrupt } from "../cli-io.ts";
import { loadConfig } from "../command-setup.ts";
import type { RunOutput } from "../run-output.ts";
import { externalPrincipalsOf, readVariable, storageEngineOf, storeOptions } from "../sync-options.ts";

/** Where a service tells of itself. */
export interface ServiceOutput {
  readonly output: RunOutput;
  /** For /metrics; undefined: there is none. */
  readonly metrics: PrometheusTelemetry | undefined;
}

/** A service that has not ended by then is ended: the promise is ten seconds. */
const stopWithinMs = 9_500;

/**
 * Works for ConductorOne until a stop signal.
 * @returns exit code 0: a service that was told to stop has done what it should.
 * @throws BatonError with a C1- code when it cannot begin.
 */
export async function serveConductorOne(
  invocation: Invocation,
  config: StandardConfig,
  context: ConnectorContext,
  { output, metrics }: ServiceOutput,
): Promise<number> {
  const { app, io, redactor } = invocation;
  const { logger } = output;
  const { tempDir } = await storeOptions(config, io);
  const externalPrincipals = await externalPrincipalsOf(config, io, tempDir);
  const { runService } = await import("../../c1/service.ts");
  const interrupt = listenForInterrupt(io, {
    onFirst: (name) => logger.info("stopping", { signal: name }),
    effect: "A task that was under way is not complete.",
    hint: "Start the service again.",
  });
  const release = endInTime(invocation, interrupt, output);
  try {
    await runService({
      clientId: config.string("client-id"),
      clientSecret: config.string("client-secret"),
      currentClientSecret: async () => (await withCurrentSecrets(invocation, config)).string("client-secret"),
      asksAhead: readVariable(io.env, "BATON_GET_TASKS", "true or false", parseSwitch) ?? false,
      product: { name: app.name, version: app.version },
      ...connectionWait(io.env),
      createConnector: async () =>
        await app.createConnector(forApp(await withCurrentSecrets(invocation, config)), context),
      syncs: {
        syncResourceTypes: config.strings("sync-resource-types"),
        skipEntitlementsAndGrants: config.bool("skip-entitlements-and-grants"),
        skipFullSync: config.bool("skip-full-sync"),
        workers: context.workers,
        externalPrincipals,
        tempDir,
        ...storageEngineOf(config),
      },
      taskConcurrency: config.int("task-concurrency"),
      health: healthOf(config, metrics, logger),
      env: io.env,
      network: context.network,
      ...(context.telemetry && { telemetry: context.telemetry }),
      logDebugTo: (path) => output.logDebugTo(path),
      logger,
      clock: io.clock,
      redactor,
      signal: interrupt.signal,
    });
    logger.info("stopped");
    return 0;
  } finally {
    release();
    interrupt.release();
  }
}

/** Where probes are answered, and what /metrics there shows. */
function healthOf(config: StandardConfig, metrics: ServiceOutput["metrics"], logger: Logger): ServiceOptions["health"] {
  if (config.bool("health-check")) {
    const place = { host: config.string("health-check-bind-address"), port: config.int("health-check-port") };
    return { ...place, ...(metrics && { metrics: () => metrics.render() }) };
  }
  if (metrics) logger.warn("BATON_METRICS changes nothing without BATON_HEALTH_CHECK, whose port it uses");
  return undefined;
}

/** How long C1 is waited for, from the environment. */
function connectionWait(env: Invocation["io"]["env"]): { readonly connectionWaitMs?: number } {
  const seconds = readVariable(env, "BATON_C1_WAIT_SECONDS", "a whole number above 0", (text) => {
    const number = parseWholeNumber(text);
    return number !== undefined && number > 0 ? number : undefined;
  });
  return seconds === undefined ? {} : { connectionWaitMs: seconds * 1000 };
}

/** Every sync, and every token, begins with the secrets that files and commands give by then: no restart for a new key. */
async function withCurrentSecrets(invocation: Invocation, config: StandardConfig): Promise<StandardConfig> {
  const mayChange = config.all().some(({ source }) => source.kind === "secret");
  return mayChange ? await loadConfig(invocation) : config;
}

/** Whatever hangs, in the connector or on the network, the process ends in time. */
function endInTime({ io }: Invocation, { signal }: Interrupt, { logger }: RunOutput): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    timer = setTimeout(() => {
      logger.warn("the service did not stop in time and is ended");
      io.exitNow(0);
    }, stopWithinMs);
  };
  signal.addEventListener("abort", onStop, { once: true });
  return () => {
    signal.removeEventListener("abort", onStop);
    // After a stop the timer stays: something may still keep the process. It does not keep the process itself.
    timer?.unref();
  };
}
