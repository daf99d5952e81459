/**
 * What Cloudsmith answers, checked, and the types that follow from the checks. What decides about access must be right;
 * what merely decorates may be missing or null. Unknown keys are dropped.
 */
import {
  type Checked,
  filledId,
  filledText,
  flag,
  listOf,
  objectOf,
  rowId,
  text,
  unlessUnknown,
  upTo,
} from "../sdk/api/json-check.ts";

/*
 * The row policy. A list that holds a row without an id is refused as a whole. Anything else may be missing or null,
 * which both mean unknown: never false, never empty, never nobody. What is certain all the same is taken: true and false as
 * text, an id as a whole number. Any other value of another type refuses the answer, because whatever changed it may have
 * changed the rest.
 */
/**
 * Longest texts. What is documented has 12 characters as an id, 200 as a name. Ids stay in memory, and what a team or the
 * organization is called stands in many rows; so a server could fill the memory with longer ones.
 */
const longest = { id: 256, name: 10_240, personName: 2 ** 20 } as const;
/** Text that may be unknown. */
export const note = unlessUnknown(upTo(longest.name, text));
/** What a person is called stands in one row only; it may be unknown. */
const personName = unlessUnknown(upTo(longest.personName, text));
/** A word out of a few, or a time; it may be unknown. */
const word = unlessUnknown(upTo(longest.id, text));
/** The id of a row, "" where it has none. */
export const id = upTo(longest.id, rowId);
/** A login, a slug, or the id of what is no row. */
export const slug = upTo(longest.id, filledText);
const name = upTo(longest.name, filledText);

/** A membership of the organization (Cloudsmith API: OrganizationMembership). */
export const member = objectOf({
  /** Stable. */
  user_id: id,
  /** Slug of the user; may be renamed. */
  user: unlessUnknown(slug),
  user_name: personName,
  /** May be redacted for keys of a narrow role. */
  email: note,
  /** `Owner`, `Manager`, `Member`, `Collaborator`, or a role that is newer than this connector. */
  role: word,
  /** Text in bindings of early 2024. */
  is_active: unlessUnknown(flag),
  has_two_factor: unlessUnknown(flag),
  /** RFC 3339, as all times. */
  joined_at: word,
  /** Absent when the person never logged in or it is not known. */
  last_login_at: word,
  last_login_method: word,
  /** `Public` or `Private`. */
  visibility: word,
  user_url: personName,
  /** `User` or `Service`; members do not carry it as far as is documented. */
  user_kind: word,
  /** Undefined when the API does not say it at all, empty when the member is in no team. They have no immutable id here. */
  teams: unlessUnknown(listOf(objectOf({ slug, name: note, role: word }))),
});
export type Member = Checked<typeof member>;

/** A team (Cloudsmith API: OrganizationTeam). `slug_perm` is stable, `visibility` is `Visible` or `Hidden`. */
export const team = objectOf({
  slug_perm: id,
  slug,
  name: note,
  description: note,
  visibility: word,
});
export type Team = Checked<typeof team>;

/** The organization (Cloudsmith API: Organization). An answer with an empty name and nothing else has occurred. */
export const organization = objectOf({
  slug_perm: upTo(longest.id, filledId),
  slug,
  name,
  created_at: word,
  country: note,
  location: note,
  tagline: note,
});
export type Organization = Checked<typeof organization>;

/**
 * Whose key it is (Cloudsmith API: UserBrief). Without a good key `authenticated` is false and the rest unknown; service
 * accounts have no address.
 */
export const self = objectOf({
  authenticated: flag,
  slug: word,
  slug_perm: unlessUnknown(id),
  name: note,
  email: note,
});
export type Self = Checked<typeof self>;

/** A service account (Cloudsmith API: Service), with the role `Manager` or `Member`; its masked key is dropped here. */
export const service = objectOf({ slug, name: note, role: word });
export type Service = Checked<typeof service>;

/**
 * The members of a team as the team itself lists them (Cloudsmith API: OrganizationTeamMembers): slugs of users or of
 * service accounts, with the role `Manager` or `Member`. Older answers have no `user_kind`, which is `User` or `Service`.
 */
export const teamMembers = objectOf({
  members: listOf(objectOf({ user: slug, role: word, user_kind: word })),
});
export type TeamMember = Checked<typeof teamMembers>["members"][number];
