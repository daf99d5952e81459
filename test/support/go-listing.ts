/** What the Go `baton ... -o json` printed of a golden file, as contract objects. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DescMessage, fromBinary, fromJson, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import type { Annotation, Entitlement, Grant, Resource, ResourceType } from "../../src/sdk/contracts/model.ts";
import { EntitlementSchema } from "../../src/sdk/proto/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantSchema } from "../../src/sdk/proto/gen/c1/connector/v2/grant_pb.ts";
import { ResourceSchema, ResourceTypeSchema } from "../../src/sdk/proto/gen/c1/connector/v2/resource_pb.ts";
import { annotationRegistry } from "../../src/sdk/proto/registry.ts";
import {
  fromEntitlementMessage,
  fromGrantMessage,
  fromResourceMessage,
  fromResourceTypeMessage,
} from "./from-message.ts";
import { goldenDirectory } from "./sample-c1z.ts";

/** What was printed as `NAME.WHAT.json`; the caller says as much of its shape as it uses. */
export function goListing<T>(name: string, what: string): T {
  return JSON.parse(readFileSync(join(goldenDirectory, `${name}.${what}.json`), "utf8"));
}

/** The four lists of a file. */
export interface GoRows {
  readonly resourceTypes: readonly ResourceType[];
  readonly resources: readonly Resource[];
  readonly entitlements: readonly Entitlement[];
  readonly grants: readonly Grant[];
}

/** Reads the four lists of the file `name`. */
export function goRows(name: string): GoRows {
  const list = <S extends DescMessage, T>(
    schema: S,
    what: string,
    keys: readonly [list: string, row: string],
    convert: (message: MessageShape<S>) => T,
  ): T[] => {
    const rows = goListing<Record<string, Record<string, JsonValue>[]>>(name, what)[keys[0]] ?? [];
    return rows.map((row) => convert(fromJson(schema, row[keys[1]] ?? {}, { registry: annotationRegistry })));
  };
  return {
    resourceTypes: list(
      ResourceTypeSchema,
      "resource-types",
      ["resourceTypes", "resourceType"],
      fromResourceTypeMessage,
    ),
    resources: list(ResourceSchema, "resources", ["resources", "resource"], fromResourceMessage),
    entitlements: list(EntitlementSchema, "entitlements", ["entitlements", "entitlement"], fromEntitlementMessage),
    grants: list(GrantSchema, "grants", ["grants", "grant"], fromGrantMessage),
  };
}

/** The rows with their annotations readable: connectors freeze maps inside of them in random order. */
export function readable<T extends { readonly annotations?: readonly Annotation[] }>(rows: Iterable<T>): unknown[] {
  return [...rows].map(({ annotations = [], ...row }) => ({
    ...row,
    annotations: annotations.map(({ typeUrl, value }) => {
      const schema = annotationRegistry.getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
      return {
        typeUrl,
        value: schema ? toJson(schema, fromBinary(schema, value)) : Buffer.from(value).toString("hex"),
      };
    }),
  }));
}
