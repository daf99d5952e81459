/** Which resources a targeted sync reads: what was asked for, without repetitions and without types left out. */
import type { Connector } from "../contracts/connector.ts";
import type { ResourceTarget } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";

/** What was asked for. */
export interface TargetChoice {
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
