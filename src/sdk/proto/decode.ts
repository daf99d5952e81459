/**
 * Bytes of c1.connector.v2 messages to contract objects: the other direction of the row encoders. Fields that the
 * contract does not have are passed over. Imports no generated code, so that a sync starts fast and reads fast.
 * A singular message that occurs twice is not merged, the later one counts: no writer splits messages.
 */
import type { Entitlement, Grant, GrantExpandable, Resource, ResourceType } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import { FieldReader } from "../wire/field-reader.ts";
import { type GrantColumns, readGrant, readGrantExpandable } from "./read-grant.ts";
import { noId, readEntitlement, readResource, readResourceId, readResourceType } from "./read-resource.ts";
import { type ResourceFields, resourceLater } from "./resource-later.ts";

export type { GrantColumns } from "./read-grant.ts";

/**
 * Reads a `ResourceType`. Traits that the contract does not name are left out.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeResourceType(bytes: Uint8Array): ResourceType {
  return decode("resource type", bytes, readResourceType);
}

/**
 * Reads a `Resource`. An empty description counts as none.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeResource(bytes: Uint8Array): Resource {
  return decode("resource", bytes, readResource);
}

/** The same, with most of it read, and found to be damaged, when it is first asked for. See `resourceLater`. */
export function decodeResourceLater(bytes: Uint8Array): Resource {
  return resourceLater(bytes, resourceFields, (read) => guarded("resource", read));
}

const resourceFields: ResourceFields = {
  readId(reader) {
    let id = noId;
    while (reader.next(reader.end)) {
      if (reader.field === 1) id = readResourceId(reader, reader.enter());
      else reader.skip();
    }
    return id;
  },
  ...{ parent: 2, displayName: 3, annotations: 4, description: 5, profile: 9, status: 11, createdAt: 12 },
};

/**
 * Reads an `Entitlement`.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeEntitlement(bytes: Uint8Array): Entitlement {
  return decode("entitlement", bytes, readEntitlement);
}

/**
 * Reads a `Grant`: of its entitlement the id and the resource's id, of its principal the id. A GrantExpandable,
 * from the columns or else among the annotations, becomes `expandable`.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeGrant(bytes: Uint8Array, columns: GrantColumns = {}): Grant {
  const grant = decode("grant", bytes, (reader, end) => readGrant(reader, end, columns));
  if (!columns.expansion) return grant;
  return { ...grant, expandable: decodeGrantExpandable(columns.expansion) };
}

/**
 * Reads a `GrantExpandable`.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeGrantExpandable(bytes: Uint8Array): GrantExpandable {
  return decode("grant expansion", bytes, readGrantExpandable);
}

function decode<T>(kind: string, bytes: Uint8Array, read: (reader: FieldReader, end: number) => T): T {
  return guarded(kind, () => {
    const reader = new FieldReader(bytes);
    return read(reader, reader.end);
  });
}

function guarded<T>(kind: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new BatonError({
      code: "BATON-DECODE",
      status: Status.dataLoss,
      message: `A ${kind} cannot be read: ${cause.message}.`,
      effect: "Nothing of this kind can be listed completely; the file or the message is damaged.",
      hint: "Take the file from its source again, or run the sync again into a new file.",
      cause,
    });
  }
}
