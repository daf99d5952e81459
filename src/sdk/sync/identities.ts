/**
 * Which resources a sync has been given. The last of two rows with one id wins in the file; here it is noticed when they
 * differ.
 */
import { createHash } from "node:crypto";
import type { RowTables } from "../c1z/write/row-tables.ts";
import { rowsOf } from "../c1z/write/sync-store.ts";
import type { SyncWarning } from "../contracts/connector.ts";
import type { Entitlement, Grant, Resource } from "../contracts/model.ts";
import { grantId } from "../resources/ids.ts";
import { viewOf, writeEntitlement, writeResource } from "../wire/encode.ts";

/** Ids named in a warning. */
const mostNamed = 5;

/** What was stored before. */
type StoredRows = Pick<RowTables, "getResource" | "listEntitlements" | "listResources">;

/** The resources of one sync. */
export class Identities {
  readonly #stored: StoredRows;
  /** By resource type: ids. */
  readonly #ids = new Map<string, Set<string>>();
  /** Types of which a list itself told newer rows from others, so that their ids are in the store alone. */
  readonly #toldByList = new Set<string>();
  /** Ids of entitlements. */
  readonly #entitlements = new Set<string>();
  /** By id: a hash of the content; made when an entitlement is given again, as hardly any is. */
  #prints: Map<string, string> | undefined;
  /** By id: who holds what, of grants whose id does not say it. Those of this run alone: they are rare. */
  readonly #grants = new Map<string, string>();
  /** By resource type, or `entitlement` or `grant`: ids that were given twice with different content. */
  readonly #twice = new Map<string, Set<string>>();

  /** Loads what an earlier run of the same sync was given. */
  constructor(stored: StoredRows, isResumed: boolean) {
    this.#stored = stored;
    if (!isResumed) return;
    for (const { id } of rowsOf((pageToken) => stored.listResources({ pageToken }))) {
      this.#of(this.#ids, id.resourceType).add(id.resource);
    }
    for (const { id } of this.#storedEntitlements()) this.#entitlements.add(id);
  }

  /** What the list of this type gave before is void. */
  forget(resourceTypeId: string): void {
    this.#ids.delete(resourceTypeId);
    this.#twice.delete(resourceTypeId);
    this.#toldByList.delete(resourceTypeId);
  }

  /**
   * Takes rows before they are stored.
   * @param replaces true when rows that were given before are newer on purpose.
   * @returns how many are new, or newer on purpose.
   */
  admit(rows: readonly Resource[], replaces: boolean): number {
    if (replaces) {
      for (const { id } of rows) this.#toldByList.add(id.resourceType);
      return rows.length;
    }
    const again = rows.filter(({ id }) => !this.#isFirst(id) || this.#toldByList.has(id.resourceType));
    if (again.length > 0) this.#compare(again, rows);
    return rows.length - again.length;
  }

  /** Takes entitlements before they are stored. */
  admitEntitlements(rows: readonly Entitlement[]): void {
    const allIfNew = this.#entitlements.size + rows.length;
    for (const { id } of rows) this.#entitlements.add(id);
    if (this.#entitlements.size < allIfNew) this.#prints ??= this.#printsOfStored();
    const prints = this.#prints;
    if (!prints) return;
    for (const row of rows) {
      const print = printOf(row);
      const known = prints.get(row.id);
      prints.set(row.id, print);
      if (known !== undefined && known !== print) this.#of(this.#twice, "entitlement").add(row.id);
    }
  }

  #printsOfStored(): Map<string, string> {
    const prints = new Map<string, string>();
    for (const row of this.#storedEntitlements()) prints.set(row.id, printOf(row));
    return prints;
  }

  #storedEntitlements(): Iterable<Entitlement> {
    return rowsOf((token) => this.#stored.listEntitlements(token));
  }

  /**
   * Takes grants before they are stored. The usual id names entitlement and principal, so that two of one id are the
   * same grant; with an id of the connector's own, one of two different grants would be lost.
   */
  admitGrants(rows: readonly Grant[]): void {
    for (const row of rows) {
      if (hasUsualId(row)) continue;
      const holding = grantId(row.entitlement.id, row.principal);
      const known = this.#grants.get(row.id);
      this.#grants.set(row.id, holding);
      if (known !== undefined && known !== holding) this.#of(this.#twice, "grant").add(row.id);
    }
  }

  /** What is to be said at the end. */
  warnings(): readonly SyncWarning[] {
    const warnings: SyncWarning[] = [];
    for (const [type, ids] of this.#twice) {
      if (ids.size === 0) continue;
      const named = [...ids].slice(0, mostNamed).map((id) => `'${id}'`);
      const more = ids.size > mostNamed ? ` and ${ids.size - mostNamed} more` : "";
      warnings.push({
        code: "BATON-ID-TWICE",
        count: ids.size,
        message: `${ids.size} ids of type ${type} were given twice with different content, and the last stands: ${named.join(", ")}${more}`,
      });
    }
    return warnings;
  }

  /** Compares rows with what is stored, and with earlier rows of the same page. */
  #compare(again: readonly Resource[], page: readonly Resource[]): void {
    for (const row of again) {
      const { id } = row;
      const same = page.filter((other) => other.id.resource === id.resource && other !== row);
      const stored = this.#stored.getResource(id);
      const others = stored ? [...same, stored] : same;
      if (others.some((other) => !hasSameContent(row, other))) this.#of(this.#twice, id.resourceType).add(id.resource);
    }
  }

  /** Remembers the id; true when it was not given before in this sync. */
  #isFirst({ resourceType, resource }: Resource["id"]): boolean {
    const ids = this.#of(this.#ids, resourceType);
    const before = ids.size;
    return ids.add(resource).size > before;
  }

  #of(map: Map<string, Set<string>>, resourceType: string): Set<string> {
    const known = map.get(resourceType);
    if (known) return known;
    const ids = new Set<string>();
    map.set(resourceType, ids);
    return ids;
  }
}

/** Whether `grantId` made the id, without making it again: there may be a million. */
function hasUsualId({ id, entitlement, principal: { resourceType, resource } }: Grant): boolean {
  const length = entitlement.id.length + resourceType.length + resource.length + 2;
  return id.length === length && id.startsWith(entitlement.id) && id.endsWith(resource);
}

function printOf(row: Entitlement): string {
  return createHash("sha256").update(viewOf(row, writeEntitlement)).digest("base64");
}

function hasSameContent(one: Resource, other: Resource): boolean {
  const bytes = Buffer.from(viewOf(one, writeResource));
  return bytes.equals(viewOf(other, writeResource));
}

/**
 * Rows without an id end a sync, because nobody could tell what is missing; undefined when all have one. Ids with half of
 * a surrogate pair are none: every such half is written as the same sign, so that two rows would become one.
 */
export function withoutIdWarning(what: string, ids: readonly string[]): SyncWarning | undefined {
  const count = ids.filter((id) => id === "" || !id.isWellFormed()).length;
  if (count === 0) return undefined;
  const message = `${what} without an id that can be stored: ${count}`;
  return { code: "BATON-ID-MISSING", severity: "incomplete", count, message };
}
