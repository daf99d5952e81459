/** A connector whose groups are nested, so that a sync of it is mostly grant expansion. */
import type { Connector } from "../../src/sdk/contracts/connector.ts";
import {
  type Grant,
  Purpose,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type ResourceType,
  Trait,
} from "../../src/sdk/contracts/model.ts";
import { entitlementId, newGrant } from "../../src/sdk/resources/ids.ts";
import { AccountType, groupTrait, userTrait } from "../../src/sdk/resources/traits.ts";

const groupType: ResourceType = {
  id: "group",
  displayName: "Group",
  traits: [Trait.group],
  annotations: [],
  description: "",
};
const userType: ResourceType = {
  id: "user",
  displayName: "User",
  traits: [Trait.user],
  annotations: [],
  description: "",
};
const slug = "member";
/** Each group contains so many groups of the layer below it. */
const fanOut = 3;
const layerSize = 10;
const layersOfTree = 5;

/** How large. */
export interface NestedGroups {
  readonly groups: number;
  readonly usersPerGroup: number;
}

/**
 * Groups with users of their own, in trees of five layers of ten: a group contains three groups of the layer below, so
 * that those at the top inherit from most of their tree.
 */
export function nestedGroupConnector({ groups, usersPerGroup }: NestedGroups): Connector {
  const groupIds = Array.from({ length: groups }, (_, n): ResourceId => ({ resourceType: "group", resource: `g${n}` }));
  const users = Array.from(
    { length: groups * usersPerGroup },
    (_, n): Resource => ({
      id: { resourceType: "user", resource: `u${n}` },
      displayName: `u${n}`,
      annotations: [userTrait({ status: { status: ResourceStatus.enabled }, accountType: AccountType.human })],
    }),
  );
  const grantsOf = (id: ResourceId): Grant[] => {
    const n = Number(id.resource.slice(1));
    const entitlement = { id: entitlementId(id, slug), resource: id };
    const direct = users
      .slice(n * usersPerGroup, (n + 1) * usersPerGroup)
      .map((user) => newGrant(entitlement, user.id));
    const nested = lowerGroups(n).flatMap((lower) => groupIds[lower] ?? []);
    return [...direct, ...nested.map((group) => inheriting(newGrant(entitlement, group)))];
  };
  return {
    metadata: { displayName: "Nested groups", description: "Groups within groups" },
    syncers: [
      { resourceType: userType, list: async () => ({ items: users, nextPageToken: "" }) },
      {
        resourceType: groupType,
        list: async () => ({ items: groupIds.map(groupOf), nextPageToken: "" }),
        entitlements: async (resource) => ({
          items: [
            {
              id: entitlementId(resource.id, slug),
              resource,
              displayName: slug,
              description: "",
              grantableTo: [userType, groupType],
              annotations: [],
              purpose: Purpose.assignment,
              slug,
            },
          ],
          nextPageToken: "",
        }),
        grants: async (resource) => ({ items: grantsOf(resource.id), nextPageToken: "" }),
      },
    ],
    validate: async () => undefined,
    check: async () => [],
  };
}

/** Groups of the layer below whose members are in group `n` too; none below the lowest layer. */
function lowerGroups(n: number): number[] {
  const layer = Math.floor(n / layerSize);
  if (layer % layersOfTree === 0) return [];
  const first = (layer - 1) * layerSize;
  return Array.from({ length: fanOut }, (_, k) => first + ((n + k) % layerSize));
}

function groupOf(id: ResourceId): Resource {
  return { id, displayName: id.resource, annotations: [groupTrait()] };
}

function inheriting(grant: Grant): Grant {
  const entitlementIds = [entitlementId(grant.principal, slug)];
  return { ...grant, expandable: { entitlementIds, shallow: false, resourceTypeIds: ["user"] } };
}
