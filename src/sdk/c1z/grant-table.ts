/**
 * The rows of v1_grants while a sync is written. Rows are appended without any index as long as nobody asks for one of
 * them, which is several times as fast as keeping the unique index in step; the first question, or the end, removes
 * duplicates and builds all indexes, and from then on every put is an upsert. Knows nothing of transactions.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Grant, ResourceId } from "../contracts/model.ts";
import { decodeGrant } from "../proto/decode.ts";
import { encodeGrant, encodeGrantExpandable, viewOfGrant } from "../wire/encode.ts";
import { mergeDuplicateGrants } from "./duplicate-grants.ts";
import { isSqliteError } from "./file-errors.ts";
import { bytesOf, nextPage, pageRows, type Row, sqlText } from "./row-sql.ts";
import { createIndexes, dropIndexes } from "./schema.ts";
import type { StorePage } from "./sync-store.ts";

const columns =
  "resource_type_id, resource_id, entitlement_id, principal_resource_type_id, principal_resource_id, external_id";
const readColumns = "id, data, expansion";
/** Measured: with 120,000 rows the sorter's two threads save nothing, with 250,000 an eighth, for half as much work again. */
const rowsWorthThreads = 150_000;
/** SQLite: extended result code of a broken unique constraint, also when a unique index is created. */
const uniqueViolation = 2067;

/** Grants of one sync. */
export class GrantTable {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  readonly #tail: string;
  #writers: Writers | undefined;
  #readers: Readers | undefined;

  /** @param discoveredAt for all rows, see `goTime`. */
  constructor(db: DatabaseSync, syncId: string, discoveredAt: string) {
    this.#db = db;
    this.#syncId = syncId;
    // Values that all rows share are part of the statement: binding them a million times costs a tenth of the load.
    this.#tail = `${sqlText(syncId)}, ${sqlText(discoveredAt)}`;
  }

  /** Adds or replaces grants; the last write of an id wins. */
  put(grants: readonly Grant[]): void {
    const writers = this.#writers ?? this.#openForLoad();
    for (const grant of grants) putGrant(writers, grant);
  }

  /** Removes duplicates and builds the indexes that are missing. */
  seal(): void {
    const { rows } = this.#db.prepare("select max(id) as rows from v1_grants").get() ?? {};
    this.#db.exec(`pragma threads = ${Number(rows) > rowsWorthThreads ? 2 : 0}`);
    createUniqueIndex(this.#db);
    createIndexes(this.#db, (index) => index.table === "v1_grants");
    this.#writers = prepareWriters(this.#db, this.#tail, true);
  }

  /** Grants that carry GrantExpandable, by page. */
  listExpandable(pageToken: string): StorePage<Grant> {
    return nextPage(this.#sealed().expandable.all(this.#syncId, Number(pageToken)), toGrant);
  }

  /** Grants of one entitlement, by page. */
  listOfEntitlement(entitlementId: string, pageToken: string): StorePage<Grant> {
    return nextPage(this.#sealed().ofEntitlement.all(entitlementId, this.#syncId, Number(pageToken)), toGrant);
  }

  /** The first grant of `principal` on an entitlement. */
  get(entitlementId: string, principal: ResourceId): Grant | undefined {
    const row = this.#sealed().ofPrincipal.get(entitlementId, principal.resourceType, principal.resource, this.#syncId);
    return row && toGrant(row);
  }

  #openForLoad(): Writers {
    // The partial ones hold few rows or none, and building them means reading all.
    dropIndexes(this.#db, ({ table, where }) => table === "v1_grants" && where === undefined);
    createIndexes(this.#db, ({ table, where }) => table === "v1_grants" && where !== undefined);
    this.#writers = prepareWriters(this.#db, this.#tail, false);
    return this.#writers;
  }

  #sealed(): Readers {
    if (this.#readers === undefined || !this.#writers?.upsert) this.seal();
    this.#readers ??= prepareReaders(this.#db);
    return this.#readers;
  }
}

interface Writers {
  readonly upsert: boolean;
  readonly plain: StatementSync;
  readonly expandable: StatementSync;
}

function prepareWriters(db: DatabaseSync, tail: string, upsert: boolean): Writers {
  const insert = `insert into v1_grants (${columns}, data, expansion, needs_expansion, sync_id, discovered_at)`;
  // Go SDK: a changed expansion is to be processed anew, an unchanged one keeps its mark.
  const conflict = upsert
    ? ` on conflict (external_id, sync_id) do update set data = excluded.data, expansion = excluded.expansion,
        needs_expansion = case when excluded.expansion is null then 0
          when expansion is null or expansion <> excluded.expansion then 1 else needs_expansion end`
    : "";
  const values = (expansion: string): string => `values (?, ?, ?, ?, ?, ?, ?, ${expansion}, ${tail})`;
  return {
    upsert,
    plain: db.prepare(`${insert} ${values("null, 0")}${conflict}`),
    expandable: db.prepare(`${insert} ${values("?, 1")}${conflict}`),
  };
}

function putGrant(writers: Writers, grant: Grant): void {
  const { entitlement, principal, expandable } = grant;
  const { resource } = entitlement;
  if (expandable?.entitlementIds.some((id) => id.trim() !== "")) {
    const expansion = encodeGrantExpandable(expandable);
    writers.expandable.run(
      resource.resourceType,
      resource.resource,
      entitlement.id,
      principal.resourceType,
      principal.resource,
      grant.id,
      encodeGrant(grant),
      expansion,
    );
    return;
  }
  // As run does, but without an object that says what was changed.
  writers.plain.get(
    resource.resourceType,
    resource.resource,
    entitlement.id,
    principal.resourceType,
    principal.resource,
    grant.id,
    // SQLite takes a copy of its own.
    viewOfGrant(grant),
  );
}

interface Readers {
  readonly expandable: StatementSync;
  readonly ofEntitlement: StatementSync;
  readonly ofPrincipal: StatementSync;
}

function prepareReaders(db: DatabaseSync): Readers {
  const select = `select ${readColumns} from v1_grants`;
  const page = `and id >= ? order by id limit ${pageRows + 1}`;
  return {
    expandable: db.prepare(`${select} where sync_id = ? and expansion is not null ${page}`),
    ofEntitlement: db.prepare(`${select} where entitlement_id = ? and sync_id = ? ${page}`),
    ofPrincipal: db.prepare(
      `${select} where entitlement_id = ? and principal_resource_type_id = ? and principal_resource_id = ?
        and sync_id = ? order by id limit 1`,
    ),
  };
}

function toGrant(row: Row): Grant {
  const expansion = row["expansion"];
  return decodeGrant(bytesOf(row["data"]), expansion instanceof Uint8Array ? { expansion } : {});
}

/** Duplicates are rare: looking for them is left to the index, and removing them to the case that it finds some. */
function createUniqueIndex(db: DatabaseSync): void {
  const create = (): void => createIndexes(db, (index) => index.table === "v1_grants" && index.unique === true);
  try {
    create();
  } catch (caught) {
    if (!isSqliteError(caught) || caught.errcode !== uniqueViolation) throw caught;
    mergeDuplicateGrants(db);
    create();
  }
}
