/** From path to endpoint, with the checks that come before it: credential, then organization. */

import {
  listAuditEvents,
  listGroupSyncs,
  listInvites,
  listOidcProviders,
  listPrivileges,
  listRepositories,
  listTokens,
  readGroupSyncStatus,
  readRepository,
} from "../on-request/endpoints.ts";
import { listOrganizations, rateLimits, readOrganization, statusCheck, userSelf } from "./account.ts";
import { type Answer, errorAnswer, notFound } from "./answer.ts";
import type { AnyContext, OrganizationContext } from "./context.ts";
import { listMembers, readMember } from "./members.ts";
import { listKeyRules, listServices, readService } from "./services.ts";
import { listTeamMembers, listTeams, readTeam } from "./teams.ts";
import { createView } from "./view.ts";

type Endpoint = (context: OrganizationContext, id: string) => Answer;

/** Paths outside an organization. `isOpen`: answers callers without a key, too. */
const outerRoutes: ReadonlyMap<string, { readonly isOpen: boolean; answer(context: AnyContext): Answer }> = new Map([
  ["/status/check/basic/", { isOpen: true, answer: statusCheck }],
  ["/user/self/", { isOpen: true, answer: userSelf }],
  ["/rates/limits/", { isOpen: true, answer: rateLimits }],
  ["/orgs/", { isOpen: false, answer: listOrganizations }],
]);

/**
 * Paths of an organization, without its name, which is the second segment; the first group is the id of what is asked
 * for. Slashes at the end are part of them.
 */
const organizationRoutes: readonly (readonly [RegExp, Endpoint])[] = [
  [/^\/orgs\/$/, readOrganization],
  [/^\/orgs\/members\/$/, listMembers],
  [/^\/orgs\/members\/([^/]+)\/$/, readMember],
  [/^\/orgs\/teams\/$/, listTeams],
  [/^\/orgs\/teams\/([^/]+)\/$/, readTeam],
  [/^\/orgs\/teams\/([^/]+)\/members\/?$/, listTeamMembers],
  [/^\/orgs\/services\/$/, listServices],
  [/^\/orgs\/api-key-rules\/$/, listKeyRules],
  [/^\/orgs\/services\/([^/]+)\/$/, readService],
  [/^\/orgs\/openid-connect\/$/, listOidcProviders],
  [/^\/orgs\/invites\/$/, listInvites],
  [/^\/orgs\/saml-group-sync\/$/, listGroupSyncs],
  [/^\/orgs\/saml-group-sync\/status\/$/, readGroupSyncStatus],
  [/^\/repos\/$/, listRepositories],
  [/^\/repos\/([^/]+)\/$/, readRepository],
  [/^\/repos\/([^/]+)\/privileges\/?$/, listPrivileges],
  [/^\/entitlements\/([^/]+)\/$/, listTokens],
  [/^\/audit-log\/$/, listAuditEvents],
];

/** The GET that would remove a member: a deprecated alias of DELETE, which a client that only reads never sends. */
export const destructiveGet = /^\/orgs\/[^/]+\/members\/[^/]+\/remove\/?$/;

/** Answers a GET. `path` is without the version prefix and not decoded. */
export function route(context: AnyContext, path: string): Answer {
  const { caller } = context;
  if (caller.kind === "rejected" && path !== "/status/check/basic/") return rejected(caller.status);
  const outer = outerRoutes.get(path);
  if (outer) return caller.kind === "anonymous" && !outer.isOpen ? missingCredential() : outer.answer(context);
  const [, root, organizationId, rest] = /^(\/[^/]+)\/([^/]+)(\/.*)$/.exec(path) ?? [];
  if (organizationId === undefined || rest === undefined) return notFound();
  if (caller.kind === "anonymous") return missingCredential();
  return routeInside(context, decoded(organizationId), `${root}${rest}`);
}

function routeInside(context: AnyContext, organizationId: string | undefined, rest: string): Answer {
  const { caller, directory, switches } = context;
  const { slug, slugPerm } = directory.organization;
  const isNamed = organizationId === slug || organizationId === slugPerm;
  if (!isNamed || (caller.kind !== "user" && caller.kind !== "service")) return notFound();
  for (const [pattern, endpoint] of organizationRoutes) {
    const match = pattern.exec(rest);
    const id = match && decoded(match[1] ?? "");
    if (id !== undefined && id !== null) {
      return endpoint({ ...context, caller, view: createView(caller, switches), organizationId }, id);
    }
  }
  return notFound();
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // malformed percent-encoding names nothing
  }
}

function rejected(status: 401 | 403): Answer {
  const headers = status === 401 ? { "WWW-Authenticate": 'Basic realm="Cloudsmith API"' } : {};
  return errorAnswer(status, "The sandbox does not know this credential.", headers);
}

function missingCredential(): Answer {
  return errorAnswer(401, "The sandbox wants a credential for this.");
}
