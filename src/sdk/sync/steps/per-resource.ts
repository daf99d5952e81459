/** Entitlements and grants: a planner finds the resources to ask, then each is asked page by page. */
import type { EntitlementTemplate, Page } from "../../contracts/connector.ts";
import type { Annotation, Entitlement, Grant, Resource } from "../../contracts/model.ts";
import { BatonError, Status } from "../../errors.ts";
import { annotationUrl } from "../../resources/annotations.ts";
import { entitlementId } from "../../resources/ids.ts";
import { withoutIdWarning } from "../identities.ts";
import { type Flaw, flawOfEntitlement, flawOfGrant, flawOfTemplate } from "../page-flaws.ts";
import { callConnector, connectorFault, type StepContext, syncerOf, turnPage, warnIf } from "../step-context.ts";
import type { Action } from "../sync-state.ts";

/** The two kinds of rows that are asked for per resource. */
export type PerResourceKind = "entitlements" | "grants";

const skipUrls: Readonly<Record<PerResourceKind, readonly string[]>> = {
  entitlements: [annotationUrl("SkipEntitlementsAndGrants"), annotationUrl("SkipEntitlements")],
  // On a type, Go SDK v0.25.0 overlooks SkipGrants, later ones honour it; so does this engine.
  grants: [annotationUrl("SkipEntitlementsAndGrants"), annotationUrl("SkipGrants")],
};
/** The operation that reads the rows of one resource. */
export const operationOf = { entitlements: "list-entitlements", grants: "list-grants" } as const;
const maxEnqueued = 1_024;

/** Puts one action per resource on the stack, the first resource on top; types and resources that skip are left out. */
export function planPerResource(context: StepContext, action: Action, kind: PerResourceKind): void {
  const { store, state, logger, syncers } = context;
  if (action.pageToken === "") logger.info(`Syncing ${kind}...`);
  const resourceTypeIds = store.rows
    .listResourceTypes()
    .filter((type) => !skips(type.annotations, kind) && syncers.get(type.id)?.[kind] !== undefined)
    .map((type) => type.id);
  const page =
    resourceTypeIds.length > 0 ? store.rows.listResources({ resourceTypeIds, pageToken: action.pageToken }) : noPage;
  turnPage(context, action, page.nextPageToken, page.items.length);
  for (const resource of page.items.toReversed()) {
    if (skips(resource.annotations, kind)) continue;
    state.push({
      operation: operationOf[kind],
      resourceTypeId: resource.id.resourceType,
      resourceId: resource.id.resource,
    });
    context.planned.set(plannedKey(resource.id.resourceType, resource.id.resource), resource);
    const key = totalKey(kind, resource.id.resourceType);
    context.totals.set(key, (context.totals.get(key) ?? 0) + 1);
  }
}

const noPage: Page<never> = { items: [], nextPageToken: "" };

function totalKey(kind: PerResourceKind, resourceTypeId: string): string {
  return `${kind}/${resourceTypeId}`;
}

/** True when annotations of a type or resource say that it is not asked for these rows. */
export function skips(annotations: readonly Annotation[], kind: PerResourceKind): boolean {
  return annotations.some((annotation) => skipUrls[kind].includes(annotation.typeUrl));
}

/** Stores one page of a resource's entitlements. */
export async function syncEntitlements(context: StepContext, action: Action): Promise<void> {
  const { resource, page } = await askResource<Entitlement>(context, action, "entitlements", flawOfEntitlement);
  const rows = context.filter.entitlements(page.items);
  warnOfLost(context, "entitlements", page.items, rows);
  context.identities.admitEntitlements(rows);
  context.store.rows.putEntitlements(rows);
  finishPage(context, action, { kind: "entitlements", resource, page, rows: rows.length });
}

/** Stores one page of the grants that a resource's syncer gives. */
export async function syncGrants(context: StepContext, action: Action): Promise<void> {
  const { resource, page } = await askResource<Grant>(context, action, "grants", flawOfGrant);
  const given = context.external?.resolve(page.items) ?? page.items;
  const rows = context.filter.grants(given);
  warnOfLost(context, "grants", given, rows);
  if (rows.some((row) => row.expandable !== undefined)) context.state.flags.needsExpansion = true;
  context.identities.admitGrants(rows);
  context.store.grants.put(rows);
  finishPage(context, action, { kind: "grants", resource, page, rows: rows.length });
}

function warnOfLost(
  context: StepContext,
  what: PerResourceKind,
  given: readonly { readonly id: string }[],
  kept: readonly unknown[],
): void {
  if (kept.length < given.length) {
    warnIf(
      context,
      withoutIdWarning(
        `${what}`,
        given.map(({ id }) => id),
      ),
    );
  }
}

