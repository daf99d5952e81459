/**
 * Writes zip archives: deflated entries, fixed times and modes, so that the same content gives the same bytes. An entry
 * is held compressed until it is complete; the archive itself is handed on piece by piece.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw } from "node:zlib";
import { BatonError, Status } from "../../sdk/errors.ts";

/** Beyond these, the plain format (PKZIP appnote, without zip64) has no room. */
const maxBytes = 0xffffffff;
const maxEntries = 0xffff;
/** Version 2.0: deflate and folders. */
const version = 20;
/** Made on Unix, so that the mode counts. */
const versionMadeBy = (3 << 8) | version;
/** Names are UTF-8. */
const flags = 0x0800;
const deflate = 8;
/** 1980-01-01 00:00, the earliest there is: times would differ from run to run. */
const dosTime = 0;
const dosDate = 0x0021;
const externalAttributes = 0o100600 * 0x10000;

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

/** Writes one archive: `add` the entries one after the other, then `finish`. */
export class ZipWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #entries: Entry[] = [];
  #offset = 0;

  /** @param sink called with the archive's bytes in their order. */
  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
  }

  /**
   * Adds a file.
   * @param name path inside the archive, with `/`.
   * @throws BatonError `ZIP-TOO-LARGE` past 4 GiB or 65,535 entries, and whatever `chunks` throws.
   */
  async add(name: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
    const { packed, bytes, crc } = await pack(chunks);
    const packedBytes = packed.reduce((sum, chunk) => sum + chunk.length, 0);
    const entry: Entry = { name: Buffer.from(name), crc, packedBytes, bytes, offset: this.#offset };
    if (Math.max(bytes, this.#offset + packedBytes) > maxBytes || this.#entries.length >= maxEntries) throw tooLarge();
    this.#entries.push(entry);
    this.#put(localHeader(entry));
    for (const chunk of packed) this.#put(chunk);
  }

  /** Writes the directory of the archive. */
  finish(): void {
    const offset = this.#offset;
    for (const entry of this.#entries) this.#put(directoryHeader(entry));
    const bytes = this.#offset - offset;
    if (this.#offset > maxBytes) throw tooLarge();
    this.#put(endRecord(this.#entries.length, bytes, offset));
  }

  #put(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#sink(bytes);
  }
}

async function pack(chunks: Iterable<string | Uint8Array>): Promise<{ packed: Buffer[]; bytes: number; crc: number }> {
  const packed: Buffer[] = [];
  let bytes = 0;
  let crc = 0;
  const counted = function* (): Generator<Buffer> {
    for (const chunk of gather(chunks)) {
      bytes += chunk.length;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  };
  await pipeline(Readable.from(counted()), createDeflateRaw({ level: 6 }), async (output: AsyncIterable<Buffer>) => {
    for await (const chunk of output) packed.push(chunk);
  });
  return { packed, bytes, crc };
}

/** Bytes of which one piece is made before it is compressed: a line at a time would take as long as a page. */
const gatheredBytes = 65_536;

/** Small texts as large pieces. */
function* gather(chunks: Iterable<string | Uint8Array>): Generator<Buffer> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    const piece = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    held.push(piece);
    bytes += piece.length;
    if (bytes < gatheredBytes) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

function localHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(version, 4);
  writeCommon(header, 6, entry);
  return Buffer.concat([header, entry.name]);
}

function directoryHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(versionMadeBy, 4);
  header.writeUInt16LE(version, 6);
  writeCommon(header, 8, entry);
  header.writeUInt32LE(externalAttributes, 38);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, entry.name]);
}

/** What both headers have, from the flags to the length of the name. */
function writeCommon(header: Buffer, at: number, entry: Entry): void {
  header.writeUInt16LE(flags, at);
  header.writeUInt16LE(deflate, at + 2);
  header.writeUInt16LE(dosTime, at + 4);
  header.writeUInt16LE(dosDate, at + 6);
  header.writeUInt32LE(entry.crc, at + 8);
  header.writeUInt32LE(entry.packedBytes, at + 12);
  header.writeUInt32LE(entry.bytes, at + 16);
  header.writeUInt16LE(entry.name.length, at + 20);
}

function endRecord(entries: number, bytes: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(entries, 8);
  record.writeUInt16LE(entries, 10);
  record.writeUInt32LE(bytes, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

function tooLarge(): BatonError {
  return new BatonError({
    code: "ZIP-TOO-LARGE",
    status: Status.outOfRange,
    message: "The archive would be larger than the zip format allows (4 GiB, 65,535 entries).",
    effect: "It was not written.",
    hint: "Write the reports one by one, as CSV or JSON.",
  });
}
