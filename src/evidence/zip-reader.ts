/**
 * Reads the archives that zip-writer.ts writes, and no others: of every header, each byte must be the one that the writer
 * would have written, and no byte may belong to nothing. So nothing can be hidden in one.
 */
import { crc32, inflateRawSync } from "node:zlib";

/** Signatures and sizes (PKZIP appnote). */
const local = { signature: 0x04034b50, bytes: 30 };
const central = { signature: 0x02014b50, bytes: 46 };
const end = { signature: 0x06054b50, bytes: 22 };
const descriptor = { signature: 0x08074b50, bytes: 16 };
/** A member is held in memory as a whole. */
const maxMemberBytes = 1024 * 1024 * 1024;
/** Of the writer: version 2.0 on Unix, packed, sizes behind the data, names in UTF-8, 1 January 1980, for its owner alone. */
const written = {
  version: 20,
  madeBy: 0x0314,
  deflate: 8,
  plainFlags: 0x08,
  utf8Flags: 0x808,
  date: 0x21,
  mode: 0x81800000,
};

/** What is wrong with an archive, as the end of a sentence. */
export class ZipProblem extends Error {}

/** A file in the archive. */
export interface ZipMember {
  readonly name: string;
  /** Unpacks it. @throws ZipProblem when it is damaged. */
  content(): Buffer;
}

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Of its local header. */
  readonly at: number;
}

/** All members in their order. @throws ZipProblem */
export function readZip(bytes: Buffer): readonly ZipMember[] {
  const endAt = bytes.length - end.bytes;
  if (endAt < 0 || bytes.readUInt32LE(endAt) !== end.signature)
    throw new ZipProblem("it does not end as an archive does");
  const [count, directoryAt] = [bytes.readUInt16LE(endAt + 10), bytes.readUInt32LE(endAt + 16)];
  if (!bytes.subarray(endAt).equals(endOf(count, directoryAt, endAt))) throw new ZipProblem("its end was changed");
  const members = new Map<string, ZipMember>();
  let [at, next] = [directoryAt, 0];
  for (let index = 0; index < count; index++) {
    const entry = readEntry(bytes, at, endAt);
    const name = entry.name.toString("utf8");
    const dataAt = entry.at + local.bytes + entry.name.length;
    const isAsWritten =
      entry.at === next &&
      bytes.subarray(at, at + central.bytes + entry.name.length).equals(centralOf(entry)) &&
      bytes.subarray(entry.at, dataAt).equals(localOf(entry)) &&
      bytes.subarray(dataAt + entry.packed, dataAt + entry.packed + descriptor.bytes).equals(descriptorOf(entry));
    if (!isAsWritten || members.has(name)) throw new ZipProblem(`what it says about ${name} was changed`);
    members.set(name, { name, content: () => unpacked(bytes.subarray(dataAt, dataAt + entry.packed), entry) });
    next = dataAt + entry.packed + descriptor.bytes;
    at += central.bytes + entry.name.length;
  }
  if (at !== endAt || next !== directoryAt) throw new ZipProblem("there is something in it that belongs to no file");
  return [...members.values()];
}

function readEntry(bytes: Buffer, at: number, limit: number): Entry {
  if (at + central.bytes > limit) throw new ZipProblem("its directory is cut off");
  const nameAt = at + central.bytes;
  return {
    name: bytes.subarray(nameAt, Math.min(nameAt + bytes.readUInt16LE(at + 28), limit)),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    at: bytes.readUInt32LE(at + 42),
  };
}

function unpacked(packed: Buffer, { name, crc, size }: Entry): Buffer {
  const damaged = new ZipProblem(`${name.toString("utf8")} is damaged`);
  if (size > maxMemberBytes) throw new ZipProblem(`${name.toString("utf8")} is larger than 1 GiB`);
  try {
    const { buffer, engine } = inflateRawSync(packed, {
      maxOutputLength: Math.max(size, 1),
      info: true,
    }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    }; // with `info` the answer is this one (Node: zlib)
    if (buffer.length !== size || crc32(buffer) !== crc || engine.bytesWritten !== packed.length) throw damaged;
    return buffer;
  } catch {
    throw damaged;
  }
}

function flagsOf({ name }: Entry): number {
  return name.every((byte) => byte < 0x80) ? written.plainFlags : written.utf8Flags;
}

function localOf(entry: Entry): Buffer {
  const header = Buffer.alloc(local.bytes);
  header.writeUInt32LE(local.signature, 0);
  header.writeUInt16LE(written.version, 4);
  header.writeUInt16LE(flagsOf(entry), 6);
  header.writeUInt16LE(written.deflate, 8);
  header.writeUInt16LE(written.date, 12);
  header.writeUInt16LE(entry.name.length, 26);
  return Buffer.concat([header, entry.name]);
}

function descriptorOf({ crc, packed, size }: Entry): Buffer {
  const header = Buffer.alloc(descriptor.bytes);
  for (const [index, value] of [descriptor.signature, crc, packed, size].entries())
    header.writeUInt32LE(value, 4 * index);
  return header;
}

function centralOf(entry: Entry): Buffer {
  const header = Buffer.alloc(central.bytes);
  header.writeUInt32LE(central.signature, 0);
  header.writeUInt16LE(written.madeBy, 4);
  header.writeUInt16LE(written.version, 6);
  header.writeUInt16LE(flagsOf(entry), 8);
  header.writeUInt16LE(written.deflate, 10);
  header.writeUInt16LE(written.date, 14);
  header.writeUInt32LE(entry.crc, 16);
  header.writeUInt32LE(entry.packed, 20);
  header.writeUInt32LE(entry.size, 24);
  header.writeUInt16LE(entry.name.length, 28);
  header.writeUInt32LE(written.mode, 38);
  header.writeUInt32LE(entry.at, 42);
  return Buffer.concat([header, entry.name]);
}

function endOf(count: number, directoryAt: number, endAt: number): Buffer {
  const header = Buffer.alloc(end.bytes);
  header.writeUInt32LE(end.signature, 0);
  header.writeUInt16LE(count, 8);
  header.writeUInt16LE(count, 10);
  header.writeUInt32LE(Math.max(endAt - directoryAt, 0), 12);
  header.writeUInt32LE(directoryAt, 16);
  return header;
}
