/** Names of entitlements and principals in the order of their keys, as bytes that a key or a record is made of. */
import { compareUtf8 } from "../../../wire/encode.ts";
import { ProtoWriter } from "../../../wire/proto-writer.ts";
import { entitlementParts, joined } from "../../pebble/keys.ts";

/** An entitlement as grants name it: its resource's type and id, and its own id. */
export type EntitlementName = readonly [resourceType: string, resource: string, id: string];
/** A principal: its type and id. */
export type PrincipalName = readonly [type: string, id: string];

/** Many byte strings in one piece of memory; number i is bytes `starts[i]` to `starts[i + 1]`. */
export interface Strings {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/** Number `number` of them. */
export function stringAt({ bytes, starts }: Strings, number: number): Uint8Array {
  return bytes.subarray(starts[number], starts[number + 1]);
}

/** Names, each once, in the order of their keys. */
export interface SortedNames {
  readonly count: number;
  /** What stands for the name in a key. */
  readonly keys: Strings;
  /** The field of a grant's record that names it. */
  readonly refs: Strings;
  /** From the name's number as it was given to its place in the order. */
  readonly rankOf: Uint32Array;
  /** From the place to the number, the smallest where several are equal. */
  readonly numberAt: Uint32Array;
}

/** Fields of c1.storage.v3.GrantRecord. */
const entitlementField = 3;
const principalField = 4;

/** Sorts entitlements. */
export function sortEntitlements(names: readonly EntitlementName[]): SortedNames {
  const keys = names.map((name) => joined(...entitlementParts(...name)));
  return sorted(
    names.length,
    (a, b) => Buffer.compare(keys[a] ?? empty, keys[b] ?? empty),
    (number) => keys[number] ?? empty,
    (writer, number) => writeRef(writer, entitlementField, names[number] ?? []),
  );
}

/** Sorts principals. */
export function sortPrincipals(names: readonly PrincipalName[]): SortedNames {
  return sorted(
    names.length,
    comparisonOf(names),
    (number) => joined(...(names[number] ?? [])),
    (writer, number) => writeRef(writer, principalField, names[number] ?? []),
  );
}

const empty: Buffer = Buffer.alloc(0);

/** True when the order of the text in UTF-16 is that of its bytes, and a key holds it as it is. */
function isPlain(text: string): boolean {
  return Buffer.byteLength(text) === text.length && !text.includes("\0") && !text.includes("\x01");
}

/** A comparison of two numbers by the keys of their names, without making the keys. */
function comparisonOf(names: readonly PrincipalName[]): (a: number, b: number) => number {
  const compare = names.every(([type, id]) => isPlain(type) && isPlain(id)) ? compareUnits : compareUtf8;
  return (a, b) => {
    const [typeA, idA] = names[a] ?? noName;
    const [typeB, idB] = names[b] ?? noName;
    return (typeA === typeB ? 0 : compare(typeA, typeB)) || compare(idA, idB);
  };
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a !== b);
}

const noName: PrincipalName = ["", ""];

function writeRef(writer: ProtoWriter, field: number, parts: readonly string[]): void {
  const start = writer.begin(field);
  for (const [index, part] of parts.entries()) writer.string(index + 1, part);
  writer.end(start);
}

function sorted(
  count: number,
  compare: (a: number, b: number) => number,
  keyOf: (number: number) => Uint8Array,
  writeRefOf: (writer: ProtoWriter, number: number) => void,
): SortedNames {
  const order = Uint32Array.from({ length: count }, (_, number) => number);
  order.sort((a, b) => compare(a, b) || a - b);
  const rankOf = new Uint32Array(count);
  const keys = new StringsBuilder(count);
  const refs = new StringsBuilder(count);
  const numberAt = new Uint32Array(count);
  const writer = new ProtoWriter();
  let rank = -1;
  order.forEach((number, at) => {
    if (at === 0 || compare(order[at - 1] ?? 0, number) !== 0) {
      rank++;
      numberAt[rank] = number;
      keys.push(keyOf(number));
      writer.reset();
      writeRefOf(writer, number);
      refs.push(writer.view());
    }
    rankOf[number] = rank;
  });
  return { count: rank + 1, keys: keys.finish(), refs: refs.finish(), rankOf, numberAt };
}

class StringsBuilder {
  #bytes = new Uint8Array(64 * 1024);
  readonly #starts: Uint32Array;
  #count = 0;
  #length = 0;

  constructor(most: number) {
    this.#starts = new Uint32Array(most + 1);
  }

  push(value: Uint8Array): void {
    const end = this.#length + value.length;
    if (end > this.#bytes.length) this.#resize(Math.max(this.#bytes.length * 2, end));
    this.#bytes.set(value, this.#length);
    this.#length = end;
    this.#starts[++this.#count] = this.#length;
  }

  finish(): Strings {
    this.#resize(this.#length);
    return { bytes: this.#bytes, starts: this.#starts };
  }

  /** Gives the memory back that it leaves. */
  #resize(length: number): void {
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(length));
  }
}
