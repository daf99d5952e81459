/**
 * Addresses that are asked only on request, what they answer, checked, and what is kept of each row. The policy for
 * missing and odd values is that of the members (schemas.ts). Secrets are dropped here: no check names them.
 */
import { segment } from "../../sdk/api/api-client.ts";
import { type Checked, flag, listOf, Mismatch, objectOf, unlessUnknown } from "../../sdk/api/json-check.ts";
import { type List, orgList } from "../client.ts";
import { id, note, slug } from "../schemas.ts";

const teamPlaces = unlessUnknown(listOf(objectOf({ slug: note, team: note, role: note })));

/** A service account (Cloudsmith API: Service). */
export const serviceRow = objectOf({
  slug: id,
  name: note,
  description: note,
  role: note,
  teams: teamPlaces,
  created_at: note,
  created_by: note,
  key_expires_at: note,
});
export type ServiceRow = Checked<typeof serviceRow>;

/** An OIDC provider (Cloudsmith API: ProviderSettings). */
export const providerRow = objectOf({
  slug_perm: id,
  name: note,
  provider_url: note,
  enabled: unlessUnknown(flag),
  claims: unlessUnknown(claimTexts),
  service_accounts: unlessUnknown(listOf(slug)),
});
export type ProviderRow = Checked<typeof providerRow>;

/** A pending invitation (Cloudsmith API: OrganizationInvite). */
export const inviteRow = objectOf({
  slug_perm: id,
  email: note,
  user: note,
  role: note,
  inviter: note,
  expires_at: note,
  teams: teamPlaces,
});
export type InviteRow = Checked<typeof inviteRow>;

/** A repository (Cloudsmith API: Repository). */
export const repositoryRow = objectOf({
  slug_perm: id,
  slug,
  /** Slug of the organization. */
  namespace: note,
  name: note,
  description: note,
  created_at: note,
  default_privilege: note,
  repository_type_str: note,
  self_webapp_url: note,
});
export type RepositoryRow = Checked<typeof repositoryRow>;

/** An entitlement token (Cloudsmith API: RepositoryToken). */
export const tokenRow = objectOf({
  slug_perm: id,
  name: note,
  user: note,
  created_at: note,
  created_by: note,
  is_active: unlessUnknown(flag),
  limit_date_range_to: note,
});
export type TokenRow = Checked<typeof tokenRow>;

/** A group that fills a team (Cloudsmith API: OrganizationGroupSync). */
export const groupSyncRow = objectOf({
  slug_perm: id,
  team: note,
  idp_key: note,
  idp_value: note,
  role: note,
});

/** One of those who may hold a privilege; blank where somebody else does (Cloudsmith API: blank is null). */
const holder: typeof note = (value) => note(value) || undefined;
const privilegeRows = objectOf({
  privileges: listOf(objectOf({ privilege: note, user: holder, team: holder, service: holder })),
});
export type PrivilegeRow = Checked<typeof privilegeRows>["privileges"][number];

/** Service accounts. */
export const serviceRows = orgList("services", serviceRow, ({ slug }) => slug, ["name", "-name", "created_at"]);
/** OIDC providers; no order is documented. */
export const providerRows = orgList("openid-connect", providerRow, ({ slug_perm }) => slug_perm);
/** Pending invitations; no order is documented. */
export const inviteRows = orgList("invites", inviteRow, ({ slug_perm }) => slug_perm);
/** Repositories. */
export const repositoryRows: List<RepositoryRow> = {
  path: (org) => `/repos/${segment(org)}/`,
  subject: "list",
  check: listOf(repositoryRow),
  idOf: ({ slug_perm }) => slug_perm,
  orders: ["name", "-name", "created_at"],
};
/** Groups of SAML group sync; no order is documented. */
export const groupSyncRows = orgList("saml-group-sync", groupSyncRow, ({ slug_perm }) => slug_perm);
/** The entitlement tokens of one repository; `show_tokens` is never sent. */
export function tokenRows(repository: string): List<TokenRow> {
  return {
    path: (org) => `/entitlements/${segment(org)}/${segment(repository)}/`,
    subject: "list",
    check: listOf(tokenRow),
    idOf: ({ slug_perm }) => slug_perm,
    orders: ["name"],
  };
}
/** Explicit privileges on one repository; no headers say how many pages there are (Cloudsmith API: pagination). */
export function privilegeRowsOf(repository: string): List<PrivilegeRow> {
  return {
    path: (org) => `/repos/${segment(org)}/${segment(repository)}/privileges`,
    subject: "list",
    check: (value) => privilegeRows(value).privileges,
    idOf: ({ privilege, user, team, service }) => JSON.stringify([privilege, user, team, service]),
    orders: [],
  };
}

/** Claims by name; what is no text is written as JSON, as a claim may be a list. */
function claimTexts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Mismatch("an object", value);
  return Object.fromEntries(
    Object.entries(value).map(([name, claim]) => [name, typeof claim === "string" ? claim : JSON.stringify(claim)]),
  );
}

/** A line of the audit log (Cloudsmith API: NamespaceAuditLog). */
export const auditRow = objectOf({
  uuid: id,
  event: slug,
  event_at: slug,
  actor: note,
  actor_kind: note,
  actor_slug_perm: note,
  object: note,
  object_kind: note,
  object_slug_perm: note,
  target_kind: note,
  target_slug_perm: note,
});
export type AuditRow = Checked<typeof auditRow>;

/** The audit log, newest first; no order can be asked for. */
export const auditRows: List<AuditRow> = {
  path: (org) => `/audit-log/${segment(org)}/`,
  subject: "list",
  check: listOf(auditRow),
  idOf: ({ uuid }) => uuid,
  orders: [],
};
