/** The tables of grants and what is derived of them, each written in the order of its keys. */
import type { Timestamp } from "../../../contracts/model.ts";
import { releaseBuffer } from "../../../release-buffer.ts";
import { writeTimestamp } from "../../../wire/encode.ts";
import { ProtoWriter } from "../../../wire/proto-writer.ts";
import { prefixes } from "../../pebble/keys.ts";
import { type GrantOrder, sortedBy } from "./grant-order.ts";
import { type Strings, stringAt } from "./names.ts";
import { type GrantExtras, type IdBytes, writeSources } from "./row-records.ts";
import { type StoreSink, TableWriter } from "./table-writer.ts";

/** A grant that is more than its entitlement and its principal. */
export interface StoredGrant extends GrantExtras {
  /** Bytes of the GrantExpandable, when there is one. */
  readonly expansion: Uint8Array | undefined;
  /** Its id, when it is not the usual one. */
  readonly unusualId: string | undefined;
}

/** Fields of c1.storage.v3.GrantRecord; 3 and 4 are the names' refs. */
const field = { id: 2, discoveredAt: 5, expansion: 6, needsExpansion: 7, annotations: 8, sources: 9 } as const;

/** Writes the keys of one table of grants: the names' parts of a key, of which the first is mostly that of the row before. */
export class GrantKeys {
  readonly #table: TableWriter;
  readonly #first: Strings;
  readonly #second: Strings;
  readonly #prefix: Buffer;
  #current = -1;
  #head = 0;

  constructor(table: TableWriter, prefix: Buffer, first: Strings, second: Strings) {
    this.#table = table;
    this.#prefix = prefix;
    this.#first = first;
    this.#second = second;
  }

  /** Puts the key of names number `first` and `second` into the table's `key`. Returns its length. */
  put(first: number, second: number): number {
    return this.end(this.begin(first), second);
  }

  /** Puts prefix, first name and separator into `key`. Returns how many bytes these are. */
  begin(first: number): number {
    if (first === this.#current) return this.#head;
    this.#current = first;
    this.#table.reserve(this.#prefix.length + lengthOf(this.#first, first) + 1);
    this.#table.key.set(this.#prefix);
    this.#head = copy(this.#first, first, this.#table.key, this.#prefix.length);
    this.#table.key[this.#head++] = 0;
    return this.#head;
  }

  /** Puts the second name at `start`. Returns the length of the key. */
  end(start: number, second: number): number {
    this.#table.reserve(start + lengthOf(this.#second, second));
    return copy(this.#second, second, this.#table.key, start);
  }
}

function lengthOf({ starts }: Strings, number: number): number {
  return (starts[number + 1] ?? 0) - (starts[number] ?? 0);
}

function copy({ bytes, starts }: Strings, number: number, target: Uint8Array, at: number): number {
  const end = starts[number + 1] ?? 0;
  let to = at;
  for (let from = starts[number] ?? 0; from < end; from++) target[to++] = bytes[from] ?? 0;
  return to;
}

/** Writes the grants. @param storedAt what the row says of the grant at a place, which has one; in their order. */
export async function writeGrants(
  sink: StoreSink,
  order: GrantOrder,
  { storedAt, discoveredAt }: { readonly storedAt: (place: number) => StoredGrant; readonly discoveredAt: Timestamp },
): Promise<void> {
  const table = new TableWriter(sink);
  const { entitlements, principals, entitlementOf, principalOf, rowOf } = order;
  const keys = new GrantKeys(table, prefixes.grant, entitlements.keys, principals.keys);
  const at = timestampField(discoveredAt);
  const record = new ProtoWriter();
  let unchanged = 0;
  let before = -1;
  for (let index = 0; index < order.count; index++) {
    if (sink.isFull) await sink.drained();
    const entitlement = entitlementOf[index] ?? 0;
    const principal = principalOf[index] ?? 0;
    const head = keys.begin(entitlement);
    unchanged = entitlement === before ? head : 0;
    before = entitlement;
    const length = keys.end(head, principal);
    if ((rowOf[index] ?? 0) === 0) {
      const { refs: e } = entitlements;
      const { refs: p } = principals;
      table.begin(length, unchanged, lengthOf(e, entitlement) + lengthOf(p, principal) + at.length);
      table.append(e.bytes, e.starts[entitlement] ?? 0, e.starts[entitlement + 1] ?? 0);
      table.append(p.bytes, p.starts[principal] ?? 0, p.starts[principal + 1] ?? 0);
      table.append(at, 0, at.length);
    } else {
      record.reset();
      writeStored(record, storedAt(index), {
        entitlement: stringAt(entitlements.refs, entitlement),
        principal: stringAt(principals.refs, principal),
        at,
      });
      table.begin(length, unchanged, record.length);
      table.append(record.view(), 0, record.length);
    }
  }
  table.finish();
}

function timestampField(time: Timestamp): Uint8Array {
  const writer = new ProtoWriter();
  writeTimestamp(writer, field.discoveredAt, time);
  return writer.copy();
}

function writeStored(
  record: ProtoWriter,
  { annotations, sources, principalParent: parent, expansion, unusualId }: StoredGrant,
  parts: { readonly entitlement: Uint8Array; readonly principal: Uint8Array; readonly at: Uint8Array },
): void {
  if (unusualId !== undefined) record.string(field.id, unusualId);
  record.raw(parts.entitlement);
  record.raw(parent.id.length === 0 ? parts.principal : withParent(parts.principal, parent));
  record.raw(parts.at);
  if (expansion) {
    record.bytesAlways(field.expansion, expansion);
    record.bool(field.needsExpansion, true);
  }
  for (const annotation of annotations) record.bytesAlways(field.annotations, annotation);
  writeSources(record, field.sources, sources);
}

/** The field that names a principal, with the principal's parent in its message. */
function withParent(ref: Uint8Array, parent: IdBytes): Uint8Array {
  const writer = new ProtoWriter();
  const start = writer.begin(4);
  // Behind the field's number and its length.
  let length = 1;
  while ((ref[length] ?? 0) > 127) length++;
  writer.raw(ref.subarray(length + 1));
  writer.bytes(3, parent.type);
  writer.bytes(4, parent.id);
  writer.end(start);
  return writer.copy();
}

/** Writes the keys that name the principal first. */
export async function writeGrantsByPrincipal(sink: StoreSink, order: GrantOrder): Promise<void> {
  const table = new TableWriter(sink);
  const { entitlements, principals, entitlementOf, principalOf } = order;
  const keys = new GrantKeys(table, prefixes.grantByPrincipal, principals.keys, entitlements.keys);
  let before = -1;
  const sorted = sortedBy(principalOf, principals.count);
  for (const index of sorted) {
    if (sink.isFull) await sink.drained();
    const principal = principalOf[index] ?? 0;
    const head = keys.begin(principal);
    const length = keys.end(head, entitlementOf[index] ?? 0);
    table.begin(length, principal === before ? head : 0, 0);
    before = principal;
  }
  releaseBuffer(sorted);
  table.finish();
}

/** Writes the keys of the grants at these places of the order, which expand. */
export function writeGrantsToExpand(sink: StoreSink, order: GrantOrder, places: readonly number[]): void {
  const table = new TableWriter(sink);
  const { entitlements, principals, entitlementOf, principalOf } = order;
  const keys = new GrantKeys(table, prefixes.grantToExpand, entitlements.keys, principals.keys);
  for (const place of places) table.begin(keys.put(entitlementOf[place] ?? 0, principalOf[place] ?? 0), 0, 0);
  table.finish();
}
