/**
 * Relations between fields: which belong together and which exclude each other. A value from the environment or a
 * file takes part like one from a flag.
 */
import { type BatonError, settingError } from "../errors.ts";

/** Kinds of relations (wire: c1.config.v1.ConstraintKind). */
export type RelationKind = "requiredTogether" | "atLeastOne" | "mutuallyExclusive" | "dependentOn";

/** A relation. For `dependentOn`, `fields` need all of `secondary`. */
export interface Relation {
  readonly kind: RelationKind;
  readonly fields: readonly string[];
  readonly secondary?: readonly string[];
}

/** Relations of the standard flags (baton-sdk 0.25.0), except those of flags that do not exist here. */
export const standardRelations: readonly Relation[] = [
  { kind: "requiredTogether", fields: ["grant-entitlement", "grant-principal"] },
  { kind: "requiredTogether", fields: ["client-id", "client-secret"] },
  { kind: "requiredTogether", fields: ["create-ticket", "ticket-template-path"] },
  { kind: "requiredTogether", fields: ["bulk-create-ticket", "bulk-ticket-template-path"] },
  { kind: "requiredTogether", fields: ["get-ticket", "ticket-id"] },
  {
    kind: "mutuallyExclusive",
    fields: [
      "grant-entitlement",
      "revoke-grant",
      "create-account-login",
      "delete-resource",
      "rotate-credentials",
      "event-feed",
      "create-ticket",
      "get-ticket",
      "list-ticket-schemas",
      "bulk-create-ticket",
    ],
  },
  {
    kind: "mutuallyExclusive",
    fields: [
      "grant-entitlement",
      "revoke-grant",
      "create-account-email",
      "delete-resource-type",
      "rotate-credentials-type",
      "event-feed",
      "list-ticket-schemas",
    ],
  },
];

/**
 * Checks one relation.
 * @param isGiven tells whether a field was set by a flag, the environment or a file.
 * @throws BatonError BATON-CONFIG-GROUP, naming the group in brackets and the members at fault, sorted.
 */
export function checkRelation(relation: Relation, isGiven: (name: string) => boolean): void {
  const group = `[${relation.fields.join(" ")}]`;
  const given = relation.fields.filter(isGiven).toSorted();
  const missing = relation.fields.filter((name) => !isGiven(name)).toSorted();
  switch (relation.kind) {
    case "requiredTogether":
      if (given.length > 0 && missing.length > 0) {
        throw groupError(`the flags in the group ${group} belong together; missing [${missing.join(" ")}]`);
      }
      return;
    case "mutuallyExclusive":
      if (given.length > 1) {
        throw groupError(`only one flag of the group ${group} can be set; [${given.join(" ")}] were all set`);
      }
      return;
    case "atLeastOne":
      if (given.length === 0) throw groupError(`at least one of the flags in the group ${group} is required`);
      return;
    case "dependentOn": {
      const absent = (relation.secondary ?? []).filter((name) => !isGiven(name)).toSorted();
      if (given.length > 0 && absent.length > 0)
        throw groupError(`${quoted(given)} cannot be set without ${quoted(absent)}`);
    }
  }
}

/** Names in parentheses with single quotes and an Oxford comma: `('a', 'b', and 'c')`. */
function quoted(names: readonly string[]): string {
  return `(${new Intl.ListFormat("en", { type: "conjunction" }).format(names.map((name) => `'${name}'`))})`;
}

function groupError(message: string): BatonError {
  return settingError({
    code: "BATON-CONFIG-GROUP",
    message,
    hint: "Set the flags of the group as the message says. Values from the environment and the configuration file count too.",
  });
}
