/**
 * Endpoints for what a sync reads only on request: identity providers, invitations, group mappings, repositories with
 * privileges and tokens, the audit log. Who may read what is assumed where the documents are silent: an Owner all, a
 * Manager all but the privileges and tokens of repositories without Admin there, others nothing of the organization.
 */
import { type Answer, errorAnswer, forbidden, jsonAnswer, notFound } from "../endpoints/answer.ts";
import type { Body } from "../endpoints/bodies.ts";
import type { OrganizationContext } from "../endpoints/context.ts";
import { pageAnswer, pageOf } from "../endpoints/paging.ts";
import { rowsOnDemand } from "../endpoints/row-list.ts";
import { createSearch } from "../endpoints/search.ts";
import { arranged, sortOf, unknownSort } from "../endpoints/sort.ts";
import { compare } from "../organization/directory.ts";
import type {
  AuditEvent,
  EntitlementToken,
  GroupSync,
  Invite,
  Member,
  OidcProvider,
  Privilege,
  Repository,
  Service,
  Team,
} from "../organization/model.ts";

const api = "https://api.cloudsmith.io/v1";

/** GET /orgs/{org}/openid-connect/ */
export function listOidcProviders(context: OrganizationContext): Answer {
  return managersList(context, context.directory.organization.onRequest.oidcProviders, providerBody);
}

/** GET /orgs/{org}/invites/ */
export function listInvites(context: OrganizationContext): Answer {
  const { slug, onRequest } = context.directory.organization;
  return managersList(context, onRequest.invites, (invite) => inviteBody(invite, slug));
}

/** GET /orgs/{org}/saml-group-sync/ */
export function listGroupSyncs(context: OrganizationContext): Answer {
  return managersList(context, context.directory.organization.onRequest.groupSyncs, groupSyncBody);
}

/** GET /orgs/{org}/saml-group-sync/status/ */
export function readGroupSyncStatus(context: OrganizationContext): Answer {
  if (!context.view.isComplete) return forbidden();
  const isOn = context.directory.organization.onRequest.groupSyncs.length > 0;
  return jsonAnswer(200, JSON.stringify({ saml_group_sync_status: isOn }));
}

/** GET /repos/{owner}/ */
export function listRepositories(context: OrganizationContext): Answer {
  const sort = sortOf(context.query, ["created_at", "name", "downloads", "favorites", "package_count", "size"]);
  if (!sort) return unknownSort();
  const value = (repository: Repository): string => (sort.field === "name" ? repository.name : repository.createdAt);
  // Newest first, unless the request says otherwise.
  const direction = context.query.get("sort") ? sort : { ...sort, isDescending: true };
  const rows = context.directory.organization.onRequest.repositories
    .filter((repository) => context.view.isComplete || levelsOf(context, repository).length > 0)
    .sort((a, b) => compare(value(a), value(b)) || compare(a.slug, b.slug));
  const { slug } = context.directory.organization;
  return listAnswer(context, arranged(rows, direction, undefined), (repository) => repositoryBody(repository, slug));
}

/** GET /repos/{owner}/{repo}/ */
export function readRepository(context: OrganizationContext, id: string): Answer {
  const repository = repositoryOf(context, id);
  if (!repository || !(context.view.isComplete || levelsOf(context, repository).length > 0)) return notFound();
  return jsonAnswer(200, JSON.stringify(repositoryBody(repository, context.directory.organization.slug)));
}

/** GET /repos/{owner}/{repo}/privileges: only explicit ones, in pages without headers. */
export function listPrivileges(context: OrganizationContext, id: string): Answer {
  const repository = repositoryOf(context, id);
  if (!repository) return notFound();
  if (!administers(context, repository)) return forbidden();
  const rows = pageOf(repository.privileges, context.query);
  if (!rows) return errorAnswer(404, "Invalid page.");
  return jsonAnswer(200, JSON.stringify({ privileges: rows.map(privilegeBody) }));
}

/** GET /entitlements/{owner}/{repo}/: a client that only governs has no use for the tokens themselves. */
export function listTokens(context: OrganizationContext, id: string): Answer {
  const repository = repositoryOf(context, id);
  if (!repository) return notFound();
  if (context.query.get("show_tokens")?.toLowerCase() === "true") {
    return errorAnswer(400, "The sandbox has no tokens to show, and a client of it should not ask for them.");
  }
  if (!administers(context, repository)) return forbidden();
  return listAnswer(context, repository.tokens, tokenBody);
}

/** GET /audit-log/{owner}/: newest first; `query` knows `event:`, `actor:` and `actor_kind:`. */
export function listAuditEvents(context: OrganizationContext): Answer {
  const search = createSearch(context.query.get("query"));
  const rows = context.directory.organization.onRequest.auditEvents.filter(
    ({ event, actor }) =>
      !search || search({ fields: { event, actor: slugOf(actor) ?? "", actor_kind: kindOf(actor) }, text: [event] }),
  );
  return managersList(context, rows, (row) => eventBody(row, context.directory.organization));
}

