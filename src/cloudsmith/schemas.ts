/**
 * What Cloudsmith answers, checked, and the types that follow from the checks. What decides about access must be right;
 * what merely decorates may be missing or null. Unknown keys are dropped.
 */
import {
  type Checked,
  filledText,
  flag,
  flagOrText,
  listOf,
  objectOf,
  rowId,
  text,
  unlessUnknown,
} from "../sdk/api/json-check.ts";

/*
 * The row policy. A list that holds a row without an id is refused as a whole. Anything else may be missing or null,
 * which both mean unknown: never false, never empty, never nobody. A value of another type refuses the answer, because
 * whatever changed it may have changed the rest.
 */
/** Text that may be unknown. */
export const note = unlessUnknown(text);

/** A membership of the organization (Cloudsmith API: OrganizationMembership). */
export const member = objectOf({
  /** Stable. */
  user_id: rowId,
  /** Slug of the user; may be renamed. */
  user: unlessUnknown(filledText),
  user_name: note,
  /** May be redacted for keys of a narrow role. */
  email: note,
  /** `Owner`, `Manager`, `Member`, `Collaborator`, or a role that is newer than this connector. */
  role: note,
  /** Text in bindings of early 2024. */
  is_active: unlessUnknown(flagOrText),
  has_two_factor: unlessUnknown(flag),
  /** RFC 3339, as all times. */
  joined_at: note,
  /** Absent when the person never logged in or it is not known. */
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

/** A team (Cloudsmith API: OrganizationTeam). `slug_perm` is stable, `visibility` is `Visible` or `Hidden`. */
export const team = objectOf({
  slug_perm: rowId,
  slug: filledText,
  name: filledText,
  description: note,
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

/**
 * Whose key it is (Cloudsmith API: UserBrief). Without a good key `authenticated` is false and the rest unknown; service
 * accounts have no address.
 */
export const self = objectOf({ authenticated: flag, slug: note, slug_perm: note, name: note, email: note });
export type Self = Checked<typeof self>;

/** A service account (Cloudsmith API: Service), with the role `Manager` or `Member`; its masked key is dropped here. */
export const service = objectOf({ slug: filledText, name: note, role: note });
export type Service = Checked<typeof service>;

/**
 * The members of a team as the team itself lists them (Cloudsmith API: OrganizationTeamMembers): slugs of users or of
 * service accounts, with the role `Manager` or `Member`. Older answers have no `user_kind`, which is `User` or `Service`.
 */
export const teamMembers = objectOf({
  members: listOf(objectOf({ user: filledText, role: note, user_kind: note })),
});
export type TeamMember = Checked<typeof teamMembers>["members"][number];
