/** The index of a version 3 payload of frames: which file is which frame, and what is in it. */
import { FieldReader } from "../../../wire/field-reader.ts";
import type { V3Header } from "../../container/v3-manifest.ts";
import { Xxh64 } from "../../pebble/checksums.ts";
import { PebbleFormatError } from "./byte-cursor.ts";
import { type Extent, isSafeName, type ReadBytes } from "./tar.ts";

/** A file and its frame. */
export interface FrameEntry {
  readonly name: string;
  /** Where the frame begins in the c1z. */
  readonly offset: number;
  readonly packedBytes: number;
  readonly rawBytes: number;
  /** Of what is unpacked, big-endian as `Xxh64.digest` gives it. */
  readonly rawXxh64: Buffer;
  readonly rawSha256: Buffer;
}

/** What `readFrameIndex` needs. */
export interface FrameIndexOptions {
  readonly read: ReadBytes;
  readonly header: V3Header;
  /** Bytes of the whole c1z. */
  readonly size: number;
  readonly maxFiles: number;
}

const footerBytes = 28;
const footerMagic = "C1ZIDX1\0";
const maxIndexBytes = 64 * 1024 * 1024;
const sha256Bytes = 32;
const maxNameBytes = 4096;

/**
 * Reads the index from the end of the file.
 * @throws PebbleFormatError, or a RangeError for a message that is damaged.
 */
export function readFrameIndex({ read, header, size, maxFiles }: FrameIndexOptions): FrameEntry[] {
  const place = readFooter(read, header.end, size);
  const bytes = read(place.offset, place.length);
  const hash = new Xxh64();
  if (!hash.digest(bytes).equals(place.hash)) throw new PebbleFormatError("its index does not fit its checksum");
  const { entries, manifestHash } = readIndex(new FieldReader(bytes), maxFiles);
  const isHashed = manifestHash.some((byte) => byte !== 0);
  if (isHashed && !hash.digest(header.bytes).equals(manifestHash)) {
    throw new PebbleFormatError("its header does not fit the checksum in its index");
  }
  checkEntries(entries, header.end, place.offset);
  return entries;
}

function readFooter(read: ReadBytes, start: number, size: number): Extent & { readonly hash: Buffer } {
  if (size - start < footerBytes) throw new PebbleFormatError("it ends too early");
  const footer = read(size - footerBytes, footerBytes);
  if (footer.toString("latin1", 20) !== footerMagic)
    throw new PebbleFormatError("it is cut off, or bytes follow its end");
  const [offset, length] = [Number(footer.readBigUInt64BE(0)), footer.readUInt32BE(8)];
  if (length > maxIndexBytes || offset < start || offset + length !== size - footerBytes) {
    throw new PebbleFormatError("its index lies outside of it");
  }
  return { offset, length, hash: footer.subarray(12, 20) };
}

function readIndex(reader: FieldReader, maxFiles: number): { entries: FrameEntry[]; manifestHash: Buffer } {
  const entries: FrameEntry[] = [];
  let manifestHash: Buffer = Buffer.alloc(8);
  while (reader.next(reader.end)) {
    if (reader.field === 1) {
      if (entries.length === maxFiles) throw new PebbleFormatError("its index has too many files");
      entries.push(readEntry(reader, reader.enter()));
    } else if (reader.field === 4) manifestHash = bigEndian(reader.fixed64());
    else reader.skip();
  }
  return { entries, manifestHash };
}

function readEntry(reader: FieldReader, end: number): FrameEntry {
  const entry = {
    name: "",
    offset: 0,
    packedBytes: 0,
    rawBytes: 0,
    rawXxh64: Buffer.alloc(8),
    rawSha256: Buffer.alloc(0),
  };
  while (reader.next(end)) {
    if (reader.field === 1) entry.name = reader.string();
    else if (reader.field === 2) entry.offset = reader.int64();
    else if (reader.field === 3) entry.packedBytes = reader.int64();
    else if (reader.field === 4) entry.rawBytes = reader.int64();
    else if (reader.field === 5) entry.rawXxh64 = bigEndian(reader.fixed64());
    else if (reader.field === 6) entry.rawSha256 = Buffer.from(reader.bytes());
    else reader.skip();
  }
  return entry;
}

function bigEndian(littleEndian: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(littleEndian).reverse();
}

/** Frames lie between header and index, and none lies upon another: few bytes would be files without end. */
function checkEntries(entries: readonly FrameEntry[], start: number, end: number): void {
  let last = start;
  for (const { offset, packedBytes } of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (packedBytes <= 0 || offset < last || offset + packedBytes > end) {
      throw new PebbleFormatError("a file of its index lies outside of its place");
    }
    last = offset + packedBytes;
  }
  if (new Set(entries.map(({ name }) => name)).size < entries.length) {
    throw new PebbleFormatError("its index has a file twice");
  }
  for (const { name, rawBytes, rawSha256 } of entries) {
    if (!isSafeName(name) || name.length > maxNameBytes) throw new PebbleFormatError("its index has an unsafe name");
    if (rawSha256.length !== sha256Bytes) throw new PebbleFormatError("a file of its index has no SHA-256");
    if (!Number.isSafeInteger(rawBytes) || rawBytes < 0)
      throw new PebbleFormatError("a file of its index is too large");
  }
}
