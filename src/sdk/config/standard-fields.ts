/**
 * The flags that every Baton connector has, in the order of the `config` schema, and what this version makes of
 * each. A table: what the values do is decided where they are read. And the fields of connectors over HTTP, which
 * `httpSettings` (sdk/cli) turns into options of a client.
 */
import { Status } from "../errors.ts";
import {
  type BoolField,
  type Field,
  type FieldBase,
  type IntField,
  type StringField,
  type StringSliceField,
  secretSourceFields,
} from "./field.ts";
import type { ResolvedConfig } from "./resolve.ts";

/**
 * What setting a standard flag does here:
 * `supported` what its description says; `service` something in service mode only; `once` something outside of service
 * mode only; `inert` nothing, which is logged;
 * `task` asks for a task of connectors that write, which is refused; `refused` asks for something this version does
 * not do, which is refused.
 */
export type FlagBehaviour = "supported" | "service" | "once" | "inert" | "task" | "refused";

/** A standard flag. */
export interface StandardFlag<F extends Field = Field, B extends FlagBehaviour = FlagBehaviour> {
  readonly field: F;
  readonly behaviour: B;
  /** Status of the refusal; default Unimplemented. */
  readonly status?: Status;
  /** Why it is inert or refused; ends a sentence that begins with the flag. */
  readonly note?: string;
}

/** What two of the defaults depend on. */
export interface StandardFieldContext {
  /** Standard output is a terminal: logs are then written for people. */
  readonly stdoutIsTty: boolean;
  /** Start of the process, milliseconds since the epoch: feeds start a day before. */
  readonly nowMs: number;
}

interface Named<N extends string> {
  readonly name: N;
}

type Extra<F extends Field> = Partial<Omit<F, "kind" | "name" | "description">>;

const defaults = { exportTarget: "none" } as const satisfies Partial<FieldBase>;
const hidden = { hidden: true } as const;
const ops = { exportTarget: "ops" } as const;

function text<const N extends string>(
  name: N,
  description: string,
  extra: Extra<StringField> = {},
): StringField & Named<N> {
  return { kind: "string", name, description, ...defaults, ...extra };
}
function int<const N extends string>(name: N, description: string, extra: Extra<IntField> = {}): IntField & Named<N> {
  return { kind: "int", name, description, ...defaults, ...extra };
}
function bool<const N extends string>(
  name: N,
  description: string,
  extra: Extra<BoolField> = {},
): BoolField & Named<N> {
  return { kind: "bool", name, description, ...defaults, ...extra };
}
function list<const N extends string>(
  name: N,
  description: string,
  extra: Extra<StringSliceField> = {},
): StringSliceField & Named<N> {
  return { kind: "stringSlice", name, description, ...defaults, ...extra };
}

/** Keeps the literal name of the field, so that what reads settings is held to the names in this table. */
function flagOf<const B extends FlagBehaviour>(behaviour: B) {
  return <F extends Field>(field: F, note?: string): StandardFlag<F, B> => ({
    field,
    behaviour,
    ...(note !== undefined && { note }),
  });
}

const supported = flagOf("supported");
const service = flagOf("service");
const once = flagOf("once");
const inert = flagOf("inert");
const task = flagOf("task");
const refused = flagOf("refused");

const dayMs = 86_400_000;
const onlyReads = "changes nothing: this connector only reads";
const noCompaction = "merges files, which this program does not do";
const noResourceAction = "asks for an action on a resource, and this connector has none: it only reads";
const onlyOneWay = "chooses between ways to authenticate, and this connector has only one";

