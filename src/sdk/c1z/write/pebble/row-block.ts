/**
 * One block of a row table (Pebble's table format 1): entries whose keys share a beginning with the one before, restart
 * points, and behind them compression and checksum. Knows nothing of what keys mean.
 */
import { maskedCrc32c } from "../../pebble/checksums.ts";

/** Behind each user key: sequence number 0 and the kind "set", as one little-endian 64-bit number. */
export const keyTrailer: Buffer = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
/** Behind each block: one byte that says how it is compressed, and the checksum. */
export const blockTrailerBytes = 5;
const uncompressed = 0;
/** Room for a block of rows (table-writer.ts). */
const usualBytes = 64 * 1024;
/** Three varints of 32 bits. */
const mostHeaderBytes = 15;

/** A block that grows by entries in the order of their keys; used again after `reset`. */
export class RowBlock {
  /** What was written; valid until the next entry. */
  bytes: Buffer;
  #view: DataView;
  #length = 0;
  #entries = 0;
  readonly #interval: number;
  readonly #restarts: number[] = [];

  /**
   * @param interval entries from one whole key to the next; 1: all are whole.
   * @param initialBytes room that it begins with.
   */
  constructor(interval: number, initialBytes: number = usualBytes) {
    this.#interval = interval;
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#view = viewOf(this.bytes);
  }

  get length(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#entries === 0;
  }

  /** True when the next entry has its whole key, whatever it shares. */
  get isAtRestart(): boolean {
    return this.#entries % this.#interval === 0;
  }

  /**
   * Begins an entry: bytes `shared` to `length` of `key`, the trailer of `trailer` bytes (8 or 0), and room for a value
   * that `append` then gives. `shared` is 0 at a restart.
   */
  beginEntry(key: Uint8Array, length: number, shared: number, trailer: number, valueLength: number): void {
    this.#reserve(mostHeaderBytes + length - shared + trailer + valueLength);
    if (this.isAtRestart) this.#restarts.push(this.#length);
    this.#entries++;
    this.#varint(shared);
    this.#varint(length - shared + trailer);
    this.#varint(valueLength);
    this.append(key, shared, length);
    if (trailer === 0) return;
    this.#view.setInt32(this.#length, 1, true);
    this.#view.setInt32(this.#length + 4, 0, true);
    this.#length += trailer;
  }

  /** Bytes `start` to `end` of `bytes`, a part of the value that was announced. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const target = this.bytes;
    let at = this.#length;
    this.#length += end - start;
    if (end - start > fewBytes) target.set(bytes.subarray(start, end), at);
    else for (let i = start; i < end; i++) target[at++] = bytes[i] ?? 0;
  }

  /** Adds restart points, compression and checksum. Returns the bytes without the last two. */
  seal(): number {
    if (this.#restarts.length === 0) this.#restarts.push(0);
    this.#reserve(this.#restarts.length * 4 + 4 + blockTrailerBytes);
    for (const restart of this.#restarts) this.#length = this.bytes.writeUInt32LE(restart, this.#length);
    this.#length = this.bytes.writeUInt32LE(this.#restarts.length, this.#length);
    const { length } = this;
    this.bytes[this.#length++] = uncompressed;
    this.#length = this.bytes.writeUInt32LE(maskedCrc32c(this.bytes, 0, this.#length), this.#length);
    return length;
  }

  reset(): void {
    this.#length = 0;
    this.#entries = 0;
    this.#restarts.length = 0;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.#length++] = rest;
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.#length);
    this.bytes = larger;
    this.#view = viewOf(larger);
  }
}

/** Up to here a loop of our own is faster than a call into the runtime. */
const fewBytes = 96;

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A number of up to 53 bits in groups of seven bits. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
