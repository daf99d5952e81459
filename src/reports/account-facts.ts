/** What a user resource says of the account behind it. Pure; reads the trait on the resource and nothing else. */
import type { Resource } from "../sdk/contracts/model.ts";
import { FieldReader } from "../sdk/proto/field-reader.ts";
import { annotationUrl } from "../sdk/resources/annotations.ts";

const userTraitUrl = annotationUrl("UserTrait");
/** Fields of the messages (wire: UserTrait.mfa_status, MFAStatus.mfa_enabled). */
const mfaStatusField = 10;
const enabledField = 1;

/** Whether the account has a second factor; undefined when its connector did not say. A damaged trait says nothing. */
export function hasTwoFactor({ annotations }: Resource): boolean | undefined {
  const trait = annotations.find(({ typeUrl }) => typeUrl === userTraitUrl);
  if (trait === undefined) return undefined;
  try {
    return readMfaEnabled(new FieldReader(trait.value));
  } catch (caught) {
    if (caught instanceof RangeError) return undefined;
    throw caught;
  }
}

function readMfaEnabled(reader: FieldReader): boolean | undefined {
  let enabled: boolean | undefined;
  while (reader.next(reader.end)) {
    if (reader.field === mfaStatusField) enabled = readEnabled(reader, reader.enter());
    else reader.skip();
  }
  return enabled;
}

/** The message without the field means no; no message at all means unknown. */
function readEnabled(reader: FieldReader, end: number): boolean {
  let enabled = false;
  while (reader.next(end)) {
    if (reader.field === enabledField) enabled = reader.bool();
    else reader.skip();
  }
  return enabled;
}
