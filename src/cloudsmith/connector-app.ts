/** Binds the connector to the command line: its name, its fields and how to make it, heavy modules only on demand. */
import type { ConnectorApp } from "../sdk/cli/app.ts";
import { fields, notComparedKeys } from "./config.ts";

/** The program `baton-cloudsmith`; `version` as in package.json. */
export function connectorApp(version: string): ConnectorApp {
  return {
    name: "baton-cloudsmith",
    version,
    displayName: "Cloudsmith",
    helpUrl: "/docs/baton/cloudsmith",
    iconUrl: "/static/app-icons/cloudsmith.svg",
    fields,
    hasEventFeeds: true,
    async createConnector(config, context) {
      const { createConnectorFromConfig } = await import("./create-connector.ts");
      return createConnectorFromConfig(config, context);
    },
    async capabilitiesSyncers() {
      const { createSyncers } = await import("./connector.ts");
      return createSyncers(() => Promise.reject(new TypeError("these syncers are not to be called")));
    },
    endpoint: (config) => endpointOf(config.string("base-url")),
    profileKeys: { notCompared: notComparedKeys },
    targetName: (config) => config.string("org-slug"),
  };
}

/** The address that requests go to; what is no base URL is left as it is, for the checks of the settings to refuse. */
async function endpointOf(text: string): Promise<string> {
  const { parseBaseUrl } = await import("./pasted.ts");
  try {
    return parseBaseUrl(text);
  } catch {
    return text;
  }
}