/** All standard flags (baton-sdk 0.26.0: fields and their order), and what gives the client secret here. */
export function standardFlags(context: StandardFieldContext) {
  const feedStart = new Date(context.nowMs - dayMs).toISOString().replace(/\.\d+Z$/, "Z");
  return [
    task(bool("create-ticket", "Create a ticket from a template", hidden)),
    task(bool("bulk-create-ticket", "Create several tickets from a template", hidden)),
    task(text("bulk-ticket-template-path", "JSON template of the tickets to create", hidden)),
    task(bool("get-ticket", "Fetch one ticket", hidden)),
    task(bool("list-ticket-schemas", "List ticket schemas", hidden)),
    inert(bool("provisioning", "Allow changes in the connected system", { shorthand: "p" }), onlyReads),
    inert(bool("ticketing", "Allow ticket operations"), onlyReads),
    supported(text("c1z-temp-dir", "Directory for scratch files; must exist", hidden)),
    supported(text("client-id", "ConductorOne client id; switches to service mode")),
    supported(text("client-secret", "ConductorOne client secret", { secret: true, secretSources: true })),
    ...secretSourceFields("client-secret", "ConductorOne client secret").map((field) => supported(field)),
    task(text("create-account-email", "E-mail address of the account to create", hidden)),
    task(text("create-account-login", "Login of the account to create", hidden)),
    task(text("create-account-profile", "Profile of the account to create, a JSON object", hidden)),
    task(text("create-account-resource-type", "Resource type of the account to create", hidden)),
    task(text("delete-resource", "Id of the resource to delete", hidden)),
    task(text("delete-resource-type", "Resource type of the resource to delete", hidden)),
    task(text("event-feed", "Print the events of a feed", hidden)),
    task(text("event-feed-id", "Id of the feed to read", hidden)),
    task(text("event-feed-start-at", "Start of the feed, RFC 3339", { ...hidden, default: feedStart })),
    task(text("event-feed-cursor", "Cursor to read the feed from", hidden)),
    once(text("file", "The .c1z file to write, a path or s3://BUCKET/KEY", { shorthand: "f", default: "sync.c1z" })),
    task(text("grant-entitlement", "Id of the entitlement to grant", hidden)),
    task(text("grant-principal", "Id of the principal to grant it to", hidden)),
    task(text("grant-principal-type", "Resource type of that principal", hidden)),
    supported(
      text("log-format", "Form of the log lines: json or console", {
        default: context.stdoutIsTty ? "console" : "json",
      }),
    ),
    supported(list("log-path", "Files to log to instead of standard error")),
    task(text("revoke-grant", "Id of the grant to revoke", hidden)),
    task(text("rotate-credentials", "Id of the resource whose credentials to rotate", hidden)),
    task(text("rotate-credentials-type", "Resource type of that resource", hidden)),
    task(text("ticket-id", "Id of the ticket to fetch", hidden)),
    task(text("ticket-template-path", "JSON template of the ticket to create", hidden)),
    supported(text("log-level", "Least severe level logged: debug, info, warn or error", { ...ops, default: "info" })),
    inert(
      text("log-level-debug-expires-at", "When debug logging ends, RFC 3339", ops),
      "changes nothing: only the hosted form of a connector reads it",
    ),
    service(bool("skip-full-sync", "Refuse full syncs in service mode")),
    once(list("sync-resources", "Sync only these resources, by Baton id, as in bid:r:user/7")),
    supported(list("sync-resource-types", "Sync only these resource types, by id")),
    supported(bool("skip-entitlements-and-grants", "Sync resources only")),
    once(bool("skip-grants", "Leave out grants in a sync of single resources", hidden)),
    supported(text("external-resource-c1z", "A .c1z file in which grants that ask for it find their principals")),
    supported(
      text("external-resource-entitlement-id-filter", "Only principals of that file that hold this entitlement"),
    ),
    supported(
      list(
        "external-resource-traits",
        "Traits of these principals, such as user or TRAIT_ROLE; users and groups if unset",
      ),
    ),
    inert(
      bool("keep-previous-sync-c1z", "Keep the last file in service mode to read unchanged parts from it"),
      "changes nothing: every sync reads everything anew",
    ),
    refused(list("compact-sync-ids", "Syncs to compact", hidden), noCompaction),
    refused(list("compact-file-paths", "Files to compact", hidden), noCompaction),
    refused(text("compact-output-path", "Directory for the compacted file", hidden), noCompaction),
    refused(bool("compact-syncs", "Compact syncs", hidden), noCompaction),
    task(text("invoke-action", "Name of the action to run", hidden)),
    task(text("invoke-action-args", "Arguments of the action, a JSON object", { ...hidden, default: "{}" })),
    task(text("invoke-action-resource-type", "Resource type of the action", hidden)),
    task(bool("list-action-schemas", "Log the schemas of all actions", hidden)),
    task(text("list-action-schemas-resource-type", "Only actions of this resource type", hidden)),
    refused(text("list-resource-actions", "List the actions of a resource type", hidden), noResourceAction),
    refused(text("invoke-resource-action", "Name of the resource action to run", hidden), noResourceAction),
    refused(text("invoke-resource-action-resource-type", "Resource type of that action", hidden), noResourceAction),
    refused(
      text("invoke-resource-action-args", "Arguments of that action", { ...hidden, default: "{}" }),
      noResourceAction,
    ),
    inert(
      int("session-store-maximum-size", "Size of the session cache in bytes", {
        ...hidden,
        ...ops,
        default: 15_728_640,
      }),
      "changes nothing: the session is kept in the scratch file, not in memory",
    ),
    supported(int("workers", "Number of parallel readers; -1 chooses by the number of processors")),
    supported(bool("parallel-sync", "Same as --workers -1; kept for older scripts")),
    supported(text("otel-collector-endpoint", "OpenTelemetry collector (OTLP over gRPC), as host:port", ops)),
    supported(
      text("otel-collector-endpoint-tls-cert-path", "File with the collector's CA certificates", { ...hidden, ...ops }),
    ),
    supported(text("otel-collector-endpoint-tls-cert", "The collector's CA certificates", { ...hidden, ...ops })),
    supported(bool("otel-collector-endpoint-tls-insecure", "Talk to the collector without TLS", { ...hidden, ...ops })),
    supported(bool("otel-tracing-disabled", "Export no traces", { ...hidden, ...ops })),
    supported(bool("otel-logging-disabled", "Export no logs", { ...hidden, ...ops })),
    // No value can be right, which is a plain usage error.
    { ...refused(text("auth-method", ""), onlyOneWay), status: Status.unknown },
    service(bool("health-check", "Answer health checks over HTTP in service mode", ops)),
    supported(
      int("health-check-port", "Port for health checks", {
        ...ops,
        default: 8081,
        rules: { lte: 65_535, gte: 0, zeroIsChecked: true },
      }),
    ),
    supported(
      text("health-check-bind-address", "Address for health checks", { ...hidden, ...ops, default: "127.0.0.1" }),
    ),
    supported(
      int("http-timeout-seconds", "Longest time one HTTP request may take, in seconds", {
        ...ops,
        default: 300,
        rules: { lte: 1800, gte: 1, zeroIsChecked: true },
      }),
    ),
    supported(
      text("storage-engine", "Engine that writes new files: sqlite or pebble", {
        rules: { in: ["", "sqlite", "pebble"] },
      }),
    ),
    service(
      int("task-concurrency", "Tasks worked on at the same time in service mode", {
        default: 3,
        rules: { lte: 100, gte: 1, zeroIsChecked: true },
      }),
    ),
    refused(
      bool("log-event-log", "Log to the Windows event log", hidden),
      "writes to the event log of Windows, which this program does not do; --log-path names a file",
    ),
  ] satisfies readonly StandardFlag[];
}

