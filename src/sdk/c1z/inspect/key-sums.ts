/** Compares sets of keys that come in different orders, without keeping them; and remembers keys by their hashes. */
import { hashInput, Xxh64 } from "../pebble/checksums.ts";

/** The hash of bytes that are put together of pieces, as XXH64 has it. Its result is in `high` and `low`. */
export class JoinedHash {
  readonly #hash = new Xxh64();
  #bytes: Uint8Array = hashInput;
  #length = 0;
  high: number = 0;
  low: number = 0;

  /** The hash of one piece. It is this one: valid until the next. */
  of(bytes: Uint8Array): this {
    this.begin(bytes.length);
    this.add(bytes);
    this.finish();
    return this;
  }

  /** Begins anew. @param length of all pieces together. */
  begin(length: number): void {
    // What is short, as nearly every key, is put where it is hashed.
    this.#bytes = length <= hashInput.length ? hashInput : new Uint8Array(length);
    this.#length = 0;
  }

  /** Adds bytes `start` to `end` of `bytes`. */
  add(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const target = this.#bytes;
    let to = this.#length;
    for (let at = start; at < end; at++) target[to++] = bytes[at] ?? 0;
    this.#length = to;
  }

  /** Adds one byte. */
  addByte(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  finish(): void {
    const hash = this.#hash;
    if (this.#bytes === hashInput) hash.hashInput(this.#length);
    else hash.digest(this.#bytes);
    this.high = hash.high;
    this.low = hash.low;
  }
}

/** A number of 64 bits in two halves. */
export interface Halves {
  readonly high: number;
  readonly low: number;
}

/** How many entries a set has, and the sum of their hashes; sets with the same are the same. */
export class KeySum {
  count: number = 0;
  #high = 0;
  #low = 0;

  /** Adds the hash of a key. */
  add({ high, low }: Halves): void {
    this.#change(1, high, low);
  }

  /** Takes one away that was added. */
  remove({ high, low }: Halves): void {
    this.#change(-1, -high, -low);
  }

  /** Adds the hash of a key and of what is stored under it. */
  addPair(key: Halves, value: Halves): void {
    // Not by adding them: two values that were swapped would make the same sum.
    this.#change(1, mixed(key.high ^ value.low, value.high), mixed(key.low ^ value.high, value.low));
  }

  equals(other: KeySum): boolean {
    return this.count === other.count && this.#low === other.#low && this.#high === other.#high;
  }

  #change(count: number, high: number, low: number): void {
    this.count += count;
    this.#high = (this.#high + high) | 0;
    this.#low = (this.#low + low) | 0;
  }
}

/** The last steps of MurmurHash3. */
function mixed(a: number, b: number): number {
  let hash = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ b;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const firstPlaces = 1024;

/** Remembers keys by 53 bits of their hashes: 16 bytes a key. Nobody is told apart whose hashes are the same. */
export class KnownKeys {
  #places = new Float64Array(firstPlaces);
  #count = 0;

  add(hash: Halves): void {
    if (this.#count * 2 >= this.#places.length) this.#grow();
    const value = numberOf(hash);
    const at = this.#placeOf(value);
    if (this.#places[at] === 0) this.#count++;
    this.#places[at] = value;
  }

  has(hash: Halves): boolean {
    return this.#places[this.#placeOf(numberOf(hash))] !== 0;
  }

  /** Where `value` stands, or would. */
  #placeOf(value: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let at = (value % 2 ** 32) & mask;
    while (places[at] !== 0 && places[at] !== value) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#places;
    this.#places = new Float64Array(old.length * 2);
    for (const value of old) if (value !== 0) this.#places[this.#placeOf(value)] = value;
  }
}

/** 0 is an empty place. */
function numberOf({ high, low }: Halves): number {
  return (high >>> 11) * 2 ** 32 + (low >>> 0) || 1;
}
