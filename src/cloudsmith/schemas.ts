/**
 * What Cloudsmith answers, checked, and the types that follow from the checks. What decides about access must be right;
 * what merely decorates may be missing or null. Unknown keys are dropped.
 */
import {
  type Check,
  type Checked,
  filledText,
  flag,
  listOf,
  Mismatch,
  objectOf,
  text,
  unlessUnknown,
} from "../sdk/api/json-check.ts";
import { answerSchemaError } from "./errors.ts";

/*
 * The row policy. A row without an id cannot be told from another: its id is "", and the list that holds it is refused
 * as a whole. Anything else may be missing or null, which both mean unknown: never false, never empty, never nobody. A
 * value of another type refuses the answer, because whatever changed it may have changed the rest.
 */
/** Text that may be unknown. */
export const note = unlessUnknown(text);

/** A membership of the organization (Cloudsmith API: OrganizationMembership). A missing value is unknown, never a default. */
export const member = objectOf({
  /** Stable id; "" when the row has none. */
  user_id: idOrNothing,
  /** Slug of the user; may be renamed. */
  user: unlessUnknown(filledText),
  user_name: note,
  /** May be redacted for keys of a narrow role. */
  email: note,
  /** `Owner`, `Manager`, `Member`, `Collaborator`, or a role that is newer than this connector. */
  role: note,
  is_active: unlessUnknown(flagOrText),
  has_two_factor: unlessUnknown(flag),
  /** RFC 3339. */
  joined_at: note,
  /** RFC 3339; absent when the person never logged in or it is not known. */
  last_login_at: note,
  last_login_method: note,
  /** `Public` or `Private`. */
  visibility: note,
  user_url: note,
  /** `User` or `Service`; members do not carry it as far as is documented. */
  user_kind: note,
  /** Undefined when the API does not say it at all, empty when the member is in no team. They have no immutable id here. */
  teams: unlessUnknown(listOf(objectOf({ slug: filledText, name: note, role: note }))),
});
export type Member = Checked<typeof member>;

/** A team (Cloudsmith API: OrganizationTeam). */
export const team = objectOf({
  /** Stable id; "" when the row has none. */
  slug_perm: idOrNothing,
  slug: filledText,
  name: filledText,
  description: note,
  /** `Visible` or `Hidden`. */
  visibility: note,
});
export type Team = Checked<typeof team>;

/** The organization (Cloudsmith API: Organization). An answer with an empty name and nothing else has occurred. */
export const organization = objectOf({
  slug_perm: filledText,
  slug: filledText,
  name: filledText,
  created_at: note,
  country: note,
  location: note,
  tagline: note,
});
export type Organization = Checked<typeof organization>;

/** Whose key it is (Cloudsmith API: UserBrief). Without a good key `authenticated` is false and the rest unknown. */
export const self = objectOf({
  authenticated: flag,
  slug: note,
  slug_perm: note,
  name: note,
  /** Absent for a service account. */
  email: note,
});
export type Self = Checked<typeof self>;

/** A service account (Cloudsmith API: Service); its masked key is dropped here. */
export const service = objectOf({
  slug: filledText,
  name: note,
  /** `Manager` or `Member`. */
  role: note,
  /** Only filled when the organization has an API key policy; RFC 3339. */
  key_expires_at: note,
});
export type Service = Checked<typeof service>;

/** The members of a team as the team itself lists them (Cloudsmith API: OrganizationTeamMembers). */
export const teamMembers = objectOf({
  members: listOf(
    objectOf({
      /** Slug of the user or service account. */
      user: filledText,
      /** `Manager` or `Member`. */
      role: note,
      /** `User` or `Service`; older answers do not say. */
      user_kind: note,
    }),
  ),
});
export type TeamMember = Checked<typeof teamMembers>["members"][number];

/** An id; "" for none, or for one that shows nothing. */
export function idOrNothing(value: unknown): string {
  const id = value === undefined || value === null ? "" : text(value);
  return isBlank(id) ? "" : id;
}

/** Characters that show nothing. */
const invisible = /^[\s\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u2800\u3164\uffa0]*$/u;

/** True for text in which there is nothing to be seen. */
export function isBlank(value: string): boolean {
  return invisible.test(value);
}

/** Bindings of early 2024 had text in place of true and false, in any case. */
function flagOrText(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const lower = typeof value === "string" ? value.toLowerCase() : "";
  if (lower !== "true" && lower !== "false") throw new Mismatch("true or false", value);
  return lower === "true";
}

/**
 * Checks parsed JSON, which it changes.
 * @throws BatonError `CS-ANSWER-SCHEMA`, which names endpoint, field and what was expected, but not the value.
 */
export function parse<T>(check: Check<T>, json: unknown, endpoint: string): T {
  try {
    return check(json);
  } catch (caught) {
    if (!(caught instanceof Mismatch)) throw caught;
    throw answerSchemaError(endpoint, caught.path, caught.expected, caught.found);
  }
}
