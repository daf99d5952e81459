/** Stores the connector's resource types, or those asked for. */
import { BatonError, Status } from "../../errors.ts";
import type { StepContext } from "../step-context.ts";
import type { Action } from "../sync-state.ts";

/**
 * Stores the resource types in the order in which the connector registers them.
 * @throws BatonError `BATON-TYPE-FILTER` when a type asked for does not exist.
 */
export function syncResourceTypes(context: StepContext, action: Action): void {
  const { store, state, logger, syncers, typeFilter } = context;
  logger.info("Syncing resource types...");
  const unknown = typeFilter.filter((id) => !syncers.has(id));
  if (unknown.length > 0) throw invalidFilter(unknown, [...syncers.keys()]);
  const types = [...syncers.values()].map((syncer) => syncer.resourceType);
  const asked = typeFilter.length === 0 ? types : types.filter((type) => typeFilter.includes(type.id));
  store.putResourceTypes(asked);
  logger.info("Synced resource types", { count: asked.length });
  state.finish(action.id);
}

/** The error for resource types that do not exist. */
export function invalidFilter(unknown: readonly string[], known: readonly string[]): BatonError {
  return new BatonError({
    code: "BATON-TYPE-FILTER",
    status: Status.unknown,
    message: unknown.map((id) => `invalid resource type '${id}' in filter`).join("; "),
    effect: "Nothing was read or written.",
    hint: `Resource types of this connector: ${known.join(", ")}.`,
    fatal: true,
  });
}
