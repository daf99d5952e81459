/**
 * The grants of a sync on their way into a version 3 file: a log of numbers, one row of the scratch database for all
 * grants that are put at once. A number stands for an entitlement or a principal, which is named where it occurs first.
 * Grants that are more than these two have a row of v1_grants beside it. The first question for a grant turns all into
 * such rows, with their indexes.
 */
import type { EntitlementRef, Grant, ResourceId } from "../../contracts/model.ts";
import { encodeGrant, encodeGrantExpandable } from "../../wire/encode.ts";
import { usualGrantId } from "../pebble/keys.ts";
import { fitsBatch } from "../scratch/grant-batches.ts";
import { type RowKind, rowsToWrite } from "../scratch/row-batches.ts";
import { bytesOf, sqlText } from "../scratch/row-sql.ts";
import type { ScratchDatabase } from "../scratch/scratch-database.ts";
import { expands, GrantTable } from "./grant-table.ts";
import type { GrantCodes } from "./pebble/grant-order.ts";
import type { EntitlementName, PrincipalName } from "./pebble/names.ts";
import type { StorePage } from "./sync-store.ts";

const createLog = `create table if not exists grant_log
  (id integer primary key, sync_id text not null, names text not null, codes blob not null)`;
const loggedNames = "select names from grant_log where sync_id = ? order by id";
const loggedCodes = "select codes from grant_log where sync_id = ? order by id";
const anyRow = "select 1 from v1_grants where sync_id = ? limit 1";
/** Set on a principal's number when the grant has a row of its own, of which the id is its place in the log. */
const hasRow = 0x80000000;
/** Objects of entitlements that are known by themselves, without looking at their ids; then they begin anew. */
const mostRemembered = 100_000;

/** What one row of the log holds. */
interface LogRow {
  /** Three texts for each entitlement that is named the first time, two for each principal. */
  readonly names: readonly [entitlements: readonly string[], principals: readonly string[]];
  /** Of each grant the number of its entitlement, and the number of its principal with the mark above. */
  readonly codes: Uint32Array;
}

const logRows: RowKind<LogRow> = {
  valuesOf: ({ names }) => [JSON.stringify(names)],
  write: (writer, { codes }) => writer.raw(new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength)),
  us: 0,
};

/** Grants of one sync; the same questions as to a {@link GrantTable}. */
export class GrantLog {
  readonly #database: ScratchDatabase;
  readonly #syncId: string;
  readonly #table: GrantTable;
  readonly #insertLog: string;
  readonly #insertRow: (isExpanding: boolean) => string;
  readonly #entitlements = new Numbers<EntitlementName>();
  readonly #principals = new Numbers<PrincipalName>();
  readonly #remembered = new Map<EntitlementRef, number>();
  #count = 0;
  #isLog: boolean = true;