/** A field of a standard flag. */
export type StandardField = ReturnType<typeof standardFlags>[number]["field"];

/** The values of the standard fields, and of others. */
export type StandardConfig = ResolvedConfig<StandardField>;

/** The same values for the app, which alone knows the names of its own fields: they are resolved together. */
export function forApp(config: StandardConfig): ResolvedConfig {
  return config as ResolvedConfig;
}

/** The fields of the standard flags, in order. */
export function standardFields(context: StandardFieldContext): readonly Field[] {
  return standardFlags(context).map((flag) => flag.field);
}

/** A setting of how an API is asked. */
export type HttpField = IntField & { readonly name: "api-concurrency" | "page-size" | "max-wait" };

/** How the API of a product is asked unless a setting says otherwise. */
export interface HttpFieldDefaults {
  /** The product, as people know it. */
  readonly product: string;
  /** Most rows of a page that the API serves, asked for at first. */
  readonly mostRows: number;
  /** Requests under way at once; default 6. */
  readonly concurrency?: number;
  /** Minutes that a run waits for a rate limit in all; default 90, so that a window of an hour always fits. */
  readonly maxWaitMinutes?: number;
}

/** `api-concurrency`, `page-size` and `max-wait`. They are not exported to the schema of a hosted form. */
export function httpFields({
  product,
  mostRows,
  concurrency = 6,
  maxWaitMinutes = 90,
}: HttpFieldDefaults): readonly HttpField[] {
  return [
    {
      kind: "int",
      name: "api-concurrency",
      displayName: "Concurrent API requests",
      description: `Requests to the ${product} API that may be under way at once`,
      exportTarget: "cli",
      default: concurrency,
      rules: { gte: 1, lte: 32, zeroIsChecked: true },
    },
    {
      kind: "int",
      name: "page-size",
      displayName: "Rows per page",
      description:
        "Rows of a list asked for at once at first; fewer are asked for where so many are refused or too slow",
      exportTarget: "cli",
      default: mostRows,
      rules: { gte: 1, lte: mostRows, zeroIsChecked: true },
    },
    {
      kind: "int",
      name: "max-wait",
      displayName: "Longest wait in minutes",
      description: `Longest wait in all for ${product}'s rate limit, in minutes; for a host that stopped answering, at most 10 of them`,
      exportTarget: "cli",
      default: maxWaitMinutes,
      rules: { gte: 1, lte: 1440, zeroIsChecked: true },
    },
  ];
}
