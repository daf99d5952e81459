/** CRC-32C (Castagnoli), and the form in which LevelDB and its descendants store it. */
import { machine, memory, mostInput, place } from "./checksum-machine.ts";

const reflected = 0x82f63b78;
const tables = 8;

/** Tables for bytes 0 (the last) to 7 positions before the end of a step of eight. */
function makeTables(): void {
  const made = new Int32Array(memory.buffer, place.tables, tables * 256);
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
