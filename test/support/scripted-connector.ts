/** A connector made of tables, with hooks to fail, move or count: what the engine's tests run. */
import type { Connector, GetOptions, ListOptions, Page, ResourceSyncer } from "../../src/sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../src/sdk/contracts/model.ts";
import { Purpose, Trait } from "../../src/sdk/contracts/model.ts";
import { childResourceType } from "../../src/sdk/resources/annotations.ts";
import { entitlementId, newGrant } from "../../src/sdk/resources/ids.ts";
import { AccountType, groupTrait, userTrait } from "../../src/sdk/resources/traits.ts";

/** A call that the engine made. */
export interface ScriptedCall {
  readonly method: "list" | "get" | "entitlements" | "grants";
  readonly resourceTypeId: string;
  /** Id of the parent or of the resource asked; "" for none. */
  readonly of: string;
  readonly pageToken: string;
}

/** One resource type and what it gives; lists are cut into pages of `pageSize`. */
export interface ScriptedType {
  readonly type: ResourceType;
  /** By parent id; "" for those without a parent. */
  readonly resources: Readonly<Record<string, readonly Resource[]>>;
  /** Resources can be read one by one. */
  readonly canGet?: boolean;
  readonly entitlements?: (resource: Resource) => readonly Entitlement[];
  readonly grants?: (resource: Resource) => readonly Grant[];
}

/** What a test decides. */
export interface Script {
  readonly types: readonly ScriptedType[];
  readonly pageSize?: number;
  /** Runs before each call; throw to fail it. */
  readonly before?: (call: ScriptedCall, options: ListOptions) => void | Promise<void>;
  /** May replace a page. */
  readonly replace?: (call: ScriptedCall, page: Page<unknown>) => Page<unknown>;
}

/** Makes the connector; `calls` fills as the engine asks. */
export function scriptedConnector(script: Script): Connector & { readonly calls: ScriptedCall[] } {
  const calls: ScriptedCall[] = [];
  const answer = async <T>(call: ScriptedCall, options: ListOptions, items: readonly T[]): Promise<Page<T>> => {
    calls.push(call);
    await script.before?.(call, options);
    const page = cut(items, call.pageToken, script.pageSize ?? 100);
    return script.replace ? (script.replace(call, page) as Page<T>) : page;
  };
  const syncers = script.types.map((scripted): ResourceSyncer => {
    const resourceTypeId = scripted.type.id;
    const { entitlements, grants } = scripted;
    return {
      resourceType: scripted.type,
      list: (parent, options) => {
        const of = parent?.resource ?? "";
        const call = { method: "list", resourceTypeId, of, pageToken: options.pageToken } as const;
        return answer(call, options, scripted.resources[of] ?? []);
      },
      ...(scripted.canGet && {
        get: async (id: ResourceId, parent: ResourceId | undefined, options: GetOptions) => {
          const call = { method: "get", resourceTypeId, of: id.resource, pageToken: "" } as const;
          const all = Object.values(scripted.resources).flat();
          const found = all.filter((row) => row.id.resource === id.resource && isUnder(row, parent));
          return (await answer(call, { ...options, pageToken: "" }, found)).items[0];
        },
      }),
      ...(entitlements && {
        entitlements: (resource: Resource, options: ListOptions) => {
          const of = resource.id.resource;
          const call = { method: "entitlements", resourceTypeId, of, pageToken: options.pageToken } as const;
          return answer(call, options, entitlements(resource));
        },
      }),
      ...(grants && {
        grants: (resource: Resource, options: ListOptions) => {
          const of = resource.id.resource;
          const call = { method: "grants", resourceTypeId, of, pageToken: options.pageToken } as const;
          return answer(call, options, grants(resource));
        },
      }),
    };
  });
  return {
    calls,
    metadata: { displayName: "Scripted", description: "A connector made of tables" },
    syncers,
    validate: async () => undefined,
    check: async () => [],
  };
}

function isUnder({ parentResourceId }: Resource, parent: ResourceId | undefined): boolean {
  return parent === undefined || parentResourceId?.resource === parent.resource;
}

function cut<T>(items: readonly T[], pageToken: string, pageSize: number): Page<T> {
  const from = pageToken === "" ? 0 : Number(pageToken);
  const to = from + pageSize;
  return { items: items.slice(from, to), nextPageToken: to < items.length ? String(to) : "" };
}

/** A resource type. */
export function typeOf(
  id: string,
  traits: readonly Trait[] = [],
  annotations: ResourceType["annotations"] = [],
): ResourceType {
  return { id, displayName: id, traits, annotations, description: "" };
}

/** A group resource that announces children of the given types. */
export function groupOf(id: ResourceId, children: readonly string[] = [], parent?: ResourceId): Resource {
  return {
    id,
    displayName: id.resource,
    annotations: [...children.map(childResourceType), groupTrait()],
    ...(parent && { parentResourceId: parent }),
  };
}

/** A user resource. */
export function userOf(resource: string, parent?: ResourceId): Resource {
  const status = { status: 1 } as const;
  return {
    id: { resourceType: "user", resource },
    displayName: resource,
    annotations: [userTrait({ status, accountType: AccountType.human })],
    status,
    ...(parent && { parentResourceId: parent }),
  };
}

/** An entitlement `slug` on `resource`, for users. */
export function entitlementOf(resource: Resource, slug: string): Entitlement {
  return {
    id: entitlementId(resource.id, slug),
    resource,
    displayName: slug,
    description: "",
    grantableTo: [typeOf("user", [Trait.user])],
    annotations: [],
    purpose: Purpose.assignment,
    slug,
  };
}

/** `principal` holds `slug` on `resource`. */
export function grantOf(resource: ResourceId, slug: string, principal: ResourceId): Grant {
  return newGrant({ id: entitlementId(resource, slug), resource }, principal);
}
