/** XXH64 with seed 0; CRC-32C (Castagnoli), and the form in which LevelDB and its descendants store it. */
import { crcStep, machine, memory, mostInput, place } from "./checksum-machine.ts";

const reflected = 0x82f63b78;

/** Tables for bytes 0 (the last) and more positions before the end of a step. */
function makeTables(): void {
  const made = new Int32Array(memory.buffer, place.tables, crcStep * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? reflected ^ (value >>> 1) : value >>> 1;
    made[byte] = value;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256] ?? 0;
    made[at] = (before >>> 8) ^ (made[before & 255] ?? 0);
  }
}

makeTables();

/** The checksum of bytes `start` to `end`, 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let crc = -1;
  for (let at = start; at < end; at += mostInput) {
    const piece = bytes.subarray(at, Math.min(end, at + mostInput));
    memory.set(piece, place.input);
    crc = machine.takeCrc(crc, place.input, place.input + piece.length);
  }
  return ~crc >>> 0;
}

/** The checksum as it is stored, 0 to 2^32 - 1: one of data that holds checksums would be weak otherwise. */
export function maskedCrc32c(bytes: Uint8Array, start?: number, end?: number): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Bytes that the four lanes take at once. */
const stripeBytes = 32;
const lanes: Uint8Array = memory.subarray(place.lanes, place.lanes + stripeBytes);
const result = new Uint32Array(memory.buffer, place.result, 2);

/**
 * One hash after the other, or of a stream: `reset`, `update` with its pieces, `finish`. The result lies in `high` and
 * `low`, so that nothing is allocated for it.
 */
export class Xxh64 {
  /** Upper half of the result, 0 to 2^32 - 1. */
  high: number = 0;
  /** Lower half of the result. */
  low: number = 0;
  /** The lanes between two pieces. */
  readonly #lanes = new Uint8Array(stripeBytes);
  /** What is not a whole stripe yet. */
  readonly #rest = new Uint8Array(stripeBytes);
  #restLength = 0;
  #length = 0;

  /** Begins a new hash. */
  reset(): void {
    machine.begin();
    this.#lanes.set(lanes);
    this.#restLength = 0;
    this.#length = 0;
  }

  /** Takes bytes `start` to `end` of `bytes`. */
  update(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.#length += end - start;
    if (this.#restLength + end - start < stripeBytes) {
      this.#rest.set(bytes.subarray(start, end), this.#restLength);
      this.#restLength += end - start;
      return;
    }
    lanes.set(this.#lanes);
    memory.set(this.#rest.subarray(0, this.#restLength), place.input);
    for (let at = start; at < end; ) {
      const until = Math.min(end, at + mostInput - this.#restLength);
      memory.set(bytes.subarray(at, until), place.input + this.#restLength);
      this.#takeStripes(this.#restLength + until - at);
      at = until;
    }
    this.#rest.set(memory.subarray(place.input, place.input + this.#restLength));
    this.#lanes.set(lanes);
  }

  /** Puts the whole stripes of so much input into the lanes; the rest of it becomes the beginning of the next. */
  #takeStripes(length: number): void {
    this.#restLength = length % stripeBytes;
    const end = place.input + length;
    machine.takeStripes(place.input, end - this.#restLength);
    memory.copyWithin(place.input, end - this.#restLength, end);
  }

  /** Ends the hash: the result is in `high` and `low`. */
  finish(): void {
    lanes.set(this.#lanes);
    memory.set(this.#rest.subarray(0, this.#restLength), place.input);
    machine.finish(place.input, place.input + this.#restLength, this.#length, Number(this.#length >= stripeBytes));
    this.#takeResult();
  }

  /**
   * Hashes the first `length` bytes of {@link hashInput} in one step.
   * @throws RangeError when it has not so many.
   */
  hashInput(length: number): void {
    if (length > hashInput.length) throw new RangeError(`${length} bytes are too many to be hashed at once`);
    machine.begin();
    const whole = length - (length % stripeBytes);
    machine.takeStripes(place.input, place.input + whole);
    machine.finish(place.input + whole, place.input + length, length, whole);
    this.#takeResult();
  }

  #takeResult(): void {
    this.low = result[0] ?? 0;
    this.high = result[1] ?? 0;
  }

  /** The hash of `bytes`, big-endian as 8 bytes. */
  digest(bytes: Uint8Array): Buffer {
    this.reset();
    this.update(bytes);
    this.finish();
    return this.toBytes();
  }

  /** The result as 8 bytes, big-endian. */
  toBytes(): Buffer {
    const out = Buffer.allocUnsafe(8);
    out.writeUInt32BE(this.high, 0);
    out.writeUInt32BE(this.low, 4);
    return out;
  }
}

/** Where many short inputs are put, one after the other, to be hashed. Any other use of this module writes over it. */
export const hashInput: Uint8Array = memory.subarray(place.input, place.input + mostInput);
