/** One person with everything that is held, and one team. */
import { keysInColumns } from "../../cloudsmith/config.ts";
import { howHeld, inheritedPaths } from "../../reports/grant-paths.ts";
import { labelOf } from "../../reports/questions/access.ts";
import type { Grant, Profile, ProfileValue } from "../../sdk/contracts/model.ts";
import type { Holding, PersonDetail, TeamRow } from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";
import { rosterKey } from "./roster.ts";
import { notInSource } from "./source-error.ts";

/** One team. @throws BatonError `CONSOLE-NOT-IN-FILE` */
export async function teamOf(open: OpenSource, type: string, id: string): Promise<TeamRow> {
  const team = (await open.roster()).team(rosterKey({ type, id }));
  if (!team) throw notInSource("team");
  return team.row;
}

/** One person. @throws BatonError `CONSOLE-NOT-IN-FILE` */
export async function personOf(open: OpenSource, type: string, id: string): Promise<PersonDetail> {
  const row = (await open.roster()).person(type, id);
  if (!row) throw notInSource("person");
  const principal = { resourceType: type, resource: id };
  const grants = new Map<string, Grant>();
  for (const grant of open.view.grants({ principal })) grants.set(grant.entitlement.id, grant);
  const holdings = [...grants.values()].map((grant) => holdingOf(open, grant, grants));
  const resource = open.holdings.view.getResource(principal);
  return { ...row, holdings: holdings.toSorted(byKind), profile: profileTexts(resource?.profile ?? {}, keysInColumns) };
}

function holdingOf({ holdings }: OpenSource, grant: Grant, grants: ReadonlyMap<string, Grant>): Holding {
  const { id, resource } = grant.entitlement;
  const { slug, resourceName } = holdings.nameOf({ entitlementId: id, resource });
  const { organizationTypes, teamTypes } = holdings.shape;
  const isRole = organizationTypes.includes(resource.resourceType);
  const isTeam = teamTypes.includes(resource.resourceType);
  return {
    resourceType: resource.resourceType,
    resourceId: resource.resource,
    resourceName,
    slug,
    entitlementId: id,
    kind: isRole ? "role" : isTeam ? "team" : "other",
    // Of what is held both ways, the paths are the ways besides the direct one.
    how: howHeld(grant) === "inherited" ? "inherited" : "direct",
    paths: inheritedPaths(grant, grants).map((path) => path.map((one) => labelOf(one, holdings))),
  };
}

const kinds: readonly Holding["kind"][] = ["role", "team", "other"];

function byKind(a: Holding, b: Holding): number {
  const byName =
    a.resourceName === b.resourceName ? a.entitlementId < b.entitlementId : a.resourceName < b.resourceName;
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (byName ? -1 : 1);
}

/** Profile values as texts, sorted by key. */
export function profileTexts(profile: Profile, leftOut: ReadonlySet<string> = new Set()): PersonDetail["profile"] {
  return Object.entries(profile)
    .filter(([key]) => !leftOut.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, textOf(value)] as const);
}

function textOf(value: ProfileValue): string {
  if (typeof value !== "object") return String(value);
  return isTexts(value) ? value.join(", ") : JSON.stringify(value);
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
