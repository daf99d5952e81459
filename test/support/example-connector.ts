/** A tiny connector over a list in memory: one club with members. What the tests of other rooms run. */
import type { ConnectorApp } from "../../src/sdk/cli/app.ts";
import { type Field, onlyHostsBelow } from "../../src/sdk/config/field.ts";
import type {
  CheckResult,
  Connector,
  GetOptions,
  ListOptions,
  Page,
  ResourceSyncer,
} from "../../src/sdk/contracts/connector.ts";
import {
  type Entitlement,
  type Grant,
  Purpose,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type ResourceType,
  Trait,
} from "../../src/sdk/contracts/model.ts";
import { skipEntitlementsAndGrants } from "../../src/sdk/resources/annotations.ts";
import { AccountType, groupTrait, userTrait } from "../../src/sdk/resources/traits.ts";

/** What a test decides about the connector. */
export interface ExampleOptions {
  /** Names of the club's members. */
  readonly members?: readonly string[];
  /** Runs in `validate`; throw to refuse the sync. */
  readonly onValidate?: () => void | Promise<void>;
  /** Runs before each page, for example to send a signal or to fail. */
  readonly onList?: (options: ListOptions) => void | Promise<void>;
  readonly checks?: readonly CheckResult[];
  /** People can be read one by one. */
  readonly singleReads?: boolean;
}

const club: ResourceType = {
  id: "club",
  displayName: "Club",
  traits: [Trait.group],
  annotations: [],
  description: "A club",
};
const user: ResourceType = {
  id: "user",
  displayName: "User",
  traits: [Trait.user],
  annotations: [skipEntitlementsAndGrants],
  description: "A person",
};

const chess: Resource = {
  id: { resourceType: "club", resource: "chess" },
  displayName: "Chess",
  annotations: [groupTrait()],
};
const member: Entitlement = {
  id: "club:chess:member",
  resource: chess,
  displayName: "Chess member",
  description: "Member of the chess club",
  grantableTo: [user],
  annotations: [],
  purpose: Purpose.assignment,
  slug: "member",
};

/** The connector's own fields. */
export const exampleFields: readonly Field[] = [
  {
    kind: "string",
    name: "api-key",
    displayName: "API key",
    description: "Key of the example",
    required: true,
    secret: true,
    fallbackEnvironment: ["EXAMPLE_API_KEY"],
  },
  {
    kind: "string",
    name: "org",
    displayName: "Organization",
    description: "Organization to read",
    placeholder: "my-org",
    required: true,
    rules: { pattern: "^[-a-z0-9]+$" },
  },
  {
    kind: "string",
    name: "base-url",
    description: "Where the example's API is",
    hidden: true,
    exportTarget: "cli",
    default: "https://api.example.com",
    rules: { wellKnown: "uri" },
    distrust: onlyHostsBelow(["example.com"]),
  },
];

/** Makes the connector. */
export function exampleConnector(options: ExampleOptions = {}): Connector {
  return {
    metadata: { displayName: "Example", description: "A connector for tests" },
    syncers: exampleSyncers(options),
    validate: async () => await options.onValidate?.(),
    check: async () => options.checks ?? [{ id: "key", title: "Key is valid", outcome: "pass", detail: "key ok" }],
    stats: () => ({ requests: 3, retries: 0, rateLimit: { limit: 100, remaining: 97 } }),
  };
}

function exampleSyncers({
  members = ["ada", "grace"],
  onList,
  singleReads,
}: ExampleOptions): readonly ResourceSyncer[] {
  const page = async <T>(items: readonly T[], list: ListOptions): Promise<Page<T>> => {
    await onList?.(list);
    return { items, nextPageToken: "" };
  };
  return [
    {
      resourceType: club,
      list: (parent, list) => page(parent ? [] : [chess], list),
      entitlements: (_resource, list) => page([member], list),
      grants: (_resource, list) => page(members.map(membership), list),
    },
    {
      resourceType: user,
      list: (parent, list) => page(parent ? [] : members.map(person), list),
      ...(singleReads && {
        get: async ({ resource }: ResourceId, _parent: ResourceId | undefined, options: GetOptions) => {
          await onList?.({ ...options, pageToken: "" });
          return members.includes(resource) ? person(resource) : undefined;
        },
      }),
    },
  ];
}

function person(name: string): Resource {
  const status = { status: ResourceStatus.enabled };
  return {
    id: { resourceType: "user", resource: name },
    displayName: name,
    annotations: [userTrait({ status, accountType: AccountType.human, login: name })],
    status,
  };
}

function membership(name: string): Grant {
  return {
    id: `${member.id}:user:${name}`,
    entitlement: { id: member.id, resource: chess.id },
    principal: { resourceType: "user", resource: name },
  };
}

/** The program around the connector. */
export function exampleApp(options: ExampleOptions = {}, changes: Partial<ConnectorApp> = {}): ConnectorApp {
  return {
    name: "baton-example",
    version: "1.2.3",
    displayName: "Example",
    helpUrl: "/docs/baton/example",
    iconUrl: "/static/app-icons/example.svg",
    fields: exampleFields,
    createConnector: async () => exampleConnector(options),
    capabilitiesSyncers: async () => exampleSyncers(options),
    targetName: (config) => config.string("org"),
    ...changes,
  };
}
