/** What a command begins with: its settings, the way out of this machine, and what a connector is made with. */
import { readConfigFile } from "../config/config-file.ts";
import { standardRelations } from "../config/relations.ts";
import { type ConfigInputs, resolveConfig } from "../config/resolve.ts";
import { readSecrets } from "../config/secret-source.ts";
import type { HttpField, StandardConfig } from "../config/standard-fields.ts";
import { validateConfig } from "../config/validate.ts";
import { BatonError, Status } from "../errors.ts";
import type { HttpClientOptions } from "../http/http-client.ts";
import { awaitedRetryLimits, awaitedTimeoutMs, retryLimitsWithin } from "../http/retry-timing.ts";
import type { Logger } from "../log.ts";
import { Network } from "../net/network.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ConnectorContext, Invocation } from "./app.ts";
import type { CliIo } from "./cli-io.ts";
import { workerCount } from "./sync-options.ts";

/**
 * Reads, resolves and checks standard and connector fields. From then on their secrets are redacted. Called again, it
 * reads files and commands again: that is how a running service learns of a new key.
 * @throws BatonError with a BATON-CONFIG or BATON-SECRET code.
 */
export async function loadConfig({ app, io, redactor, standardFields, flags }: Invocation): Promise<StandardConfig> {
  const file = await readConfigFile({ env: io.env, cwd: io.cwd });
  const inputs: ConfigInputs = {
    fields: [...standardFields, ...app.fields],
    relations: [...standardRelations, ...(app.relations ?? [])],
    argv: flags.values,
    env: io.env,
    file,
  };
  const config = resolveConfig({ ...inputs, secrets: await readSecrets(inputs, io) });
  for (const secret of config.secrets()) redactor.add(secret);
  if (secretFlags(config).length > 0) io.hideArguments();
  validateConfig(config);
  return config;
}

/**
 * Resolves the standard fields only; nothing is required. For commands that need no connector.
 * @param isChecked false: for who looks for what is wrong in them.
 * @throws BatonError with a BATON-CONFIG code.
 */
export async function loadStandardConfig(
  { io, standardFields, flags }: Invocation,
  isChecked = true,
): Promise<StandardConfig> {
  const file = await readConfigFile({ env: io.env, cwd: io.cwd });
  const config = resolveConfig({ fields: standardFields, relations: [], argv: flags.values, env: io.env, file });
  if (isChecked) validateConfig(config);
  return config;
}

/** Names of secret fields whose value was given as a flag, where other users of the machine may see it. */
export function secretFlags(config: StandardConfig): readonly string[] {
  return config
    .all()
    .filter(({ field, source }) => field.secret === true && source.kind === "flag")
    .map(({ field }) => field.name);
}

/**
 * Ends a command that would send secrets. Our own connections are checked whatever the variable says; this is for the
 * libraries beside them, and for those who believe that the switch works.
 * @throws BatonError BATON-TLS-OFF when NODE_TLS_REJECT_UNAUTHORIZED is 0 (Node: the one value that has an effect).
 */
export function refuseWeakTls({ NODE_TLS_REJECT_UNAUTHORIZED: value }: CliIo["env"]): void {
  if (value !== "0") return;
  throw new BatonError({
    code: "BATON-TLS-OFF",
    status: Status.unknown,
    message:
      "NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off: anybody on the way could read the key.",
    effect: "Nothing was sent.",
    hint: "Unset it. For a private certificate authority set NODE_EXTRA_CA_CERTS to its PEM file.",
    fatal: true,
  });
}

/** From the command line's own things to what a connector is made with. */
const networks = new WeakMap<Invocation, Network>();

/**
 * The way out of this machine, read when it is first asked for.
 * @throws BatonError `NET-PROXY-SETTING` or `TLS-ROOTS`.
 */
export function networkOf(invocation: Invocation): Network {
  const known = networks.get(invocation);
  if (known) return known;
  const network = Network.read(invocation.io.env, invocation.redactor);
  networks.set(invocation, network);
  return network;
}

/**
 * What the connector gets besides its configuration.
 * @throws BatonError `NET-PROXY-SETTING` or `TLS-ROOTS`.
 */
export function connectorContext(
  invocation: Invocation,
  config: StandardConfig,
  logger: Logger,
  telemetry?: Telemetry,
): ConnectorContext {
  const { app, io, redactor } = invocation;
  const { clock, env } = io;
  const workers = workerCount(config);
  const network = networkOf(invocation);
  return { logger, clock, env, network, redactor, version: app.version, workers, ...(telemetry && { telemetry }) };
}

/**
 * What the fields of `httpFields`, the standard ones and the context say of a client; `pageSize` in rows. Where a person
 * waits for the answer, rate limits are said rather than waited for.
 */
export function httpSettings(
  config: { int(name: HttpField["name"] | "http-timeout-seconds"): number },
  { clock, logger, network, telemetry, isAwaited = false }: ConnectorContext,
): Omit<HttpClientOptions, "baseUrl" | "headers"> & { readonly pageSize: number } {
  const timeoutMs = config.int("http-timeout-seconds") * 1000;
  return {
    clock,
    logger,
    network,
    concurrency: config.int("api-concurrency"),
    pageSize: config.int("page-size"),
    timeoutMs: isAwaited ? Math.min(timeoutMs, awaitedTimeoutMs) : timeoutMs,
    retryLimits: isAwaited ? awaitedRetryLimits : retryLimitsWithin(config.int("max-wait") * 60_000),
    ...(telemetry && { telemetry }),
  };
}
