/**
 * The rows of v1_grants while a sync is written. Rows are appended without any index as long as nobody asks for one of
 * them, which is several times as fast as keeping the unique index in step; the first question, or the end, removes
 * duplicates and builds all indexes, and from then on every put is an upsert.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Grant, GrantExpandable, ResourceId } from "../../contracts/model.ts";
import { decodeGrant } from "../../proto/decode.ts";
import { encodeGrant, encodeGrantExpandable, writeGrant } from "../../wire/encode.ts";
import { isSqliteError } from "../container/file-errors.ts";
import { fitsBatch, GrantEncoder } from "../scratch/grant-batches.ts";
import { type RowKind, rowsToWrite } from "../scratch/row-batches.ts";
import { bytesOf, nextPage, pageRows, type Row, sqlText } from "../scratch/row-sql.ts";
import { createIndexes, creatingIndexes, droppingIndexes, type Index } from "../scratch/schema.ts";
import type { ScratchDatabase } from "../scratch/scratch-database.ts";
import type { StorePage } from "./sync-store.ts";

const columns =
  "resource_type_id, resource_id, entitlement_id, principal_resource_type_id, principal_resource_id, external_id";
// Go SDK: a changed expansion is to be processed anew, an unchanged one keeps its mark.
const onConflict = `on conflict (external_id, sync_id) do update set data = excluded.data, expansion = excluded.expansion,
  needs_expansion = case when excluded.expansion is null then 0
    when expansion is null or expansion <> excluded.expansion then 1 else needs_expansion end`;
const readColumns = "id, data, expansion";
/** Measured: with 120,000 rows the sorter's two threads save nothing, with 250,000 an eighth, for half as much work again. */
const rowsWorthThreads = 150_000;
/** Measured: a grant is appended in some 0.7 microseconds. */
const grantUs = 0.7;
/** SQLite: extended result code of a broken unique constraint, also when a unique index is created. */
const uniqueViolation = 2067;

/** Grants of one sync. */
export class GrantTable {
  readonly #database: ScratchDatabase;
  readonly #syncId: string;
  /** Values that all rows share: binding them a million times would cost a tenth of the load. */
  readonly #shared: string;
  /** While there is no index. */
  readonly #appends: Inserts;
  readonly #upserts: Inserts;
  readonly #encoder: GrantEncoder;
  #state: "untouched" | "appending" | "sealed" = "untouched";

  /** @param discoveredAt for all rows, see `goTime`. */
  constructor(database: ScratchDatabase, syncId: string, discoveredAt: string) {
    this.#database = database;
    this.#syncId = syncId;
    this.#shared = `${sqlText(syncId)}, ${sqlText(discoveredAt)}`;
    const inserts = (conflict: string): Inserts => ({
      plain: `${this.#insert(sevenMarks)} ${conflict}`,
      expandable: `${this.#insert(sevenMarks, "?, 1")} ${conflict}`,
    });
    this.#appends = inserts("");
    this.#upserts = inserts(onConflict);
    this.#encoder = new GrantEncoder((resourceType, principalType) =>
      this.#insert([
        sqlText(resourceType),
        "?1",
        "?2",
        sqlText(principalType),
        "?3",
        "cast(substr(?4, -?5) as text)",
        "?4",
      ]),
    );
  }

  /** Adds or replaces grants; the last write of an id wins. */
  put(grants: readonly Grant[]): void {
    if (this.#state === "untouched") this.#openForLoad();
    if (this.#state === "sealed" || !grants.every(fitsBatch)) {
      this.#putInOrder(grants, this.#state === "sealed" ? this.#upserts : this.#appends);
      return;
    }
    this.#database.put({
      ...rowsToWrite(this.#appends.plain, grants, grantRows),
      encode: () => this.#encoder.encode(grants),
    });
  }

  /** Those that expand have a column more and are put by themselves. */
  #putInOrder(grants: readonly Grant[], inserts: Inserts): void {
    let start = 0;
    grants.forEach((grant, index) => {
      if (!expands(grant)) return;
      this.#putPlain(grants.slice(start, index), inserts);
      const expansion = encodeGrantExpandable(grant.expandable);
      this.#database.run(inserts.expandable, ...textsOf(grant), encodeGrant(grant), expansion);
      start = index + 1;
    });
    this.#putPlain(start === 0 ? grants : grants.slice(start), inserts);
  }

  #putPlain(grants: readonly Grant[], { plain }: Inserts): void {
    const kind = this.#state === "sealed" ? upsertedRows : grantRows;
    if (grants.length > 0) this.#database.put(rowsToWrite(plain, grants, kind));
  }

  /**
   * Notes where the rows end, with the next commit. Another thread commits grants as it goes, so that after a kill more
   * may be there than the commit before knows of.
   */
  mark(): void {
    this.#database.run(markEnd, this.#syncId, endKey);
  }

  /** Removes what was committed after the last mark: it is read again, and may be different then. */
  removeUnmarked(): void {
    this.#database.run(deleteUnmarked, this.#syncId, endKey);
  }

  /** Removes duplicates and builds the indexes that are missing. */
  seal(): void {
    this.#database.write(() => {
      const { db } = this.#database;
      const { rows } = db.prepare("select max(id) as rows from v1_grants").get() ?? {};
      db.exec(`pragma threads = ${Number(rows) > rowsWorthThreads ? 2 : 0}`);
      createUniqueIndex(db);
      createIndexes(db, isOfGrants);
    });
    this.#state = "sealed";
  }

  /** Grants that carry GrantExpandable, by page. */
  listExpandable(pageToken: string): StorePage<Grant> {
    return this.#page("sync_id = ? and expansion is not null", [this.#syncId], pageToken);
  }

  /** Grants of one entitlement, by page. */
  listOfEntitlement(entitlementId: string, pageToken: string): StorePage<Grant> {
    return this.#page("entitlement_id = ? and sync_id = ?", [entitlementId, this.#syncId], pageToken);
  }

  /** The first grant of `principal` on an entitlement. */
  get(entitlementId: string, { resourceType, resource }: ResourceId): Grant | undefined {
    if (this.#state !== "sealed") this.seal();
    const row = this.#database.get(ofPrincipal, entitlementId, resourceType, resource, this.#syncId);
    return row && toGrant(row);
  }

  #page(filter: string, values: readonly string[], pageToken: string): StorePage<Grant> {
    if (this.#state !== "sealed") this.seal();
    const sql = `select ${readColumns} from v1_grants where ${filter} and id >= ? order by id limit ${pageRows + 1}`;
    return nextPage(this.#database.all(sql, ...values, Number(pageToken)), toGrant);
  }

  #openForLoad(): void {
    // The partial ones hold few rows or none, and building them means reading all.
    const dropped = droppingIndexes((index) => isOfGrants(index) && index.where === undefined);
    const kept = creatingIndexes((index) => isOfGrants(index) && index.where !== undefined);
    for (const sql of [...dropped, ...kept]) this.#database.runOnSchema(sql);
    this.#state = "appending";
  }

  /** An insert; `values` for `columns` and the data. */
  #insert(values: readonly string[], expansion = "null, 0"): string {
    return `insert into v1_grants (${columns}, data, expansion, needs_expansion, sync_id, discovered_at)
      values (${values.join(", ")}, ${expansion}, ${this.#shared})`;
  }
}

