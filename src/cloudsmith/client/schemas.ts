/**
 * Checks what Cloudsmith answers against what its API promises, so that the rest of the connector meets checked records
 * only. What decides about access must be right; what merely decorates may be missing or null. Unknown keys are dropped.
 */
import { z } from "zod";
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
const id = z.string().min(1);
/** Text that may be unknown. */
const note = z.optional(z.nullable(z.string()));
const flagNote = z.optional(z.nullable(z.boolean()));

const memberSchema = z.object({
  user_id: id,
  user: z.optional(z.nullable(id)),
  user_name: note,
  email: note,
  role: note,
  // Bindings of early 2024 had it as text.
  is_active: z.optional(z.nullable(z.union([z.boolean(), z.string()]))),
  has_two_factor: flagNote,
  joined_at: note,
  last_login_at: note,
  last_login_method: note,
  visibility: note,
  user_url: note,
  teams: z.optional(z.nullable(z.array(z.object({ slug: id, name: note, role: note })))),
});
const teamSchema = z.object({ slug_perm: id, slug: id, name: id, description: note, visibility: note });
const organizationSchema = z.object({
  slug_perm: id,
  slug: id,
  name: id,
  created_at: note,
  country: note,
  location: note,
  tagline: note,
});
const selfSchema = z.object({ authenticated: z.boolean(), slug: note, slug_perm: note, name: note, email: note });
const serviceSchema = z.object({ slug: id, name: note, role: note, key_expires_at: note });
const teamMembersSchema = z.object({ members: z.array(z.object({ user: id, role: note, user_kind: note })) });
const memberListSchema = z.array(memberSchema);
const teamListSchema = z.array(teamSchema);
const organizationListSchema = z.array(organizationSchema);

/**
 * Every parse function takes the parsed JSON and the endpoint it came from, and throws `CS-ANSWER-SCHEMA`, which names
 * endpoint, field and what was expected, but not the value.
 */
type Parse<T> = (json: unknown, endpoint: string) => T;

/** One page of the member list. `is_active` may come as text in any case. */
export const parseMembers: Parse<readonly Member[]> = (json, endpoint) =>
  check(memberListSchema, json, endpoint).map((row, index) => toMember(row, endpoint, [index]));

/** One member. */
export const parseMember: Parse<Member> = (json, endpoint) =>
  toMember(check(memberSchema, json, endpoint), endpoint, []);

/** One page of the team list. */
export const parseTeams: Parse<readonly Team[]> = (json, endpoint) =>
  check(teamListSchema, json, endpoint).map(withoutNulls);

/** One team. */
export const parseTeam: Parse<Team> = (json, endpoint) => withoutNulls(check(teamSchema, json, endpoint));

/** The organization. An answer with an empty name and nothing else, which has occurred, is an error. */
export const parseOrganization: Parse<Organization> = (json, endpoint) =>
  withoutNulls(check(organizationSchema, json, endpoint));

/** One page of the organizations that the key can see. */
export const parseOrganizations: Parse<readonly Organization[]> = (json, endpoint) =>
  check(organizationListSchema, json, endpoint).map(withoutNulls);

/** Whose key it is. */
export const parseSelf: Parse<Self> = (json, endpoint) => withoutNulls(check(selfSchema, json, endpoint));

/** One service account. */
export const parseService: Parse<Service> = (json, endpoint) => withoutNulls(check(serviceSchema, json, endpoint));

/** The members of one team; the answer is an object with the one key `members`. */
export const parseTeamMembers: Parse<readonly TeamMember[]> = (json, endpoint) =>
  check(teamMembersSchema, json, endpoint).members.map(withoutNulls);

type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Turns null into undefined, in place: the record was made by the check and is nobody else's. */
function withoutNulls<T extends object>(record: T): WithoutNulls<T> {
  const fields = record as Record<string, unknown>;
  for (const key in fields) if (fields[key] === null) fields[key] = undefined;
  return record as WithoutNulls<T>; // No null is left.
}

function toMember(row: z.infer<typeof memberSchema>, endpoint: string, path: readonly number[]): Member {
  const member = withoutNulls(row);
  if (typeof member.is_active === "string") {
    const active = booleanOf(member.is_active);
    if (active === undefined) {
      throw answerSchemaError(endpoint, [...path, "is_active"], "true or false", "other text");
    }
    member.is_active = active;
  }
  for (const team of member.teams ?? []) withoutNulls(team);
  // The text form of is_active and all nulls are gone.
  return member as Member;
}

function booleanOf(value: string): boolean | undefined {
  const lower = value.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

function check<S extends z.ZodType>(schema: S, json: unknown, endpoint: string): z.infer<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw answerSchemaError(endpoint, issue?.path ?? [], expectedBy(issue), kindOf(valueAt(json, issue?.path ?? [])));
}

function expectedBy(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case "invalid_type":
      return issue.expected;
    case "too_small":
      return "text that is not empty";
    case "invalid_union":
      return "true or false";
    default:
      return "another value";
  }
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The JSON type of a value; "nothing" when the key is missing. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value === "") return "empty text";
  return Array.isArray(value) ? "array" : typeof value;
}
