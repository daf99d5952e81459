/** The Cloudsmith connector as a library: the program behind the command line, and its parts. */

export { parseBaseUrl, parseOrgSlug } from "./addresses.ts";
export { parseApiKey } from "./api-key.ts";
export {
  CloudsmithClient,
  type CloudsmithClientOptions,
} from "./client.ts";
export { fields } from "./config.ts";
export { CloudsmithConnector, type CloudsmithConnectorOptions } from "./connector.ts";
export { connectorApp } from "./connector-app.ts";
