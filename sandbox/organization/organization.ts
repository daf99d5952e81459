/**
 * A synthetic organization of any size, determined by its seed alone, and what a correct sync of it must find.
 * Must not know the connector: expected counts are worked out from the records themselves.
 */
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { createOnRequest, type OnRequestCounts, onRequestCountNames } from "../on-request/generator.ts";
import { alphanumeric, createRandom, pickDistinct } from "../random.ts";
import { createMembers, timestamp } from "./member-generator.ts";
import type { Organization, OrganizationRole, Service, Team } from "./model.ts";
import { createTeams, distinct, distinctId } from "./team-generator.ts";

/** What to make; everything has a default. */
export interface OrganizationOptions extends OnRequestCounts {
  /** Same seed, same organization. Default 1. */
  readonly seed?: number;
  /** Default 120. */
  readonly members?: number;
  /** Default 12. */
  readonly teams?: number;
  /** Teams of an ordinary member; also the average per hundred members while six times as many exist. Default 2. */
  readonly teamsPerMember?: number;
  /** Share of inactive members, 0 to 1, rounded down to whole members. Default 0.1. */
  readonly inactiveShare?: number;
  /** Service accounts. Default 4. */
  readonly services?: number;
  /** Default `sandbox-org`. */
  readonly slug?: string;
  /** Default `Sandbox Organization`. */
  readonly name?: string;
}

/**
 * Makes an organization. The first members are an owner, a manager, a member, a collaborator and a second owner.
 *
 * @throws BatonError `SANDBOX-OPTION` for a size that is not a whole number from 0, a share outside 0 to 1, or a
 * slug outside the documented pattern
 */
export function createOrganization(options: OrganizationOptions = {}): Organization {
  const seed = wholeNumber("seed", options.seed ?? 1, -Number.MAX_SAFE_INTEGER);
  const count = wholeNumber("members", options.members ?? 120);
  const share = options.inactiveShare ?? 0.1;
  if (!(share >= 0 && share <= 1)) throw refused("inactiveShare", share, "a number from 0 to 1");
  const slug = options.slug ?? "sandbox-org";
  if (!/^[-a-zA-Z0-9_]+$/.test(slug)) throw refused("slug", slug, "letters, digits, dashes and underscores");
  const teams = createTeams(seed, wholeNumber("teams", options.teams ?? 12));
  const members = createMembers({
    seed,
    count,
    inactive: Math.floor(count * share),
    teamsPerMember: wholeNumber("teamsPerMember", options.teamsPerMember ?? 2),
    teams,
    domain: `${slug.toLowerCase().replaceAll("_", "-")}.example`,
  });
  const serviceCount = wholeNumber("services", options.services ?? 4);
  const services = createServices(seed, serviceCount, teams, members[0]?.user ?? "sandbox-owner");
  const random = createRandom(seed, "organization");
  return {
    seed,
    revision: 0,
    name: options.name ?? "Sandbox Organization",
    slug,
    slugPerm: alphanumeric(random, 12),
    createdAt: timestamp(random, Date.UTC(2017, 10, 2) + random.below(30 * 86_400_000)),
    country: random.chance(0.5) ? random.pick(["IE", "DE", "JP", "BR", "NG"]) : null,
    location: random.chance(0.5) ? random.pick(["Belfast", "Zürich", "東京", "São Paulo"]) : null,
    tagline: random.chance(0.5) ? "Packages, and the people who may touch them" : null,
    members,
    teams,
    services,
    onRequest: createOnRequest(seed, onRequestCounts(options), { members, teams, services }),
  };
}

function onRequestCounts(options: OnRequestCounts): OnRequestCounts {
  const counts: Record<string, number> = {};
  for (const name of onRequestCountNames) {
    const given = options[name];
    if (given !== undefined) counts[name] = wholeNumber(name, given);
  }
  return counts;
}

