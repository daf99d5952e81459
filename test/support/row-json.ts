/**
 * A row's bytes as JSON, the way `baton ... -o json` prints them: nothing of the message is lost on the way, neither
 * fields that the contract does not have nor nulls. Importing it loads the generated code.
 */
import { type DescMessage, fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { EntitlementSchema } from "../../src/sdk/proto/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantSchema } from "../../src/sdk/proto/gen/c1/connector/v2/grant_pb.ts";
import { ResourceSchema, ResourceTypeSchema } from "../../src/sdk/proto/gen/c1/connector/v2/resource_pb.ts";
import { annotationRegistry } from "../../src/sdk/proto/registry.ts";

/** Kinds of row that hold a message. */
export type RowKind = "resource type" | "resource" | "entitlement" | "grant";

const schemas: Readonly<Record<RowKind, DescMessage>> = {
  "resource type": ResourceTypeSchema,
  resource: ResourceSchema,
  entitlement: EntitlementSchema,
  grant: GrantSchema,
};

/**
 * Proto JSON of the message in a row's `data`: camelCase names, enum names, defaults left out. Of an annotation whose
 * type is not known only `@type` is printed.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function rowJson(kind: RowKind, bytes: Uint8Array): JsonValue {
  const schema = schemas[kind];
  try {
    return toJson(schema, fromBinary(schema, bytes), { registry: annotationRegistry });
  } catch (cause) {
    throw new BatonError({
      code: "BATON-DECODE",
      status: Status.dataLoss,
      message: `A ${kind} cannot be printed: ${cause instanceof Error ? cause.message : String(cause)}.`,
      effect: "The list is not complete; the file is damaged.",
      hint: "Take the file from its source again, or run the sync again into a new file.",
      cause,
    });
  }
}
