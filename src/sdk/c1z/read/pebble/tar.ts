/** Lists the files of a tar archive: where they lie, not what is in them. */
import { PebbleFormatError } from "./byte-cursor.ts";

/** A place in a file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Reads bytes of the archive. */
export type ReadBytes = (offset: number, length: number) => Buffer;

const blockBytes = 512;
/** Kinds of entry: a regular file, in the new and the old notation. */
const regular: ReadonlySet<number> = new Set([0x30, 0]);
const checksum = { start: 148, end: 156 } as const;
const modeLimit = 0o777;

/**
 * The regular files of the archive in bytes `start` to `end`, by name; directories, links and devices are passed over.
 * @throws PebbleFormatError
 */
export function listTar(read: ReadBytes, start: number, end: number, maxFiles: number): Map<string, Extent> {
  const files = new Map<string, Extent>();
  const blockAt = (at: number): Buffer => {
    if (at + blockBytes <= end) return read(at, blockBytes);
    throw new PebbleFormatError("its tar archive has no end");
  };
  for (let at = start, count = 0; ; count++) {
    if (count > maxFiles) throw new PebbleFormatError("its tar archive has too many entries");
    const header = blockAt(at);
    at += blockBytes;
    // Two blocks of zeros are the end: with one alone it is cut off.
    if (isZero(header) && isZero(blockAt(at))) return files;
    checkHeader(header);
    const length = sizeOf(header);
    if (at + length > end) throw new PebbleFormatError("a file of its tar archive is cut off");
    if (regular.has(header[156] ?? -1)) {
      const name = nameOf(header);
      if (files.has(name)) throw new PebbleFormatError("its tar archive has a file twice");
      files.set(name, { offset: at, length });
    }
    at += Math.ceil(length / blockBytes) * blockBytes;
  }
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function checkHeader(header: Buffer): void {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= checksum.start && index < checksum.end ? 0x20 : byte;
  if (octal(header, checksum.start, checksum.end) !== sum) {
    throw new PebbleFormatError("a header of its tar archive does not fit its checksum");
  }
  if (octal(header, 100, 108) > modeLimit) throw new PebbleFormatError("a file of its tar archive has special rights");
}

function sizeOf(header: Buffer): number {
  // The top bit tells a binary number.
  const isBinary = ((header[124] ?? 0) & 0x80) !== 0;
  const size = isBinary ? Number(header.readBigUInt64BE(128)) : octal(header, 124, 136);
  if (Number.isSafeInteger(size)) return size;
  throw new PebbleFormatError("a file of its tar archive has no size");
}

function nameOf(header: Buffer): string {
  const isUstar = header.toString("latin1", 257, 262) === "ustar";
  const directory = isUstar ? text(header, 345, 500) : "";
  const name = (directory === "" ? "" : `${directory}/`) + text(header, 0, 100);
  if (!isSafeName(name)) throw new PebbleFormatError("a file of its tar archive has an unsafe name");
  return name;
}

/** True for a relative name that stays where it is. */
export function isSafeName(name: string): boolean {
  return name !== "" && !name.startsWith("/") && !/[\\\0]/.test(name) && !name.split("/").includes("..");
}

function octal(header: Buffer, start: number, end: number): number {
  const digits = text(header, start, end).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}

function text(header: Buffer, start: number, end: number): string {
  const zero = header.indexOf(0, start);
  return header.toString("utf8", start, zero === -1 || zero > end ? end : zero);
}
