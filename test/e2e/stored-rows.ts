/**
 * What a finished file says, read with plain zstd, SQLite and the generated message classes, none of which the writer
 * uses: the side of the comparison that is not the oracle's.
 */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { viewOf, writeEntitlement, writeGrant, writeResource, writeResourceType } from "../../src/sdk/wire/encode.ts";
import type { ProtoWriter } from "../../src/sdk/wire/proto-writer.ts";
import { openPlainC1z, syncRunsOf } from "../support/plain-c1z.ts";
import { type RowKind, rowJson } from "../support/row-json.ts";

/** All messages of one sync by id, each as proto JSON. */
export interface StoredRows {
  readonly resourceTypes: Readonly<Record<string, JsonValue>>;
  readonly resources: Readonly<Record<string, JsonValue>>;
  readonly entitlements: Readonly<Record<string, JsonValue>>;
  readonly grants: Readonly<Record<string, JsonValue>>;
}

/** Reads one sync of a file, by default the newest. */
export function readStoredRows(path: string, syncId: string = newestSyncId(path)): StoredRows {
  using database = openPlainC1z(path);
  const table = (kind: RowKind, name: string): Record<string, JsonValue> => {
    const rows = database
      .prepare(`select external_id, data from ${name} where sync_id = ? order by external_id`)
      .all(syncId);
    return Object.fromEntries(rows.map((row) => [String(row["external_id"]), rowJson(kind, bytesOf(row["data"]))]));
  };
  return {
    resourceTypes: table("resource type", "v1_resource_types"),
    resources: table("resource", "v1_resources"),
    entitlements: table("entitlement", "v1_entitlements"),
    grants: table("grant", "v1_grants"),
  };
}

/** The same of a file of either version, as the reader of this program gives it. */
export async function readRows(path: string, syncId?: string): Promise<StoredRows> {
  using file = await openC1z(path);
  const view = file.view(syncId);
  const byId = <T>(
    kind: RowKind,
    rows: Iterable<T>,
    idOf: (row: T) => string,
    write: (writer: ProtoWriter, row: T) => void,
  ): Record<string, JsonValue> =>
    Object.fromEntries(Array.from(rows, (row) => [idOf(row), rowJson(kind, viewOf(row, write))]));
  return {
    resourceTypes: byId("resource type", view.resourceTypes(), ({ id }) => id, writeResourceType),
    resources: byId("resource", view.resources(), ({ id }) => `${id.resourceType}:${id.resource}`, writeResource),
    entitlements: byId("entitlement", view.entitlements(), ({ id }) => id, writeEntitlement),
    grants: byId("grant", view.grants(), ({ id }) => id, writeGrant),
  };
}

/** Entitlements as version 3 has them: they name what they are on and for whom they are, and hold no copy of it. */
export function entitlementsByName(rows: StoredRows["entitlements"]): StoredRows["entitlements"] {
  const named = (row: JsonObject): JsonObject => (row["id"] === undefined ? {} : { id: row["id"] });
  return Object.fromEntries(
    Object.entries(rows).map(([id, row]) => {
      const { resource, grantableTo, ...rest } = row as JsonObject;
      const types = (grantableTo ?? []) as JsonObject[];
      return [id, { ...rest, resource: named(resource as JsonObject), grantableTo: types.map(named) }];
    }),
  );
}

/** Ids of all syncs in a file, oldest first. */
export function syncIds(path: string): readonly string[] {
  return syncRunsOf(path).map((run) => String(run["sync_id"]));
}

/** The newest sync of a file. */
export function newestSyncId(path: string): string {
  const id = syncIds(path).at(-1);
  if (id === undefined) throw new Error(`no sync in ${path}`);
  return id;
}

/** Ids of the syncs that were sealed, oldest first. */
export function sealedSyncIds(path: string): readonly string[] {
  return syncRunsOf(path)
    .filter((run) => run["ended_at"] !== null)
    .map((run) => String(run["sync_id"]));
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("a row without data");
}