async function askResource<T extends Entitlement | Grant>(
  context: StepContext,
  action: Action,
  kind: PerResourceKind,
  flawOfRow: (row: T) => Flaw,
): Promise<{ resource: Resource; page: Page<T> }> {
  const syncer = syncerOf(context, action.resourceTypeId);
  const resource = storedResource(context, action);
  const page = await callConnector(context, action, flawOfRow, async (options) => {
    // The two methods differ only in what they list; T is the caller's word for it.
    const list = syncer[kind] as ((resource: Resource, opts: typeof options) => Promise<Page<T>>) | undefined;
    return list ? await list.call(syncer, resource, options) : noPage;
  });
  return { resource, page };
}

function plannedKey(resourceTypeId: string, resourceId: string): string {
  return `${resourceTypeId}:${resourceId}`;
}

/** The resource that is asked; the store is asked for it only where the planner is of an earlier run. */
function storedResource(context: StepContext, action: Action): Resource {
  const planned = context.planned.get(plannedKey(action.resourceTypeId, action.resourceId));
  if (planned) return planned;
  const resource = context.store.rows.getResource({ resourceType: action.resourceTypeId, resource: action.resourceId });
  if (resource) return resource;
  throw new BatonError({
    code: "BATON-RESOURCE-GONE",
    status: Status.notFound,
    message: `${action.resourceTypeId} '${action.resourceId}' is planned but not in the file.`,
  });
}

function finishPage(
  context: StepContext,
  action: Action,
  done: { kind: PerResourceKind; resource: Resource; page: Page<unknown>; rows: number },
): void {
  context.progress.addRows(done.kind, done.rows);
  const through = turnPage(context, action, done.page.nextPageToken, done.page.items.length);
  if (through) context.planned.delete(plannedKey(action.resourceTypeId, action.resourceId));
  enqueue(context, action, done.page.enqueuePageTokens ?? []);
  if (through && !action.spawned) {
    const total = context.totals.get(totalKey(done.kind, done.resource.id.resourceType));
    context.progress.resourceDone(done.kind, done.resource.id.resourceType, total);
  }
}

/** Gives each enqueued cursor an action of its own. */
function enqueue(context: StepContext, action: Action, tokens: readonly string[]): void {
  if (tokens.length === 0) return;
  if (tokens.length > maxEnqueued || tokens.includes("") || new Set(tokens).size !== tokens.length) {
    const what = `The connector enqueued page tokens that are empty, doubled or more than ${maxEnqueued}.`;
    throw connectorFault("BATON-PAGE-TOKEN", what);
  }
  const { operation, resourceTypeId, resourceId } = action;
  for (const pageToken of tokens) {
    context.state.push({ operation, resourceTypeId, resourceId, pageToken, spawned: true });
  }
}

/** Entitlements that every resource of a type offers alike: asked for once, stored once per resource. */
const noTemplates: Page<never> = { items: [], nextPageToken: "" };

/** Puts one action per type that has static entitlements on the stack. */
export function planStaticEntitlements({ store, state, logger, syncers }: StepContext, action: Action): void {
  logger.info("Syncing static entitlements...");
  state.finish(action.id);
  for (const type of store.rows.listResourceTypes()) {
    if (!syncers.get(type.id)?.staticEntitlements) continue;
    state.push({ operation: "list-static-entitlements", resourceTypeId: type.id });
  }
}

/** Stores one page of a type's templates for every resource of the type. */
export async function syncStaticEntitlements(context: StepContext, action: Action): Promise<void> {
  const syncer = syncerOf(context, action.resourceTypeId);
  const page = await callConnector(context, action, flawOfTemplate, async (options) =>
    syncer.staticEntitlements ? await syncer.staticEntitlements(options) : noTemplates,
  );
  if (page.items.length > 0) storeForEachResource(context, action.resourceTypeId, page.items);
  turnPage(context, action, page.nextPageToken, page.items.length);
}

function storeForEachResource(context: StepContext, typeId: string, templates: readonly EntitlementTemplate[]): void {
  let pageToken = "";
  do {
    const resources = context.store.rows.listResources({ resourceTypeIds: [typeId], pageToken });
    const rows = resources.items.flatMap((resource) => templates.map((template) => instantiate(template, resource)));
    context.store.rows.putEntitlements(rows);
    context.progress.addRows("entitlements", rows.length);
    pageToken = resources.nextPageToken;
  } while (pageToken !== "");
}

function instantiate(template: EntitlementTemplate, resource: Resource): Entitlement {
  return {
    ...template,
    id: entitlementId(resource.id, template.slug),
    resource,
    displayName: template.displayName || resource.displayName,
    description: template.description || (resource.description ?? ""),
  };
}