const purposes = ["Baton Sync", "CI Publisher", "Nightly Mirror", "Terraform", "Release Robot", "Scanner (licences)"];

const SERVICES_FIRST_MS = Date.UTC(2023, 0, 1);
const SERVICES_SPAN_MS = 3 * 365 * 86_400_000;

/** Longest slug the service derives from a name (Cloudsmith API: services). */
const SLUG_LIMIT = 30;

/** Makes `count` service accounts, with and without teams. The first is a Manager, the second a Member: they hold the sandbox's two service keys. */
function createServices(seed: number, count: number, teams: readonly Team[], createdBy: string): Service[] {
  const random = createRandom(seed, "services");
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / purposes.length);
    const name = `${purposes[index % purposes.length] ?? "Service"}${round === 0 ? "" : ` ${round + 1}`}`;
    const slug = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
    return {
      slug: distinct(slug.slice(0, SLUG_LIMIT), taken),
      slugPerm: distinctId(() => alphanumeric(random, 12), taken),
      name,
      description: `Service account no. ${index + 1}`,
      role: index % 3 === 0 ? "Manager" : "Member",
      createdAt: timestamp(random, SERVICES_FIRST_MS + random.below(SERVICES_SPAN_MS)),
      createdBy,
      keyTail: alphanumeric(random, 4),
      keyExpiresAt: random.chance(0.3) ? "2027-12-31T00:00:00Z" : null,
      memberships: pickDistinct(random, teams.length, index === 0 ? 0 : 1 + random.below(3)).flatMap((place) => {
        const team = teams[place];
        if (!team) return [];
        return [random.chance(0.2) ? team.asManager : team.asMember];
      }),
    };
  });
}

/** What a complete sync of an organization must find. */
export interface ExpectedCounts {
  readonly members: number;
  readonly active: number;
  readonly inactive: number;
  readonly byRole: Readonly<Record<OrganizationRole, number>>;
  readonly teams: number;
  readonly hiddenTeams: number;
  /** Teams without a person in them. */
  readonly emptyTeams: number;
  /** Pairs of a person and a team, whatever the role in it. */
  readonly teamMemberships: number;
  /** Those of them with the role Manager. */
  readonly teamManagerMemberships: number;
  readonly membersWithoutTeam: number;
  readonly services: number;
}

/** Counts an organization as it is now. */
export function expectedCounts(organization: Organization): ExpectedCounts {
  const { members, teams, services } = organization;
  const byRole: Record<OrganizationRole, number> = { Owner: 0, Manager: 0, Member: 0, Collaborator: 0 };
  const peopled = new Set<unknown>();
  let teamMemberships = 0;
  let teamManagerMemberships = 0;
  for (const member of members) {
    byRole[member.role]++;
    teamMemberships += member.memberships.length;
    for (const { team, role } of member.memberships) {
      peopled.add(team);
      if (role === "Manager") teamManagerMemberships++;
    }
  }
  const active = members.filter((member) => member.isActive).length;
  return {
    members: members.length,
    active,
    inactive: members.length - active,
    byRole,
    teams: teams.length,
    hiddenTeams: teams.filter((team) => team.visibility === "Hidden").length,
    emptyTeams: teams.filter((team) => !peopled.has(team)).length,
    teamMemberships,
    teamManagerMemberships,
    membersWithoutTeam: members.filter((member) => member.memberships.length === 0).length,
    services: services.length,
  };
}

function wholeNumber(option: string, value: number, least = 0): number {
  if (!Number.isSafeInteger(value) || value < least) throw refused(option, value, "a whole number from 0");
  return value;
}

function refused(option: string, value: unknown, wanted: string): BatonError {
  return new BatonError({
    code: "SANDBOX-OPTION",
    status: Status.invalidArgument,
    exitCode: 2,
    message: `The sandbox option ${option} cannot be ${JSON.stringify(value)}.`,
    effect: "No organization was made.",
    hint: `Give ${wanted}.`,
  });
}
