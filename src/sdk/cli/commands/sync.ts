/** The program without a command: one sync into a file, or service mode when a client id is given. */
import { resolve } from "node:path";
import { environmentVariable, type Flag, parseSwitch } from "../../config/field.ts";
import { forApp, type StandardConfig } from "../../config/standard-fields.ts";
import { BatonError, Status, toBatonError } from "../../errors.ts";
import { resultExitCodes } from "../../sync/verdict.ts";
import { createPrometheus } from "../../telemetry/prometheus.ts";
import { type Attributes, type Telemetry, tellAll } from "../../telemetry/telemetry.ts";
import type { ConnectorContext, Invocation } from "../app.ts";
import { type CliIo, listenForInterrupt } from "../cli-io.ts";
import { connectorContext, loadConfig, networkOf, refuseWeakTls } from "../command-setup.ts";
import { openRunOutput, type RunOutput } from "../run-output.ts";
import { answerTask, refuseUnsupported, warnAboutInertFlags } from "../standard-flag-policy.ts";
import type { SummarySection } from "../summary.ts";
import { type LockWaitFlag, lockWaitOf, readVariable, storeOptions } from "../sync-options.ts";
import { openSyncTarget, syncInto } from "../sync-target.ts";
import { boundYoungGeneration } from "../young-generation.ts";

type SyncFlag = Flag<"bool", "strict" | "accept-changes"> | LockWaitFlag;

/** Runs the root command. */
export async function runSyncCommand(invocation: Invocation<SyncFlag>): Promise<number> {
  refuseWeakTls(invocation.io.env);
  boundYoungGeneration();
  const config = await loadConfig(invocation);
  const serviceMode = config.string("client-id") !== "";
  const metrics = serviceMode && wantsMetrics(invocation) ? createPrometheus(originOf(invocation, config)) : undefined;
  const collected = await openRunTelemetry(invocation, config);
  const telemetry = collected && metrics ? tellAll([collected, metrics]) : (collected ?? metrics);
  const output = openRunOutput(invocation, config, { isService: serviceMode, telemetry });
  invocation.useLogger(output.logger, () => telemetry?.close() ?? Promise.resolve());
  try {
    refuseUnsupported(config);
    const context = connectorContext(invocation, config, output.logger, telemetry);
    warnAboutInertFlags(config, output.logger, serviceMode);
    if (serviceMode) {
      refuseSyncOnlyFlags(invocation);
      const { serveConductorOne } = await import("./service.ts");
      return await serveConductorOne(invocation, config, context, { output, metrics });
    }
    const { io, app } = invocation;
    const connector = async () => await app.createConnector(forApp(config), context);
    if (await answerTask(config, { io, logger: output.logger, connector })) return 0;
    return await syncOnce(invocation, config, context, output);
  } finally {
    output.close();
  }
}

/** @throws BatonError BATON-CONFIG-VALUE. */
function wantsMetrics({ io }: Invocation): boolean {
  return readVariable(io.env, "BATON_METRICS", "true or false", parseSwitch) ?? false;
}

/** What a stop means for the data. */
const stop = {
  effect: "What was read so far is kept as an unfinished sync; finished syncs in the file are untouched.",
  hint: "Run the same command again to go on from there.",
};
const targetedStop = { effect: "The file is as it was.", hint: "Run the command again." };

/** @throws BatonError BATON-UNSUPPORTED: ConductorOne decides by itself what it takes over. */
function refuseSyncOnlyFlags({ options }: Invocation<SyncFlag>): void {
  const given = (["strict", "accept-changes", "lock-wait"] as const).find((name) => options.isGiven(name));
  if (given === undefined) return;
  throw new BatonError({
    code: "BATON-UNSUPPORTED",
    status: Status.unimplemented,
    message: `--${given} (${options.source(given)}) is for a single sync and has no meaning in service mode`,
    effect: "Nothing was started.",
    hint: `Remove --${given} or ${environmentVariable(given)}.`,
  });
}

