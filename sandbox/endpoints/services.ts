/** Endpoints under /orgs/{org}/services/ (Cloudsmith API: services list, services read). */

import { keysExpireAtMs } from "../keys.ts";
import { compare } from "../organization/directory.ts";
import type { Service } from "../organization/model.ts";
import { type Answer, forbidden, jsonAnswer, notFound } from "./answer.ts";
import { type Body, keyRuleBody, serviceBody } from "./bodies.ts";
import type { OrganizationContext } from "./context.ts";
import { pageAnswer } from "./paging.ts";
import { rowsOnDemand } from "./row-list.ts";
import { createSearch } from "./search.ts";
import { arranged, sortOf, unknownSort } from "./sort.ts";

const sortValue = {
  created_at: (service: Service) => service.createdAt,
  name: (service: Service) => service.name,
  role: (service: Service) => service.role,
} as const;

/** GET /orgs/{org}/services/ */
export function listServices(context: OrganizationContext): Answer {
  if (!namesOrganizationBySlug(context)) return notFound();
  if (!context.view.seesServices) return forbidden();
  const sort = sortOf(context.query, ["created_at", "name", "role"]);
  if (!sort) return unknownSort();
  const search = createSearch(context.query.get("query"));
  const value = sortValue[sort.field];
  const rows = context.directory.organization.services
    .filter(({ name, role, slug }) => !search || search({ fields: { name, role }, text: [name, slug] }))
    .sort((a, b) => compare(value(a), value(b)) || compare(a.slug, b.slug));
  const { switches, random } = context;
  return pageAnswer(
    rowsOnDemand(arranged(rows, sort, switches.unstableSort ? random : undefined), (row) => shown(row, context)),
    context,
  );
}

/** GET /orgs/{org}/services/{service}/: a service account may read itself, whatever its role. */
export function readService(context: OrganizationContext, slug: string): Answer {
  if (!namesOrganizationBySlug(context)) return notFound();
  const service = context.directory.service(slug);
  if (!service) return notFound();
  const isSelf = context.caller.kind === "service" && context.caller.service === service;
  if (!isSelf && !context.view.seesServices) return forbidden();
  return jsonAnswer(200, JSON.stringify(shown(service, context)));
}

/** GET /orgs/{org}/api-key-rules/ */
export function listKeyRules({
  switches: { keyRule },
  view,
  query,
  url,
  switches,
  keysMadeAtMs,
}: OrganizationContext): Answer {
  if (!view.seesServices) return forbidden();
  const rows = keyRule === undefined ? [] : [keyRuleBody(keyRule, keysMadeAtMs)];
  return pageAnswer(
    rowsOnDemand(rows, (row) => row),
    { query, url, switches },
  );
}

function shown(service: Service, { switches: { keyRule }, keysMadeAtMs }: OrganizationContext): Body {
  return serviceBody(service, keyRule && keysExpireAtMs(keyRule, keysMadeAtMs));
}

/** Unlike the other lists, this one does not take the organization's immutable id. */
function namesOrganizationBySlug({ organizationId, directory }: OrganizationContext): boolean {
  return organizationId === directory.organization.slug;
}
