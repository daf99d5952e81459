/**
 * The connector's own settings: each is a flag, an environment variable, a config file key and a line in the schema. And
 * what others must know of the profiles of users: which keys reports pass over, and which a table of people shows. Data.
 */
import { type Field, onlyHostsBelow, secretSourceFields } from "../sdk/config/field.ts";
import type { ResolvedConfig } from "../sdk/config/resolve.ts";
import { httpFields, type StandardField } from "../sdk/config/standard-fields.ts";
import { requestedFields } from "./on-request/settings.ts";

/** Where the Cloudsmith API lives (Cloudsmith API: base URL, explicit version). */
export const defaultBaseUrl = "https://api.cloudsmith.io/v1";

/** Says why a URL is not at one of Cloudsmith's own hosts; undefined for those. */
export const distrustOfHost = onlyHostsBelow(["cloudsmith.io", "cloudsmith.com"]);

/** Fields of the connector, in the order in which forms show them. */
export const fields = [
  {
    kind: "string",
    name: "api-key",
    displayName: "Cloudsmith API key",
    description: "API key of a user or service account that can administer the organization (Owner or Manager)",
    required: true,
    secret: true,
    secretSources: true,
    fallbackEnvironment: ["CLOUDSMITH_API_KEY"],
  },
  ...secretSourceFields("api-key", "API key"),
  {
    kind: "string",
    name: "org-slug",
    displayName: "Organization slug",
    description: "Slug of the Cloudsmith organization (workspace) to sync, as in https://app.cloudsmith.com/SLUG",
    placeholder: "my-org",
    required: true,
    fallbackEnvironment: ["CLOUDSMITH_ORG"],
  },
  {
    kind: "string",
    name: "base-url",
    displayName: "API base URL",
    description: "Base URL of the Cloudsmith API; https, or http on this machine",
    hidden: true,
    exportTarget: "cli",
    default: defaultBaseUrl,
    // The host that the official CLI's key is for (Cloudsmith CLI: environment).
    fallbackEnvironment: ["CLOUDSMITH_API_HOST"],
    fallbackFollows: "api-key",
    distrust: distrustOfHost,
  },
  // Most rows of a page, and a rate limit of an hour (Cloudsmith API: pagination, rate limits).
  ...httpFields({ product: "Cloudsmith", mostRows: 500 }),
  ...requestedFields,
] as const satisfies readonly Field[];

/** Values of the connector's settings, and of those of every connector. */
export type Settings = ResolvedConfig<(typeof fields)[number] | StandardField>;

/** Keys of the profiles of users that are not compared: they change without anybody changing them, or copy what is told elsewhere. */
export const notComparedKeys: readonly string[] = [
  "last_login_at",
  "last_login_method",
  "teams",
  "two_factor_enabled",
  "user_url",
];

/** Keys whose values a person's row has in columns of their own. */
export const keysInColumns: ReadonlySet<string> = new Set([
  "email",
  "login",
  "visibility",
  "two_factor_enabled",
  "last_login_at",
  "joined_at",
]);