  /** @param discoveredAt for all rows, see `goTime`. */
  constructor(database: ScratchDatabase, syncId: string, discoveredAt: string) {
    this.#database = database;
    this.#syncId = syncId;
    this.#table = new GrantTable(database, syncId, discoveredAt);
    this.#insertLog = `insert into grant_log (sync_id, names, codes) values (${sqlText(syncId)}, ?, ?)`;
    this.#insertRow = (isExpanding) => `insert into v1_grants (id, resource_type_id, resource_id, entitlement_id,
      principal_resource_type_id, principal_resource_id, external_id, data, expansion, needs_expansion, sync_id,
      discovered_at) values (?, ?, ?, ?, ?, ?, ?, ?, ${isExpanding ? "?, 1" : "null, 0"},
      ${sqlText(syncId)}, ${sqlText(discoveredAt)})`;
    database.write(() => database.db.exec(createLog));
    this.#readBack();
  }

  /** What a run before put; rows without a log are those of a run that asked, or of a version 1 file. */
  #readBack(): void {
    // Nobody else writes it.
    const rows = this.#database.db.prepare(loggedNames).iterate(this.#syncId);
    for (const { names } of rows) this.#learn(JSON.parse(String(names)) as LogRow["names"]);
    for (const codes of this.#codes()) this.#count += codes.length / 2;
    if (this.#count === 0 && this.#database.get(anyRow, this.#syncId)) this.#isLog = false;
  }

  #learn([entitlements, principals]: LogRow["names"]): void {
    for (let at = 0; at < entitlements.length; at += 3) {
      this.#entitlements.numberOf([entitlements[at] ?? "", entitlements[at + 1] ?? "", entitlements[at + 2] ?? ""]);
    }
    for (let at = 0; at < principals.length; at += 2) {
      this.#principals.numberOf([principals[at] ?? "", principals[at + 1] ?? ""]);
    }
  }

  /** The numbers of the log, row by row. */
  *#codes(): Generator<LogRow["codes"]> {
    for (const row of this.#database.db.prepare(loggedCodes).iterate(this.#syncId)) {
      const bytes = bytesOf(row["codes"]);
      yield new Uint32Array(new Uint8Array(bytes).buffer, 0, bytes.length / 4);
    }
  }

  /** Adds or replaces grants; of those of one entitlement and principal the last counts. */
  put(grants: readonly Grant[]): void {
    if (!this.#isLog) {
      this.#table.put(grants);
      return;
    }
    if (grants.length === 0) return;
    const names: LogRow["names"] & [string[], string[]] = [[], []];
    const codes = new Uint32Array(grants.length * 2);
    let lastPrincipal: ResourceId | undefined;
    let principal = 0;
    let at = 0;
    for (const grant of grants) {
      if (grant.principal !== lastPrincipal) {
        lastPrincipal = grant.principal;
        principal = this.#principals.numberOf([lastPrincipal.resourceType, lastPrincipal.resource], names[1]);
      }
      const isPlain = fitsBatch(grant) && hasUsualId(grant);
      codes[at++] = this.#entitlementNumber(grant.entitlement, names[0]);
      codes[at++] = isPlain ? principal : (principal | hasRow) >>> 0;
      this.#count++;
      if (!isPlain) this.#putRow(this.#count, grant);
    }
    this.#database.put(rowsToWrite(this.#insertLog, [{ names, codes }], logRows));
  }

  #entitlementNumber(ref: EntitlementRef, named: string[]): number {
    const known = this.#remembered.get(ref);
    if (known !== undefined) return known;
    const number = this.#entitlements.numberOf([ref.resource.resourceType, ref.resource.resource, ref.id], named);
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(ref, number);
    return number;
  }

  #putRow(id: number, grant: Grant): void {
    const { entitlement, principal } = grant;
    const { resource } = entitlement;
    const texts = [
      resource.resourceType,
      resource.resource,
      entitlement.id,
      principal.resourceType,
      principal.resource,
    ];
    const values = [id, ...texts, grant.id, encodeGrant(grant)];
    if (!expands(grant)) this.#database.run(this.#insertRow(false), ...values);
    else this.#database.run(this.#insertRow(true), ...values, encodeGrantExpandable(grant.expandable));
  }

  /** Nothing is committed before a checkpoint, unless grants are rows. */
  mark(): void {
    if (!this.#isLog) this.#table.mark();
  }

  removeUnmarked(): void {
    if (!this.#isLog) this.#table.removeUnmarked();
  }

  listExpandable(pageToken: string): StorePage<Grant> {
    this.#makeRows();
    return this.#table.listExpandable(pageToken);
  }

  listOfEntitlement(entitlementId: string, pageToken: string): StorePage<Grant> {
    this.#makeRows();
    return this.#table.listOfEntitlement(entitlementId, pageToken);
  }

  get(entitlementId: string, principal: ResourceId): Grant | undefined {
    this.#makeRows();
    return this.#table.get(entitlementId, principal);
  }

  /** Makes rows of the log. */
  #makeRows(): void {
    if (!this.#isLog) return;
    this.#isLog = false;
    this.#database.write(() => {
      const { db } = this.#database;
      let id = 0;
      for (const codes of this.#codes()) {
        for (let at = 0; at < codes.length; at += 2) {
          id++;
          const principal = codes[at + 1] ?? 0;
          if (principal < hasRow) this.#putRow(id, this.#plainGrant(codes[at] ?? 0, principal));
        }
      }
      db.prepare("delete from grant_log where sync_id = ?").run(this.#syncId);
    });
    this.#table.seal();
    this.#table.mark();
  }

  #plainGrant(entitlement: number, principal: number): Grant {
    const [type, resource, entitlementId] = this.#entitlements.names[entitlement] ?? ["", "", ""];
    const [principalType, principalId] = this.#principals.names[principal] ?? ["", ""];
    return {
      id: usualGrantId(entitlementId, principalType, principalId),
      entitlement: { id: entitlementId, resource: { resourceType: type, resource } },
      principal: { resourceType: principalType, resource: principalId },
    };
  }

  /** All grants as numbers. */
  codes(): GrantCodes {
    return this.#database.read(() => (this.#isLog ? this.#codesOfLog() : this.#codesOfRows()));
  }

  #codesOfLog(): GrantCodes {
    const hasRows = this.#database.get(anyRow, this.#syncId) !== undefined;
    const out = this.#newCodes(this.#count, hasRows ? this.#count : 0);
    let grant = 0;
    for (const codes of this.#codes()) {
      for (let at = 0; at < codes.length; at += 2, grant++) {
        const principal = codes[at + 1] ?? 0;
        out.entitlementOf[grant] = codes[at] ?? 0;
        out.principalOf[grant] = principal & ~hasRow;
        if (principal >= hasRow) out.rowOf[grant] = grant + 1;
      }
    }
    return out;
  }

  #codesOfRows(): GrantCodes {
    const { db } = this.#database;
    const count = Number(db.prepare("select count(*) as n from v1_grants where sync_id = ?").get(this.#syncId)?.["n"]);
    const out = this.#newCodes(count, count);
    const rows = db.prepare(`select id, resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
      principal_resource_id from v1_grants where sync_id = ? order by id`);
    rows.setReturnArrays(true);
    let grant = 0;
    for (const row of rows.iterate(this.#syncId) as unknown as Iterable<readonly unknown[]>) {
      const [id, type, resource, entitlement, principalType, principal] = row;
      out.rowOf[grant] = Number(id);
      out.entitlementOf[grant] = this.#entitlements.numberOf([String(type), String(resource), String(entitlement)]);
      out.principalOf[grant++] = this.#principals.numberOf([String(principalType), String(principal)]);
    }
    return out;
  }

  #newCodes(count: number, rows: number): GrantCodes {
    return {
      entitlements: this.#entitlements.names,
      principals: this.#principals.names,
      entitlementOf: new Uint32Array(count),
      principalOf: new Uint32Array(count),
      rowOf: new Uint32Array(rows),
    };
  }
}

/** True when the id is what readers take for it without being told. */
function hasUsualId({ id, entitlement, principal }: Grant): boolean {
  return id === usualGrantId(entitlement.id, principal.resourceType, principal.resource);
}

/** Numbers of names, in the order in which they were first met. */
class Numbers<Name extends readonly string[]> {
  readonly names: Name[] = [];
  readonly #byName = new Map<string, Map<string, number>>();

  /** The number of `name`; a new one is added to `named`. */
  numberOf(name: Name, named?: string[]): number {
    // The last part tells most names apart.
    const rest = name.length === 2 ? (name[0] ?? "") : JSON.stringify(name.slice(0, -1));
    let known = this.#byName.get(rest);
    if (!known) {
      known = new Map();
      this.#byName.set(rest, known);
    }
    const last = name.at(-1) ?? "";
    let number = known.get(last);
    if (number === undefined) {
      number = this.names.length;
      known.set(last, number);
      this.names.push(name);
      named?.push(...name);
    }
    return number;
  }
}
