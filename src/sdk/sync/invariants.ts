/** What must hold of a sync before it is sealed (Go SDK: ingest invariants I3, I5, I7, I8, I9). */
import { type BrokenReferences, rowsOf } from "../c1z/write/sync-store.ts";
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { Annotation, Entitlement } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";
import { annotationUrl } from "../resources/annotations.ts";
import { FieldReader } from "../wire/field-reader.ts";
import type { Warnings } from "./warnings.ts";

const exclusionUrl = annotationUrl("EntitlementExclusionGroup");
const maxGroupSize = 50;

/**
 * Checks the open sync: broken exclusion groups end it, broken references are warned of with examples. A targeted sync
 * names what other syncs of the file hold, so that its references are not looked at.
 * @throws BatonError `BATON-INVARIANT-I5`.
 */
export function checkInvariants(store: C1zWriter, warnings: Warnings, logger: Logger, isTargeted: boolean): void {
  checkExclusionGroups(store);
  if (isTargeted) return;
  const report = store.checkReferences();
  warnOf(
    warnings,
    logger,
    "I7",
    "entitlements name a resource that is not in the file",
    report.entitlementsWithoutResource,
  );
  warnOf(warnings, logger, "I3", "grants name a resource that is not in the file", report.grantsWithoutResource);
  warnOf(warnings, logger, "I8", "grants name an entitlement that is not in the file", report.grantsWithoutEntitlement);
  warnOf(warnings, logger, "I9", "grants name a principal that is not in the file", report.grantsWithoutPrincipal);
}

function warnOf(warnings: Warnings, logger: Logger, id: string, what: string, broken: BrokenReferences): void {
  if (broken.count === 0) return;
  logger.warn(`ingest invariant ${id}`, { count: broken.count, examples: broken.examples });
  warnings.add({
    code: `BATON-INVARIANT-${id}`,
    count: broken.count,
    message: `ingest invariant ${id}: ${broken.count} ${what}, for example ${broken.examples[0] ?? ""}`,
  });
}

interface Group {
  readonly resourceType: string;
  readonly entitlements: Set<string>;
  defaults: number;
}

function checkExclusionGroups(store: C1zWriter): void {
  const groups = new Map<string, Group>();
  for (const entitlement of rowsOf((token) => store.rows.listEntitlements(token))) {
    for (const annotation of entitlement.annotations) {
      if (annotation.typeUrl === exclusionUrl) addToGroup(groups, entitlement, annotation);
    }
  }
}

/** Wire: EntitlementExclusionGroup. */
function readExclusionGroup({ value }: Annotation): { readonly groupId: string; readonly isDefault: boolean } {
  const reader = new FieldReader(value);
  let [groupId, isDefault] = ["", false];
  while (reader.next(reader.end)) {
    if (reader.field === 1) groupId = reader.string();
    else if (reader.field === 3) isDefault = reader.bool();
    else reader.skip();
  }
  return { groupId, isDefault };
}

function addToGroup(groups: Map<string, Group>, entitlement: Entitlement, annotation: Annotation): void {
  const { groupId, isDefault } = readExclusionGroup(annotation);
  const { resourceType } = entitlement.resource.id;
  const group = groups.get(groupId) ?? { resourceType, entitlements: new Set<string>(), defaults: 0 };
  groups.set(groupId, group);
  group.entitlements.add(entitlement.id);
  if (isDefault) group.defaults++;
  if (group.resourceType !== resourceType)
    throw brokenGroup(groupId, `spans ${group.resourceType} and ${resourceType}`);
  if (group.defaults > 1) throw brokenGroup(groupId, "has more than one default");
  if (group.entitlements.size > maxGroupSize)
    throw brokenGroup(groupId, `holds more than ${maxGroupSize} entitlements`);
}

function brokenGroup(groupId: string, what: string): BatonError {
  return new BatonError({
    code: "BATON-INVARIANT-I5",
    status: Status.unknown,
    message: `ingest invariant I5: exclusion group '${groupId}' ${what}.`,
    effect: "The sync is not sealed; no reader takes it for a complete one.",
    hint: "This is a fault of the connector: please report it.",
    fatal: true,
  });
}
