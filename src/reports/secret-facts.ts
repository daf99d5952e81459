/** What a resource with the secret trait says of the credential behind it, whichever connector wrote it. Pure. */
import type { Resource, ResourceId } from "../sdk/contracts/model.ts";
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
      if (reader.field === field.createdAt) facts.createdSeconds ??= readSeconds(reader);
      else if (reader.field === field.expiresAt) facts.expiresSeconds = readSeconds(reader);
      else if (reader.field === field.createdBy) facts.createdBy = readId(reader);
      else if (reader.field === field.identity) facts.identity = readId(reader);
      else reader.skip();
    }
  } catch (caught) {
    if (!(caught instanceof RangeError)) throw caught;
  }
  return facts;
}

function readSeconds(reader: FieldReader): number {
  const end = reader.enter();
  let seconds = 0;
  while (reader.next(end)) {
    if (reader.field === 1) seconds = reader.int64();
    else reader.skip();
  }
  return seconds;
}

function readId(reader: FieldReader): ResourceId {
  const end = reader.enter();
  let [resourceType, resource] = ["", ""];
  while (reader.next(end)) {
    if (reader.field === 1) resourceType = reader.string();
    else if (reader.field === 2) resource = reader.string();
    else reader.skip();
  }
  return { resourceType, resource };
}
