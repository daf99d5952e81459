/**
 * Brings the database of an older or foreign file to the present schema before rows are added to it. Files that are
 * only read are never migrated; the reader copes with what is missing. GrantExpandable annotations go from a grant's bytes
 * to a column of their own, so that everything else stays as it was.
 */
import type { DatabaseSync } from "node:sqlite";
import { FieldReader, readString } from "../../wire/field-reader.ts";
import { columnsOf, createTables, tableNames, tables } from "./schema.ts";

const backfillPage = 1000;

/**
 * Creates missing tables and late columns, and moves GrantExpandable annotations into their column.
 * @throws RangeError when a grant's bytes are not a protobuf message; SQLite's errors otherwise.
 */
export function migrate(db: DatabaseSync): void {
  db.exec("begin immediate");
  try {
    createTables(db);
    for (const table of tableNames) {
      const present = columnsOf(db, table);
      for (const column of tables[table]) {
        if (column.late && !present.has(column.name)) {
          db.exec(`alter table ${table} add column ${column.name} ${column.declaration}`);
        }
      }
    }
    backfillExpansion(db);
    db.exec("commit");
  } catch (caught) {
    if (db.isTransaction) db.exec("rollback");
    throw caught;
  }
}

function backfillExpansion(db: DatabaseSync): void {
  const syncs = db.prepare("select sync_id from v1_sync_runs where grants_backfilled = 0").all();
  for (const { sync_id: syncId } of syncs) backfillSync(db, String(syncId));
  db.exec("update v1_sync_runs set grants_backfilled = 1 where grants_backfilled = 0");
}

function backfillSync(db: DatabaseSync, syncId: string): void {
  const page = db.prepare(
    `select id, data from v1_grants where sync_id = ? and expansion is null and id > ? order by id limit ${backfillPage}`,
  );
  const update = db.prepare("update v1_grants set expansion = ?, needs_expansion = ?, data = ? where id = ?");
  let last = 0;
  for (;;) {
    const rows = page.all(syncId, last);
    if (rows.length === 0) return;
    for (const { id, data } of rows) {
      last = Number(id);
      if (!(data instanceof Uint8Array)) continue;
      const split = splitExpansion(data);
      if (split.data === data) continue;
      update.run(split.expansion ?? null, split.expansion ? 1 : 0, split.data, last);
    }
  }
}

/** c1.connector.v2.Grant */
const grantAnnotations = 4;
/** google.protobuf.Any */
const anyTypeUrl = 1;
const anyValue = 2;
/** c1.connector.v2.GrantExpandable */
const expandableEntitlementIds = 1;
const expandableName = "c1.connector.v2.GrantExpandable";

/** A grant's bytes in two. */
export interface SplitGrant {
  /** The grant without the annotation. */
  readonly data: Uint8Array;
  /** Bytes of the GrantExpandable; undefined when there was none, or it names no entitlement but blanks. */
  readonly expansion: Uint8Array | undefined;
}

/**
 * Splits a serialized Grant. Bytes without the annotation come back as they are.
 * @throws RangeError when the bytes are not a protobuf message.
 */
export function splitExpansion(data: Uint8Array): SplitGrant {
  // Most grants have none, and a search is much quicker than a walk.
  if (!Buffer.from(data.buffer, data.byteOffset, data.length).includes(expandableName)) {
    return { data, expansion: undefined };
  }
  const expansions: Uint8Array[] = [];
  const kept: Uint8Array[] = [];
  const reader = new FieldReader(data);
  for (let start = 0; reader.next(reader.end); start = reader.position) {
    const annotation = reader.field === grantAnnotations ? reader.bytes() : undefined;
    if (annotation === undefined) reader.skip();
    if (annotation && isExpandable(annotation)) expansions.push(anyPayload(annotation));
    else kept.push(data.subarray(start, reader.position));
  }
  const first = expansions[0];
  if (first === undefined) return { data, expansion: undefined };
  return { data: Buffer.concat(kept), expansion: namesAnEntitlement(first) ? first : undefined };
}

function isExpandable(any: Uint8Array): boolean {
  const url = readString(any, anyTypeUrl);
  return url.slice(url.lastIndexOf("/") + 1) === expandableName;
}

function anyPayload(any: Uint8Array): Uint8Array {
  const reader = new FieldReader(any);
  while (reader.next(reader.end)) {
    if (reader.field === anyValue) return reader.bytes();
    reader.skip();
  }
  return new Uint8Array(0);
}

function namesAnEntitlement(expandable: Uint8Array): boolean {
  const reader = new FieldReader(expandable);
  while (reader.next(reader.end)) {
    if (reader.field !== expandableEntitlementIds) reader.skip();
    else if (reader.string().trim() !== "") return true;
  }
  return false;
}
