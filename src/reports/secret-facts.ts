/** What a resource with the secret trait says of the credential behind it, whichever connector wrote it. Pure. */
import type { Resource, ResourceId } from "../sdk/contracts/model.ts";
import { readResourceId, readTimestamp } from "../sdk/proto/read-resource.ts";
import { annotationUrl } from "../sdk/resources/annotations.ts";
import { FieldReader } from "../sdk/wire/field-reader.ts";

/** A credential in plain values; undefined means that the file does not say. Times are seconds since the Unix epoch. */
export interface SecretFacts {
  readonly createdSeconds: number | undefined;
  readonly expiresSeconds: number | undefined;
  /** Who made it. */
  readonly createdBy: ResourceId | undefined;
  /** Whose it is. */
  readonly identity: ResourceId | undefined;
}

const secretTraitUrl = annotationUrl("SecretTrait");
/** Field numbers (wire: SecretTrait). */
const field = { createdAt: 2, expiresAt: 3, createdBy: 5, identity: 6 } as const;

/** Reads the facts. A damaged trait says nothing. */
export function secretFacts({ annotations, createdAt }: Resource): SecretFacts {
  const facts: { -readonly [K in keyof SecretFacts]: SecretFacts[K] } = {
    createdSeconds: createdAt?.seconds,
    expiresSeconds: undefined,
    createdBy: undefined,
    identity: undefined,
  };
  const trait = annotations.find(({ typeUrl }) => typeUrl === secretTraitUrl);
  if (!trait) return facts;
  try {
    const reader = new FieldReader(trait.value);
    while (reader.next(reader.end)) {
      if (reader.field === field.createdAt) {
        const { seconds } = readTimestamp(reader, reader.enter());
        facts.createdSeconds ??= seconds;
      } else if (reader.field === field.expiresAt) facts.expiresSeconds = readTimestamp(reader, reader.enter()).seconds;
      else if (reader.field === field.createdBy) facts.createdBy = readResourceId(reader, reader.enter());
      else if (reader.field === field.identity) facts.identity = readResourceId(reader, reader.enter());
      else reader.skip();
    }
  } catch (caught) {
    if (!(caught instanceof RangeError)) throw caught;
  }
  return facts;
}
