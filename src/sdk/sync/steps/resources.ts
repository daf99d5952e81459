/** Lists resources: types first, then each page, scheduling the children that a resource announces. */

import type { Connector } from "../../contracts/connector.ts";
import {
  type Annotation,
  type Resource,
  type ResourceTarget,
  type ResourceType,
  Trait,
} from "../../contracts/model.ts";
import { BatonError, Status } from "../../errors.ts";
import { annotationUrl } from "../../resources/annotations.ts";
import { readString } from "../../wire/field-reader.ts";
import { withoutIdWarning } from "../identities.ts";
import { flawOfResource, flawOfSyncers } from "../page-flaws.ts";
import { callConnector, connectorFault, type StepContext, syncerOf, turnPage, warnIf } from "../step-context.ts";
import type { Action } from "../sync-state.ts";

const optInUrl = annotationUrl("OptInRequired");

/** Stores the resource types that are read, in the order in which the connector registers them. */
export function syncResourceTypes(context: StepContext, action: Action): void {
  const { store, state, logger, types } = context;
  logger.info("Syncing resource types...");
  store.rows.putResourceTypes(types);
  logger.info("Synced resource types", { count: types.length });
  state.finish(action.id);
}

/**
 * The types that a sync reads: those asked for, by name or by one of their resources; without a name all but those
 * that require to be asked for (wire: OptInRequired) and that no setting asks for.
 * @throws BatonError `BATON-TYPE-FILTER` when a type asked for does not exist; `BATON-CONNECTOR-FAULT` for types that are
 * not whole, or there twice.
 */
export function typesToRead(
  { syncers }: Connector,
  asked: readonly string[],
  targets: readonly ResourceTarget[] = [],
): readonly ResourceType[] {
  const flaw = flawOfSyncers(syncers);
  if (flaw !== undefined) {
    const message = `The connector declares its resource types in a way that cannot be read: ${flaw}.`;
    throw connectorFault("BATON-CONNECTOR-FAULT", message, "Nothing was read or written.");
  }
  const types = syncers.map((syncer) => syncer.resourceType);
  const unknown = asked.filter((id) => !types.some((type) => type.id === id));
  if (unknown.length > 0) {
    throw invalidFilter(
      unknown,
      types.map((type) => type.id),
    );
  }
  const named = new Set(targets.map(({ id }) => id.resourceType));
  return syncers
    .filter(({ resourceType: { id, annotations }, isAskedFor = false }) => {
      if (asked.length > 0) return asked.includes(id);
      return named.has(id) || isAskedFor || !isOptIn({ annotations });
    })
    .map(({ resourceType }) => resourceType);
}

/** True for a type that is synced only when it is asked for (wire: OptInRequired). */
export function isOptIn({ annotations }: Pick<ResourceType, "annotations">): boolean {
  return annotations.some(({ typeUrl }) => typeUrl === optInUrl);
}

/** The error for resource types that do not exist. */
function invalidFilter(unknown: readonly string[], known: readonly string[]): BatonError {
  return new BatonError({
    code: "BATON-TYPE-FILTER",
    status: Status.unknown,
    message: unknown.map((id) => `invalid resource type '${id}' in filter`).join("; "),
    effect: "Nothing was read or written.",
    hint: `Resource types of this connector: ${known.join(", ")}.`,
    fatal: true,
  });
}

/** By trait number: the messages are called as the traits are, such as `UserTrait`. */
const traitUrls: ReadonlyMap<number, string> = new Map(
  Object.entries(Trait).map(([name, trait]) => [
    trait,
    annotationUrl(`${name[0]?.toUpperCase()}${name.slice(1)}Trait`),
  ]),
);
const batonIdUrl = annotationUrl("BatonID");
const childUrl = annotationUrl("ChildResourceType");

/** Puts one listing per stored resource type on the stack, the first type on top. */
export function planResources({ store, state, logger }: StepContext, action: Action): void {
  logger.info("Syncing resources...");
  state.finish(action.id);
  for (const type of [...store.rows.listResourceTypes()].reverse()) {
    state.push({ operation: "list-resources", resourceTypeId: type.id });
  }
}

/** Stores one page of a listing. */
export async function syncResources(context: StepContext, action: Action): Promise<void> {
  const syncer = syncerOf(context, action.resourceTypeId);
  const parent =
    action.parentResourceId === ""
      ? undefined
      : { resourceType: action.parentResourceTypeId, resource: action.parentResourceId };
  const page = await callConnector(context, action, flawOfResource, (options) => syncer.list(parent, options));
  if (page.beginsAnew) {
    context.store.rows.removeResources(action.resourceTypeId, parent);
    context.identities.forget(action.resourceTypeId);
    context.progress.forgetResources(action.resourceTypeId);
  }
  const rows = page.items;
  warnIf(
    context,
    withoutIdWarning(
      `resources of type ${action.resourceTypeId}`,
      rows.map(({ id }) => id.resource),
    ),
  );
  const news = context.identities.admit(rows, page.replaces ?? false);
  for (const row of rows) {
    checkResource(row, syncer.resourceType);
    scheduleChildren(context, row);
  }
  context.store.rows.putResources(rows);
  if (page.toCome !== undefined) context.store.rows.expectResources(page.toCome);
  context.progress.addResources(action.resourceTypeId, rows.length);
  if (turnPage(context, action, page.nextPageToken, news)) context.progress.resourcesListed(action.resourceTypeId);
}

/** A resource must be of the type it was listed as and carry the traits that its type promises. */
export function checkResource(resource: Resource, type: ResourceType): void {
  if (resource.id.resourceType !== type.id) {
    throw faultyResource(`listed '${resource.id.resource}' of type '${resource.id.resourceType}' as '${type.id}'`);
  }
  if (hasAnnotation(resource.annotations, batonIdUrl)) {
    throw faultyResource(`put the reserved annotation BatonID on ${type.id} '${resource.id.resource}'`);
  }
  for (const trait of type.traits) {
    const url = traitUrls.get(trait) ?? "";
    if (hasAnnotation(resource.annotations, url)) continue;
    const name = url.slice(annotationUrl("").length);
    throw faultyResource(`left out ${name} on ${type.id} '${resource.id.resource}', which its type promises`);
  }
}

function hasAnnotation(annotations: readonly Annotation[], url: string): boolean {
  return annotations.some((annotation) => annotation.typeUrl === url);
}

function faultyResource(what: string): BatonError {
  return connectorFault("BATON-CONNECTOR-FAULT", `The connector ${what}.`);
}

/** Each (type, parent) is listed once; types outside the sync are not. */
export function scheduleChildren(context: StepContext, resource: Resource): void {
  if (!hasAnnotation(resource.annotations, childUrl)) return;
  const children = resource.annotations.filter((annotation) => annotation.typeUrl === childUrl);
  for (const child of children.reverse()) {
    const resourceTypeId = readString(child.value, 1);
    const key = JSON.stringify([resourceTypeId, resource.id.resourceType, resource.id.resource]);
    if (context.scheduledChildren.has(key) || !context.filter.isSynced(resourceTypeId)) continue;
    context.scheduledChildren.add(key);
    context.state.push({
      operation: "list-resources",
      resourceTypeId,
      parentResourceTypeId: resource.id.resourceType,
      parentResourceId: resource.id.resource,
    });
  }
}
