/**
 * Checks what Cloudsmith answers against what its API promises, so that the rest of the connector meets checked records
 * only. What decides about access must be right; what merely decorates may be missing or null. Unknown keys are dropped.
 */

import {
  type Check,
  filledText,
  flag,
  listOf,
  Mismatch,
  objectOf,
  text,
  unlessUnknown,
} from "../sdk/api/json-check.ts";
import { answerSchemaError } from "./errors.ts";

/** A team on a membership (Cloudsmith API: MemberTeams); it has no immutable id here. */
export interface MemberTeam {
  readonly slug: string;
  readonly name?: string | undefined;
  /** `Manager` or `Member`. */
  readonly role?: string | undefined;
}

/** A membership of the organization (Cloudsmith API: OrganizationMembership). A missing value is unknown, never a default. */
export interface Member {
  /** Stable id. */
  readonly user_id: string;
  /** Slug of the user; may be renamed. */
  readonly user?: string | undefined;
  readonly user_name?: string | undefined;
  /** May be redacted for keys of a narrow role. */
  readonly email?: string | undefined;
  /** `Owner`, `Manager`, `Member`, `Collaborator`, or a role that is newer than this connector. */
  readonly role?: string | undefined;
  readonly is_active?: boolean | undefined;
  readonly has_two_factor?: boolean | undefined;
  /** RFC 3339. */
  readonly joined_at?: string | undefined;
  /** RFC 3339; absent when the person never logged in or it is not known. */
  readonly last_login_at?: string | undefined;
  readonly last_login_method?: string | undefined;
  /** `Public` or `Private`. */
  readonly visibility?: string | undefined;
  readonly user_url?: string | undefined;
  /** Undefined when the API does not say it at all, empty when the member is in no team. */
  readonly teams?: readonly MemberTeam[] | undefined;
}

/** A team (Cloudsmith API: OrganizationTeam). */
export interface Team {
  readonly slug_perm: string;
  readonly slug: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** `Visible` or `Hidden`. */
  readonly visibility?: string | undefined;
}

/** The organization (Cloudsmith API: Organization). */
export interface Organization {
  readonly slug_perm: string;
  readonly slug: string;
  readonly name: string;
  readonly created_at?: string | undefined;
  readonly country?: string | undefined;
  readonly location?: string | undefined;
  readonly tagline?: string | undefined;
}

/** Whose key it is (Cloudsmith API: UserBrief). Without a good key `authenticated` is false and the rest unknown. */
export interface Self {
  readonly authenticated: boolean;
  readonly slug?: string | undefined;
  readonly slug_perm?: string | undefined;
  readonly name?: string | undefined;
  /** Absent for a service account. */
  readonly email?: string | undefined;
}

/** A service account (Cloudsmith API: Service); its masked key is dropped here. */
export interface Service {
  readonly slug: string;
  readonly name?: string | undefined;
  /** `Manager` or `Member`. */
  readonly role?: string | undefined;
  /** Only filled when the organization has an API key policy; RFC 3339. */
  readonly key_expires_at?: string | undefined;
}

/** A member of a team as the team itself lists it (Cloudsmith API: OrganizationTeamMembers). */
export interface TeamMember {
  /** Slug of the user or service account. */
  readonly user: string;
  /** `Manager` or `Member`. */
  readonly role?: string | undefined;
  /** `User` or `Service`; older answers do not say. */
  readonly user_kind?: string | undefined;
}

/*
 * The row policy. An id must be there, or nobody could tell the row from another. Anything else may be missing or null,
 * which both mean unknown: never false, never empty, never nobody. A value of another type refuses the whole answer,
 * because whatever changed it may have changed the rest.
 */
/** Text that may be unknown. */
const note = unlessUnknown(text);

const member = objectOf<Member>({
  user_id: filledText,
  user: unlessUnknown(filledText),
  user_name: note,
  email: note,
  role: note,
  is_active: unlessUnknown(flagOrText),
  has_two_factor: unlessUnknown(flag),
  joined_at: note,
  last_login_at: note,
  last_login_method: note,
  visibility: note,
  user_url: note,
  teams: unlessUnknown(listOf(objectOf<MemberTeam>({ slug: filledText, name: note, role: note }))),
});
const team = objectOf<Team>({
  slug_perm: filledText,
  slug: filledText,
  name: filledText,
  description: note,
  visibility: note,
});
const organization = objectOf<Organization>({
  slug_perm: filledText,
  slug: filledText,
  name: filledText,
  created_at: note,
  country: note,
  location: note,
  tagline: note,
});
const self = objectOf<Self>({ authenticated: flag, slug: note, slug_perm: note, name: note, email: note });
const service = objectOf<Service>({ slug: filledText, name: note, role: note, key_expires_at: note });
const teamMembers = objectOf<{ readonly members: readonly TeamMember[] }>({
  members: listOf(objectOf<TeamMember>({ user: filledText, role: note, user_kind: note })),
});

/** Bindings of early 2024 had text in place of true and false, in any case. */
function flagOrText(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const lower = typeof value === "string" ? value.toLowerCase() : "";
  if (lower !== "true" && lower !== "false") throw new Mismatch("true or false", value);
  return lower === "true";
}

/**
 * Every parse function takes the parsed JSON, which it changes, and the endpoint it came from. It throws
 * `CS-ANSWER-SCHEMA`, which names endpoint, field and what was expected, but not the value.
 */
type Parse<T> = (json: unknown, endpoint: string) => T;

function parser<T>(check: Check<T>): Parse<T> {
  return (json, endpoint) => {
    try {
      return check(json);
    } catch (caught) {
      if (!(caught instanceof Mismatch)) throw caught;
      throw answerSchemaError(endpoint, caught.path, caught.expected, caught.found);
    }
  };
}

/** One page of the member list. */
export const parseMembers: Parse<readonly Member[]> = parser(listOf(member));

/** One member. */
export const parseMember: Parse<Member> = parser(member);

/** One page of the team list. */
export const parseTeams: Parse<readonly Team[]> = parser(listOf(team));

/** One team. */
export const parseTeam: Parse<Team> = parser(team);

/** The organization. An answer with an empty name and nothing else, which has occurred, is an error. */
export const parseOrganization: Parse<Organization> = parser(organization);

/** One page of the organizations that the key can see. */
export const parseOrganizations: Parse<readonly Organization[]> = parser(listOf(organization));

/** Whose key it is. */
export const parseSelf: Parse<Self> = parser(self);

/** One service account. */
export const parseService: Parse<Service> = parser(service);

const parseTeamAnswer = parser(teamMembers);

/** The members of one team; the answer is an object with the one key `members`. */
export const parseTeamMembers: Parse<readonly TeamMember[]> = (json, endpoint) =>
  parseTeamAnswer(json, endpoint).members;
