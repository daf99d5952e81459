/** The Cloudsmith connector as a library: the program behind the command line, and its parts. */

export { parseApiKey } from "./client/api-key.ts";
export { parseBaseUrl } from "./client/base-url.ts";
export {
  type CloudsmithClient,
  type CloudsmithClientOptions,
  createCloudsmithClient,
} from "./client/cloudsmith-client.ts";
export { parseOrgSlug } from "./client/org-slug.ts";
export { fields } from "./config.ts";
export { CloudsmithConnector, type CloudsmithConnectorOptions } from "./connector.ts";
export { connectorApp } from "./connector-app.ts";
