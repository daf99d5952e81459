/** Makes the connector from checked settings. Nothing is sent yet. */
import type { ConnectorContext } from "../sdk/cli/app.ts";
import { httpSettings } from "../sdk/cli/command-setup.ts";
import { secretFingerprint, tokenNotice } from "../sdk/config/pasted-secret.ts";
import { secretFileLocation } from "../sdk/config/secret-source.ts";
import { settingError } from "../sdk/errors.ts";
import { cliHost } from "./cli-files.ts";
import { CloudsmithClient } from "./client.ts";
import type { Settings } from "./config.ts";
import { CloudsmithConnector } from "./connector.ts";
import { type Requested, requestedSettings } from "./on-request/settings.ts";
import { type ApiKey, parseApiKey, parseBaseUrl, parseOrgSlug } from "./pasted.ts";

/**
 * Reads the settings and makes the connector; says where key and organization came from, never what the key is.
 * @throws BatonError `CS-CONFIG-API-KEY`, `CS-CONFIG-ORG-SLUG`, `CS-CONFIG-BASE-URL`, `CS-CONFIG-HOST`.
 */
export function createConnectorFromConfig(config: Settings, context: ConnectorContext): CloudsmithConnector {
  const { logger } = context;
  const key = parseApiKey(config.string("api-key"), context.env);
  context.redactor.add(key.value);
  for (const notice of key.notices) logger.warn(notice);
  const aboutToken = tokenNotice(key, context.clock.nowMs());
  if (aboutToken !== undefined) logger.warn(aboutToken);
  const orgSlug = parseOrgSlug(config.string("org-slug"));
  if (orgSlug !== config.string("org-slug"))
    logger.info("the organization slug was read from what was given", { organization: orgSlug });
  const baseUrl = parseBaseUrl(config.string("base-url"));
  checkHost(key, baseUrl, config, context.env);
  const { kind, expiresAtMs } = key;
  const origin = { source: config.source("api-key"), fingerprint: secretFingerprint(key.value) };
  logger.info("using Cloudsmith API key", {
    ...origin,
    organization: orgSlug,
    organization_source: config.source("org-slug"),
  });
  const settings = httpSettings(config, context);
  const client = new CloudsmithClient({ ...settings, baseUrl, apiKey: key.value, version: context.version });
  return new CloudsmithConnector({
    client,
    clock: context.clock,
    orgSlug,
    host: new URL(baseUrl).host,
    key: { ...origin, kind, ...(expiresAtMs !== undefined && { expiresAtMs }) },
    requested: new Set(
      (Object.keys(requestedSettings) as Requested[]).filter((what) => config.bool(requestedSettings[what])),
    ),
  });
}

/**
 * A key of the Cloudsmith CLI, from its variable or its file, is for the host that its other variable or file names, and
 * goes nowhere else.
 */
function checkHost(key: ApiKey, baseUrl: string, config: Settings, env: ConnectorContext["env"]): void {
  if (!key.isOfCli) return;
  const file = config.isGiven("api-key-file") ? secretFileLocation(config.string("api-key-file"), env) : undefined;
  const named = cliHost(file, env);
  if (named === undefined || new URL(parseBaseUrl(named.host)).origin === new URL(baseUrl).origin) return;
  const { namedBy } = named;
  throw settingError({
    fatal: true,
    code: "CS-CONFIG-HOST",
    message: `The API key is the Cloudsmith CLI's, for the host that ${namedBy} names, and base-url names another host.`,
    hint: `Set base-url to that host, take ${namedBy} away, or give a key of the other host as BATON_API_KEY.`,
  });
}
