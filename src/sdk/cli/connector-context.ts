/** From the command line's own things to what a connector is made with. */
import type { ResolvedConfig } from "../config/resolved-config.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ConnectorContext } from "./app.ts";
import type { Invocation } from "./invocation.ts";
import { workerCount } from "./sync-options.ts";

/** What the connector gets besides its configuration. */
export function connectorContext(
  { app, io, redactor }: Invocation,
  config: ResolvedConfig,
  logger: Logger,
  telemetry?: Telemetry,
): ConnectorContext {
  const { clock, env } = io;
  const workers = workerCount(config);
  return { logger, clock, env, redactor, version: app.version, workers, ...(telemetry && { telemetry }) };
}
