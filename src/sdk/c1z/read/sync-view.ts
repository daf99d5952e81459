/**
 * The rows of one sync of a c1z, as contract objects or as bytes. Lists are walked row by row, so that a file of any
 * size takes little memory. Knows nothing of how the sync was picked.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../contracts/model.ts";
import { decodeEntitlement, decodeGrant, decodeResource, decodeResourceType } from "../../proto/decode.ts";
import { writeResourceId } from "../../wire/encode.ts";
import { ProtoWriter } from "../../wire/proto-writer.ts";
import { databaseError } from "../container/file-errors.ts";
import { resourceKey } from "../scratch/row-sql.ts";
import { countRows, statsFromJson } from "../write/stats.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import type { SyncStats } from "../write/sync-store.ts";
import { countGrantsByEntitlement } from "./grant-counts.ts";
import { countMatching, queryRows, type RowFilter, type RowKind, type RowWindow, type StoredRow } from "./row-query.ts";
import { SyncQueries } from "./sync-queries.ts";

/** One sync of an open file; it ends with the reader that made it. */
export class SyncView {
  /** The sync shown; undefined when the file names none, and then all its rows are shown. */
  readonly sync: SyncRun | undefined;
  readonly #db: DatabaseSync;
  readonly #place: { readonly path: string; readonly scratch: string };

  constructor(db: DatabaseSync, place: { readonly path: string; readonly scratch: string }, sync: SyncRun | undefined) {
    this.#db = db;
    this.#place = place;
    this.sync = sync;
  }

  /** Counts of rows: those that the file holds ready, else counted. */
  stats(): SyncStats {
    return statsFromJson(this.sync?.statsJson) ?? this.recount();
  }

  /** Counts the rows, whatever the file says. */
  recount(): SyncStats {
    return this.#guard(() => countRows(this.#db, this.sync?.id, this.sync?.type ?? "full"));
  }

  /** Grants by entitlement id, without reading them one by one; entitlements that nobody holds are absent. */
  grantsPerEntitlement(): ReadonlyMap<string, number> {
    return this.#guard(() => countGrantsByEntitlement(this.#db, this.sync?.id));
  }

  /** Prepared questions, for whoever asks many. */
  queries(): SyncQueries {
    return new SyncQueries(this.#db, this.sync?.id, (action) => this.#guard(action));
  }

  *resourceTypes(): Generator<ResourceType> {
    for (const row of this.#rows("resource type", {})) yield decodeResourceType(row.data);
  }

  /** All resources, those of one type, or the children of one. */
  *resources(filter: Pick<RowFilter, "resourceTypeId" | "parent"> = {}, window?: RowWindow): Generator<Resource> {
    for (const row of this.#rows("resource", filter, window)) yield decodeResource(row.data);
  }

  /** All entitlements, or those of one resource or resource type. */
  *entitlements(
    filter: Pick<RowFilter, "resourceTypeId" | "resource"> = {},
    window?: RowWindow,
  ): Generator<Entitlement> {
    for (const row of this.#rows("entitlement", filter, window)) yield decodeEntitlement(row.data);
  }

  /** All grants, or those of an entitlement, on a resource or resource type, to a principal. */
  *grants(
    filter: Pick<RowFilter, "resourceTypeId" | "resource" | "entitlementId" | "principal"> = {},
    window?: RowWindow,
  ): Generator<Grant> {
    for (const row of this.#rows("grant", filter, window)) yield toGrant(row);
  }

  /** How many rows of a kind there are; they are not read. */
  count(kind: RowKind, filter: RowFilter = {}): number {
    return this.#guard(() => countMatching(this.#db, kind, this.sync?.id, filter));
  }

  getResourceType(id: string): ResourceType | undefined {
    const row = this.#first("resource type", id);
    return row && decodeResourceType(row.data);
  }

  getResource(id: ResourceId): Resource | undefined {
    const row = this.#first("resource", resourceKey(id));
    return row && decodeResource(row.data);
  }

  getEntitlement(id: string): Entitlement | undefined {
    const row = this.#first("entitlement", id);
    return row && decodeEntitlement(row.data);
  }

  getGrant(id: string): Grant | undefined {
    const row = this.#first("grant", id);
    return row && toGrant(row);
  }

  /**
   * The messages themselves, with whatever fields the writer gave them, for printing. Of a slim grant the entitlement
   * and principal are filled in; a GrantExpandable stays out where the file keeps it in its column.
   */
  *messages(kind: RowKind, filter: RowFilter = {}): Generator<Uint8Array> {
    for (const row of this.#rows(kind, filter)) yield kind === "grant" ? wholeGrant(row) : row.data;
  }

  /** The message of one row, see `messages`. @param id external_id; of a resource use `resourceKey`. */
  message(kind: RowKind, id: string): Uint8Array | undefined {
    const row = this.#first(kind, id);
    if (row === undefined) return undefined;
    return kind === "grant" ? wholeGrant(row) : row.data;
  }

  *#rows(kind: RowKind, filter: RowFilter, window?: RowWindow): Generator<StoredRow> {
    const rows = queryRows(this.#db, kind, this.sync?.id, filter, window);
    try {
      for (;;) {
        const next = this.#guard(() => rows.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      rows.return(undefined);
    }
  }

  #first(kind: RowKind, id: string): StoredRow | undefined {
    for (const row of this.#rows(kind, { id })) return row;
    return undefined;
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (caught) {
      throw databaseError(caught, this.#place);
    }
  }
}

function toGrant(row: StoredRow): Grant {
  const { expansion } = row;
  return decodeGrant(row.data, { ...(expansion && { expansion }), ...referencesOf(row) });
}

function referencesOf({ columns }: StoredRow): { entitlement: Grant["entitlement"]; principal: ResourceId } {
  const text = (name: string): string => String(columns[name] ?? "");
  return {
    entitlement: {
      id: text("entitlement_id"),
      resource: { resourceType: text("resource_type_id"), resource: text("resource_id") },
    },
    principal: { resourceType: text("principal_resource_type_id"), resource: text("principal_resource_id") },
  };
}

/** c1.connector.v2.Grant: entitlement, whose tag is the first byte of every grant that is not slim. */
const entitlementTag = 0x0a;
const stub = new ProtoWriter();

function wholeGrant(row: StoredRow): Uint8Array {
  if (row.data[0] === entitlementTag) return row.data;
  const { entitlement, principal } = referencesOf(row);
  stub.reset();
  const entitlementStart = stub.begin(1);
  const resourceStart = stub.begin(1);
  writeResourceId(stub, 1, entitlement.resource);
  stub.end(resourceStart);
  stub.string(2, entitlement.id);
  stub.end(entitlementStart);
  const principalStart = stub.begin(2);
  writeResourceId(stub, 1, principal);
  stub.end(principalStart);
  return Buffer.concat([stub.copy(), row.data]);
}