/** @returns the exit code. */
async function syncOnce(
  invocation: Invocation<SyncFlag>,
  config: StandardConfig,
  context: ConnectorContext,
  output: RunOutput,
): Promise<number> {
  const { app, io, options } = invocation;
  const store = await storeOptions(config, io);
  const interrupt = listenForInterrupt(io, {
    onFirst: (name) => output.stopping(name),
    ...(config.strings("sync-resources").length > 0 ? targetedStop : stop),
  });
  try {
    const { signal } = interrupt;
    warnOfLastingAcceptance(options, output);
    using target = await openSyncTarget(invocation, { store, logger: output.logger, signal });
    const outcome = await syncInto({
      createConnector: (...made) => app.createConnector(...made),
      config,
      context,
      io,
      store: { ...store, lockWait: lockWaitOf(options) },
      target,
      signal,
      observer: output.observe,
      acceptChanges: options.bool("accept-changes"),
    });
    if (outcome.nothingRead) return 0;
    const sections = await closingCounts(invocation, target.path, output);
    output.close({ ...outcome, path: target.shownAs }, sections);
    return outcome.result === "Partial roster" && options.bool("strict") ? resultExitCodes.partial : 0;
  } finally {
    interrupt.release();
  }
}

/** A flag is typed for one run; a variable stays, and with it a guard is off that nobody thinks of any more. */
function warnOfLastingAcceptance(options: Invocation<SyncFlag>["options"], { logger }: RunOutput): void {
  if (!options.bool("accept-changes") || options.get("accept-changes").source.kind === "flag") return;
  const variable = environmentVariable("accept-changes");
  logger.warn(`${variable} is set: a sync that lost half of its rows is not held. Unset it after this run`);
}

/** More counts for the summary, when one is shown. The sync is done by now: not being able to count is no failure. */
async function closingCounts(
  { app }: Invocation,
  path: string,
  { showsSummary, logger }: RunOutput,
): Promise<readonly SummarySection[]> {
  if (!showsSummary || app.summarize === undefined) return [];
  try {
    return await app.summarize(path);
  } catch (caught) {
    logger.warn("the file was written, but counting it for the summary failed", {
      error: toBatonError(caught).message,
    });
    return [];
  }
}

/**
 * Opens telemetry; undefined without --otel-collector-endpoint.
 * @throws BatonError BATON-OTEL-ENDPOINT, BATON-OTEL-CERT or BATON-OTEL-MISSING.
 */
async function openRunTelemetry(invocation: Invocation, config: StandardConfig): Promise<Telemetry | undefined> {
  const { app, io, redactor } = invocation;
  const endpoint = config.string("otel-collector-endpoint");
  if (endpoint === "") return undefined;
  const { readCollector } = await import("../../telemetry/otlp-channel.ts");
  const certPath = config.string("otel-collector-endpoint-tls-cert-path");
  const collector = readCollector({
    endpoint,
    insecure: config.bool("otel-collector-endpoint-tls-insecure"),
    cert: config.string("otel-collector-endpoint-tls-cert"),
    certPath: certPath && resolve(io.cwd, certPath),
  });
  const { openTelemetry } = await import("../../telemetry/open-telemetry.ts");
  return await openTelemetry({
    collector,
    network: networkOf(invocation),
    service: { name: `${app.name}-server`, version: app.version },
    origin: { ...originOf(invocation, config), ...attributesOf(io.env) },
    traces: !config.bool("otel-tracing-disabled"),
    logs: !config.bool("otel-logging-disabled"),
    redact: (text) => redactor.redact(text),
    // Not through the logger: its lines are what could not be delivered.
    onFailure: (error) =>
      io.stderr.write(`telemetry cannot be delivered to ${collector.origin}: ${redactor.redact(error.message)}\n`),
  });
}

/** What tells the measurements of many connectors apart. */
function originOf({ app }: Invocation, config: StandardConfig): Attributes {
  const target = app.targetName?.(forApp(config));
  return { "baton.connector": app.name, ...(target && { "baton.target": target }) };
}

/** What the environment says of the service (OpenTelemetry: resource SDK): pairs with percent signs, separated by commas. */
function attributesOf({ OTEL_RESOURCE_ATTRIBUTES = "", OTEL_SERVICE_NAME }: CliIo["env"]): Attributes {
  const pairs = OTEL_RESOURCE_ATTRIBUTES.split(",").flatMap((pair) => {
    const [name = "", ...rest] = pair.split("=");
    return name.trim() === "" || rest.length === 0 ? [] : [[name.trim(), decoded(rest.join("=").trim())] as const];
  });
  return { ...Object.fromEntries(pairs), ...(OTEL_SERVICE_NAME && { "service.name": OTEL_SERVICE_NAME }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign means itself.
    return text;
  }
}