function managersList<T>(context: OrganizationContext, rows: readonly T[], render: (row: T) => Body): Answer {
  return context.view.isComplete ? listAnswer(context, rows, render) : forbidden();
}

function listAnswer<T>(context: OrganizationContext, rows: readonly T[], render: (row: T) => Body): Answer {
  return pageAnswer(rowsOnDemand(rows, render), context);
}

function repositoryOf({ directory }: OrganizationContext, id: string): Repository | undefined {
  return directory.organization.onRequest.repositories.find(({ slug, slugPerm }) => slug === id || slugPerm === id);
}

/** Levels that the caller holds explicitly on the repository. */
function levelsOf({ caller }: OrganizationContext, { privileges }: Repository): readonly Privilege["level"][] {
  const holder = caller.kind === "user" ? caller.member : caller.service;
  const teams = new Set(holder.memberships.map(({ team }) => team));
  return privileges
    .filter(({ user, team, service }) => user === holder || service === holder || (team && teams.has(team)))
    .map(({ level }) => level);
}

function administers(context: OrganizationContext, repository: Repository): boolean {
  const isOwner = context.caller.kind === "user" && context.caller.member.role === "Owner";
  return isOwner || levelsOf(context, repository).includes("Admin");
}

function providerBody(provider: OidcProvider): Body {
  return {
    claims: provider.claims,
    enabled: provider.enabled,
    name: provider.name,
    provider_url: provider.providerUrl,
    service_accounts: provider.serviceAccounts,
    slug: provider.slugPerm.toLowerCase(),
    slug_perm: provider.slugPerm,
  };
}

function inviteBody(invite: Invite, org: string): Body {
  return {
    email: invite.email,
    expires_at: invite.expiresAt,
    inviter: invite.inviter,
    inviter_url: profileUrl(invite.inviter),
    org,
    role: invite.role,
    slug_perm: invite.slugPerm,
    teams: invite.memberships.map(({ team, role }) => ({ team: team.slug, role })),
    user: invite.user,
    user_url: invite.user === null ? null : profileUrl(invite.user),
  };
}

function groupSyncBody({ slugPerm, team, idpKey, idpValue, role }: GroupSync): Body {
  return { idp_key: idpKey, idp_value: idpValue, role, slug_perm: slugPerm, team: team.slug };
}

function repositoryBody(repository: Repository, org: string): Body {
  return {
    created_at: repository.createdAt,
    default_privilege: repository.defaultPrivilege,
    deleted_at: null,
    description: repository.description,
    is_open_source: repository.kind === "Open-Source",
    is_private: repository.kind === "Private",
    is_public: repository.kind === "Public",
    name: repository.name,
    namespace: org,
    repository_type_str: repository.kind,
    self_html_url: `https://cloudsmith.io/~${org}/repos/${repository.slug}/`,
    self_webapp_url: `https://app.cloudsmith.com/${org}/r/${repository.slug}`,
    slug: repository.slug,
    slug_perm: repository.slugPerm,
  };
}

function privilegeBody({ level, user, team, service }: Privilege): Body {
  return {
    privilege: level,
    ...(user && { user: user.user }),
    ...(team && { team: team.slug }),
    ...(service && { service: service.slug }),
  };
}

function tokenBody(token: EntitlementToken): Body {
  return {
    created_at: token.createdAt,
    created_by: token.createdBy,
    is_active: token.isActive,
    limit_date_range_to: token.expiresAt,
    name: token.name,
    slug_perm: token.slugPerm,
    // Hidden, but for the form.
    token: "*".repeat(16),
    user: token.user?.user ?? null,
    user_url: token.user ? profileUrl(token.user.user) : null,
  };
}

function eventBody(
  { uuid, event, eventAt, actor, target }: AuditEvent,
  organization: { readonly slug: string; readonly slugPerm: string },
): Body {
  const object = target ?? organization;
  return {
    actor: slugOf(actor) ?? null,
    actor_ip_address: actor ? "203.0.113.7" : null,
    actor_kind: kindOf(actor),
    actor_slug_perm: actor ? idOf(actor) : null,
    actor_url: actor && "userId" in actor ? profileUrl(actor.user) : null,
    context: "",
    event,
    event_at: eventAt,
    object: slugOf(object),
    object_kind: target ? kindOf(target) : "organization",
    object_slug_perm: idOf(object),
    target: organization.slug,
    target_kind: "namespace",
    target_slug_perm: organization.slugPerm,
    uuid,
  };
}

type Named = Member | Service | Team | { readonly slug: string; readonly slugPerm: string };

function slugOf(named: Named | null): string | undefined {
  if (!named) return undefined;
  return "userId" in named ? named.user : named.slug;
}

function idOf(named: Named): string {
  return "userId" in named ? named.userId : named.slugPerm;
}

function kindOf(named: Member | Service | Team | null): string {
  if (!named) return "system";
  if ("userId" in named) return "user";
  return "keyTail" in named ? "service_account" : "team";
}

function profileUrl(slug: string): string {
  return `${api}/users/profile/${encodeURIComponent(slug)}/`;
}
