/** From the command line's own things to what a connector is made with. */
import type { ResolvedConfig } from "../config/resolved-config.ts";
import type { Logger } from "../log.ts";
import { Network } from "../net/network.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ConnectorContext, Invocation } from "./app.ts";
import { workerCount } from "./sync-options.ts";

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
  config: ResolvedConfig,
  logger: Logger,
  telemetry?: Telemetry,
): ConnectorContext {
  const { app, io, redactor } = invocation;
  const { clock, env } = io;
  const workers = workerCount(config);
  const network = networkOf(invocation);
  return { logger, clock, env, network, redactor, version: app.version, workers, ...(telemetry && { telemetry }) };
}
