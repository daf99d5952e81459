/** Who is named as a holder, by slug, found among what is in the file. */
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import type { Grant, ResourceType } from "../../sdk/contracts/model.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { userType } from "../types.ts";
import { sign } from "./signs.ts";
import { serviceType } from "./types.ts";

/** The types that may hold a role of the organization or a place in a team. */
export function holders(reading: OrganizationReading): readonly ResourceType[] {
  return reading.reads(serviceType.id) ? [userType, serviceType] : [userType];
}

/** The id of a team in the file; warned of when the key cannot see it. */
export async function teamOf(
  slug: string,
  reading: OrganizationReading,
  options: ListOptions,
): Promise<string | undefined> {
  const memory = reading.groups.memory(options.session);
  if (memory.endedAtMs === undefined) return undefined;
  const listed = memory.idOf(slug);
  if (listed !== undefined) return listed;
  const id = (await reading.lookUps.team(slug, options))?.slug_perm;
  if (id !== undefined && memory.has(id)) return id;
  options.warn(sign("CS-TEAM-UNLISTED", { team: slug }));
  return undefined;
}

/** The id of a service account in the file, by slug, in whatever case; undefined when there is none. */
export function serviceOf(
  slug: string,
  reading: OrganizationReading,
  { session }: Pick<ListOptions, "session">,
): string | undefined {
  const memory = reading.requested.services.memory(session);
  if (memory.has(slug)) return slug;
  const lower = slug.toLowerCase();
  return memory.notes().find(({ id }) => id.toLowerCase() === lower)?.id;
}

/** One grant of each id: a place or privilege may be named twice. */
export function distinct(grants: readonly Grant[]): readonly Grant[] {
  return [...new Map(grants.map((grant) => [grant.id, grant])).values()];
}

/**
 * The id of a member by login, in a list that may come before that of the members: a syncer that drives the connector
 * from outside lists the types in an order of its own.
 */
export async function listedMember(
  login: string,
  reading: OrganizationReading,
  { session, signal }: ListOptions,
): Promise<string | undefined> {
  if (!reading.reads(userType.id)) return undefined;
  const memory = reading.members.memory(session);
  return memory.endedAtMs === undefined ? await reading.search(signal).idOf(login) : memory.idOf(login);
}