/** Session key of the last row's id as text. */
const endKey = "baton/grants-end";
const markEnd = `insert into v1_connector_sessions (sync_id, key, value)
  select ?, ?, cast(coalesce(max(id), 0) as blob) from v1_grants where true
  on conflict (sync_id, key) do update set value = excluded.value`;
// Where nothing was marked, as in the file of a Go connector, nothing is compared as true.
const deleteUnmarked = `delete from v1_grants where sync_id = ?1 and id > (select cast(cast(value as text) as integer)
  from v1_connector_sessions where sync_id = ?1 and key = ?2)`;
/** Statements with seven parameters, and with the expansion as the eighth. */
interface Inserts {
  readonly plain: string;
  readonly expandable: string;
}

const sevenMarks: readonly string[] = Array.from({ length: 7 }, () => "?");
const ofPrincipal = `select ${readColumns} from v1_grants where entitlement_id = ? and principal_resource_type_id = ?
  and principal_resource_id = ? and sync_id = ? order by id limit 1`;

function isOfGrants({ table }: Index): boolean {
  return table === "v1_grants";
}

/** The values of a grant's row for `columns`. */
function textsOf({ id, entitlement, principal }: Grant): readonly string[] {
  const { resource } = entitlement;
  return [resource.resourceType, resource.resource, entitlement.id, principal.resourceType, principal.resource, id];
}

const grantRows: RowKind<Grant> = { valuesOf: textsOf, write: writeGrant, us: grantUs };
/** No reason to start a thread: who puts grants now asks for others in between, and would wait for it each time. */
const upsertedRows: RowKind<Grant> = { ...grantRows, us: 0 };

type Expanding = Grant & { readonly expandable: GrantExpandable };

/** True when the grant names an entitlement that is expanded into its own. */
export function expands(grant: Grant): grant is Expanding {
  return grant.expandable?.entitlementIds.some((id) => id.trim() !== "") ?? false;
}

function toGrant(row: Row): Grant {
  const expansion = row["expansion"];
  return decodeGrant(bytesOf(row["data"]), expansion instanceof Uint8Array ? { expansion } : {});
}

/** Duplicates are rare: looking for them is left to the index, and removing them to the case that it finds some. */
function createUniqueIndex(db: DatabaseSync): void {
  const create = (): void => createIndexes(db, (index) => isOfGrants(index) && index.unique === true);
  try {
    create();
  } catch (caught) {
    if (!isSqliteError(caught) || caught.errcode !== uniqueViolation) throw caught;
    mergeDuplicateGrants(db);
    create();
  }
}

const groups = `select external_id, sync_id, min(id) as first_id, max(id) as last_id
  from v1_grants group by external_id, sync_id having count(*) > 1`;

/**
 * Of all rows with one id in one sync the first stays where it is and takes the data and expansion of the last
 * (Go SDK: upsert replaces only these).
 */
function mergeDuplicateGrants(db: DatabaseSync): void {
  db.exec(`
    create index temporary_grant_ids on v1_grants (external_id, sync_id);
    create temp table duplicate_grants (first_id integer primary key, last_id integer, external_id text, sync_id text);
    insert into duplicate_grants (external_id, sync_id, first_id, last_id) ${groups};
    update v1_grants set (data, expansion, needs_expansion) =
        (select last.data, last.expansion, last.needs_expansion from duplicate_grants d
          join v1_grants last on last.id = d.last_id where d.first_id = v1_grants.id)
      where id in (select first_id from duplicate_grants);
    delete from v1_grants where id in
      (select g.id from duplicate_grants d cross join v1_grants g
        where g.external_id = d.external_id and g.sync_id = d.sync_id and g.id <> d.first_id);
    drop table duplicate_grants;
    drop index temporary_grant_ids;
  `);
}
