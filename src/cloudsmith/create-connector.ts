/** Makes the connector from checked settings. Nothing is sent yet. */
import type { ConnectorContext } from "../sdk/cli/app.ts";
import type { ResolvedConfig } from "../sdk/config/resolved-config.ts";
import { awaitedRetryLimits, retryLimitsWithin } from "../sdk/http/retry-timing.ts";
import { apiKeyFingerprint, parseApiKey } from "./api-key.ts";
import { parseBaseUrl } from "./base-url.ts";
import { createCloudsmithClient } from "./client.ts";
import { CloudsmithConnector } from "./connector.ts";
import { parseOrgSlug } from "./org-slug.ts";

/**
 * Reads the settings and makes the connector; says where key and organization came from, never what the key is.
 * @throws BatonError `CS-CONFIG-API-KEY`, `CS-CONFIG-ORG-SLUG`, `CS-CONFIG-BASE-URL`.
 */
export function createConnectorFromConfig(config: ResolvedConfig, context: ConnectorContext): CloudsmithConnector {
  const { logger } = context;
  const key = parseApiKey(config.string("api-key"));
  context.redactor.add(key.value);
  for (const notice of key.notices) logger.warn(notice);
  const orgSlug = parseOrgSlug(config.string("org-slug"));
  const origin = { source: config.source("api-key"), fingerprint: apiKeyFingerprint(key.value) };
  logger.info("using Cloudsmith API key", {
    ...origin,
    organization: orgSlug,
    organization_source: config.source("org-slug"),
  });
  const client = createCloudsmithClient({
    baseUrl: parseBaseUrl(config.string("base-url")),
    apiKey: key.value,
    version: context.version,
    clock: context.clock,
    logger,
    concurrency: config.int("api-concurrency"),
    timeoutMs: config.int("http-timeout-seconds") * 1000,
    retryLimits: context.isAwaited ? awaitedRetryLimits : retryLimitsWithin(config.int("max-wait") * 60_000),
    network: context.network,
    ...(context.telemetry && { telemetry: context.telemetry }),
  });
  return new CloudsmithConnector({ client, orgSlug, key: origin });
}
