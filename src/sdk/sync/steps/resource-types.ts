/** Stores the connector's resource types: all, or those asked for. One that is to be asked for is not read unasked. */
import type { Connector } from "../../contracts/connector.ts";
import type { ResourceTarget, ResourceType } from "../../contracts/model.ts";
import { BatonError, Status } from "../../errors.ts";
import { annotationUrl } from "../../resources/annotations.ts";
import type { StepContext } from "../step-context.ts";
import type { Action } from "../sync-state.ts";

const optInUrl = annotationUrl("OptInRequired");

/** Stores the resource types that are read, in the order in which the connector registers them. */
export function syncResourceTypes(context: StepContext, action: Action): void {
  const { store, state, logger, types } = context;
  logger.info("Syncing resource types...");
  store.putResourceTypes(types);
  logger.info("Synced resource types", { count: types.length });
  state.finish(action.id);
}

/**
 * The types that a sync reads: those asked for, by name or by one of their resources; without a name all but those
 * that require to be asked for (wire: OptInRequired) and that no setting asks for.
 * @throws BatonError `BATON-TYPE-FILTER` when a type asked for does not exist.
 */
export function typesToRead(
  { syncers }: Connector,
  asked: readonly string[],
  targets: readonly ResourceTarget[] = [],
): readonly ResourceType[] {
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
