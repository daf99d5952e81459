/**
 * Targeted sync: chooses the named resources, reads them one by one, and of each what belongs to it. Whether there is
 * anything to write at the end is decided elsewhere.
 */

import type { Connector } from "../../contracts/connector.ts";
import type { Resource, ResourceTarget } from "../../contracts/model.ts";
import { BatonError, Status } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { flawOfResource } from "../page-flaws.ts";
import { callRetrying, flawed, type StepContext, syncerOf } from "../step-context.ts";
import type { Action } from "../sync-state.ts";
import { operationOf, type PerResourceKind, skips } from "./per-resource.ts";
import { checkResource, scheduleChildren } from "./resources.ts";

/**
 * Stores one resource and puts what belongs to it on the stack: its children first, then its entitlements and grants.
 * @throws BatonError `BATON-TARGET-GONE` of status NotFound, which is skipped, when there is no such resource.
 */
export async function syncTarget(context: StepContext, action: Action): Promise<void> {
  const syncer = syncerOf(context, action.resourceTypeId);
  const { id, parentResourceId } = targetOf(action);
  if (!syncer.get) {
    warnOfUnimplemented(context, action);
    context.state.finish(action.id);
    return;
  }
  const resource = await callRetrying(context, async (options) => syncer.get?.(id, parentResourceId, options));
  if (!resource) throw gone(action);
  const flaw = flawOfResource(resource);
  if (flaw !== undefined) throw flawed(action, "resource", flaw);
  checkResource(resource, syncer.resourceType);
  context.store.rows.putResources([resource]);
  context.progress.addResources(action.resourceTypeId, 1);
  context.state.finish(action.id);
  planGrantsAndEntitlements(context, resource);
  scheduleChildren(context, resource);
}

function planGrantsAndEntitlements({ state, syncers }: StepContext, resource: Resource): void {
  const { resourceType: resourceTypeId, resource: resourceId } = resource.id;
  const syncer = syncers.get(resourceTypeId);
  if (!syncer || state.flags.shouldSkipEntitlementsAndGrants) return;
  const plan = (kind: PerResourceKind): void => {
    if (!syncer[kind] || skips(syncer.resourceType.annotations, kind) || skips(resource.annotations, kind)) return;
    state.push({ operation: operationOf[kind], resourceTypeId, resourceId });
  };
  if (!state.flags.shouldSkipGrants) plan("grants");
  plan("entitlements");
  if (syncer.staticEntitlements) state.push({ operation: "list-static-entitlements", resourceTypeId });
}

function targetOf(action: Action): ResourceTarget {
  const id = { resourceType: action.resourceTypeId, resource: action.resourceId };
  if (action.parentResourceId === "") return { id };
  return { id, parentResourceId: { resourceType: action.parentResourceTypeId, resource: action.parentResourceId } };
}

function warnOfUnimplemented({ warnings }: StepContext, { resourceTypeId, resourceId }: Action): void {
  warnings.add({
    code: "BATON-TARGET-UNIMPLEMENTED",
    // The first words are those of the Go SDK, for those who search logs.
    message: `skipping resource due to unimplemented connector: a ${resourceTypeId} cannot be read by itself ('${resourceId}')`,
  });
}

function gone({ resourceTypeId, resourceId }: Action): BatonError {
  return new BatonError({
    code: "BATON-TARGET-GONE",
    status: Status.notFound,
    message: `There is no ${resourceTypeId} '${resourceId}', or it cannot be seen.`,
  });
}

/** What was asked for. */
interface TargetChoice {
  readonly connector: Connector;
  /** Undefined: everything. */
  readonly syncResources?: readonly ResourceTarget[];
  /** Empty: all types. */
  readonly syncResourceTypes?: readonly string[];
  readonly logger: Logger;
}

/**
 * The resources to read, in the order asked for; undefined when the sync is not a targeted one.
 * @throws BatonError `BATON-TARGET-TYPE` for a resource type that does not exist.
 */
export function chooseTargets(choice: TargetChoice): readonly ResourceTarget[] | undefined {
  const { connector, syncResources, syncResourceTypes = [], logger } = choice;
  if (!syncResources || syncResources.length === 0) return undefined;
  const known = connector.syncers.map((syncer) => syncer.resourceType.id);
  const unknown = syncResources.find(({ id }) => !known.includes(id.resourceType));
  if (unknown) throw unknownType(unknown, known);
  const different = [...new Map(syncResources.map((target) => [keyOf(target), target])).values()];
  if (syncResourceTypes.length === 0) return different;
  const chosen = different.filter(({ id }) => syncResourceTypes.includes(id.resourceType));
  if (chosen.length < different.length) {
    logger.warn("resources are left out because their types are not synced", {
      count: different.length - chosen.length,
      resource_types: syncResourceTypes,
    });
  }
  return chosen;
}

function keyOf({ id, parentResourceId: parent }: ResourceTarget): string {
  return JSON.stringify([id.resourceType, id.resource, parent?.resourceType, parent?.resource]);
}

function unknownType({ id }: ResourceTarget, known: readonly string[]): BatonError {
  return new BatonError({
    code: "BATON-TARGET-TYPE",
    status: Status.unknown,
    message: `there is no resource type '${id.resourceType}', of which '${id.resource}' was to be read`,
    effect: "Nothing was read or written.",
    hint: `Resource types of this connector: ${known.join(", ")}.`,
    fatal: true,
  });
}
