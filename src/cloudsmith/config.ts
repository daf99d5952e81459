/**
 * The connector's own settings: each is a flag, an environment variable, a config file key and a line in the schema. And
 * what others must know of the profiles of users: which keys reports pass over, and which a table of people shows. Data.
 */
import { type Field, onlyHostsBelow, secretSourceFields } from "../sdk/config/field.ts";
import type { ResolvedConfig } from "../sdk/config/resolve.ts";
import type { StandardField } from "../sdk/config/standard-fields.ts";
import { requestedFields } from "./on-request/settings.ts";

/** Where the Cloudsmith API lives (Cloudsmith API: base URL, explicit version). */
export const defaultBaseUrl = "https://api.cloudsmith.io/v1";

/** Pages of a list that may be on their way at once. */
export const defaultConcurrency = 6;

/** Most rows of a page (Cloudsmith API: pagination). */
export const defaultPageSize = 500;

/** Minutes that a run waits for a rate limit in all (Cloudsmith API: a window of an hour, so that one always fits). */
export const defaultMaxWaitMinutes = 90;

/** Variables of the official CLI: its key, and the host that the key is for (Cloudsmith CLI: environment). */
export const cliKeyVariable = "CLOUDSMITH_API_KEY";
/** See {@link cliKeyVariable}. */
export const cliHostVariable = "CLOUDSMITH_API_HOST";

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
    fallbackEnvironment: [cliKeyVariable],
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
    fallbackEnvironment: [cliHostVariable],
    fallbackFollows: "api-key",
    distrust: onlyHostsBelow(["cloudsmith.io", "cloudsmith.com"]),
  },
  {
    kind: "int",
    name: "api-concurrency",
    displayName: "Concurrent API requests",
    description: "Requests to the Cloudsmith API that may be under way at once",
    exportTarget: "cli",
    default: defaultConcurrency,
    rules: { gte: 1, lte: 32, zeroIsChecked: true },
  },
  {
    kind: "int",
    name: "page-size",
    displayName: "Rows per page",
    description: "Rows of a list asked for at once at first; fewer are asked for where so many are refused or too slow",
    exportTarget: "cli",
    default: defaultPageSize,
    rules: { gte: 1, lte: 500, zeroIsChecked: true },
  },
  {
    kind: "int",
    name: "max-wait",
    displayName: "Longest wait in minutes",
    description:
      "Longest wait in all for Cloudsmith's rate limit, in minutes; for a host that stopped answering, at most 10 of them",
    exportTarget: "cli",
    default: defaultMaxWaitMinutes,
    rules: { gte: 1, lte: 1440, zeroIsChecked: true },
  },
  ...requestedFields,
] as const satisfies readonly Field[];

/** Values of the connector's settings, and of those of every connector. */
export type Settings = ResolvedConfig<(typeof fields)[number] | StandardField>;

/** Keys of the profiles of users that are not compared: they change without anybody changing them, or copy what is told elsewhere. */
export const notComparedKeys: readonly string[] = [
  ...["last_login_at", "last_login_method", "teams", "two_factor_enabled", "user_url"],
];

/** Keys whose values a person's row has in columns of their own. */
export const keysInColumns: ReadonlySet<string> = new Set([
  ...["email", "login", "visibility", "two_factor_enabled", "last_login_at", "joined_at"],
]);
