/** The Cloudsmith connector as a library: the program behind the command line, and its parts. */

export { CloudsmithClient, type CloudsmithClientOptions } from "./client.ts";
export { fields } from "./config.ts";
export { CloudsmithConnector, type CloudsmithConnectorOptions } from "./connector.ts";
export { connectorApp } from "./connector-app.ts";
export { parseApiKey, parseBaseUrl, parseOrgSlug } from "./pasted.ts";
