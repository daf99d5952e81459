/**
 * Version 3 files made by hand, in the plainest way that readers take, so that each thing that can be wrong in one can
 * be made wrong alone: a tar without compression, tables of one block, keys in whatever order they are given.
 */
import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import { maskedCrc32c, Xxh64 } from "../../src/sdk/c1z/pebble/checksums.ts";
import type { FrameEntry } from "../../src/sdk/c1z/read/pebble/frame-index.ts";
import { tailOf } from "../../src/sdk/c1z/write/pebble/envelope.ts";

/** A key and its value. */
export type PlainEntry = readonly [key: Buffer, value: Buffer];

/** A table, with what the MANIFEST says of it where that is not the truth. */
export interface PlainTable {
  readonly entries: readonly PlainEntry[];
  readonly level?: number;
  readonly smallest?: Buffer;
  readonly largest?: Buffer;
  /** Of all entries. */
  readonly sequence?: number;
  /** Of all entries; 1 is a set. */
  readonly kind?: number;
  /** What the data block says it is packed by; its bytes are not. */
  readonly packing?: number;
  /** Of the footer; 1 is the oldest. */
  readonly version?: number;
}

/** What a file is made of. */
export interface PlainStore {
  readonly tables: readonly PlainTable[];
  readonly lastSequence?: number;
  /** Bytes at the end of the version edit. */
  readonly edit?: Buffer;
  /** Changes the files of the directory. */
  readonly change?: (files: Map<string, Buffer>) => void;
  /** Field 43 and others of the header, as bytes. */
  readonly header?: Buffer;
}

const trailerOf = (sequence: number, kind = 1): Buffer => {
  const trailer = Buffer.alloc(8);
  trailer.writeBigUInt64LE((BigInt(sequence) << 8n) | BigInt(kind));
  return trailer;
};

/** The bytes of the file: a tar without compression. */
export function plainV3(store: PlainStore): Buffer {
  return Buffer.concat([headerOf(store, 2), tar(filesOf(store))]);
}

/** The same with each file in frames of zstd of so many bytes, as Baton writers have one for each file. */
export function framedV3(store: PlainStore, pieceBytes: number): Buffer {
  const header = headerOf(store, 5);
  const parts = [header];
  const entries: FrameEntry[] = [];
  let offset = header.length;
  for (const [name, bytes] of filesOf(store)) {
    const pieces = Array.from({ length: Math.max(1, Math.ceil(bytes.length / pieceBytes)) }, (_, index) =>
      zstdCompressSync(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)),
    );
    const packed = Buffer.concat(pieces);
    const hashes = { rawXxh64: new Xxh64().digest(bytes), rawSha256: createHash("sha256").update(bytes).digest() };
    entries.push({ name, offset, packedBytes: packed.length, rawBytes: bytes.length, ...hashes });
    parts.push(packed);
    offset += packed.length;
  }
  return Buffer.concat([...parts, tailOf(header, entries, offset)]);
}

function headerOf({ header = Buffer.alloc(0) }: PlainStore, encoding: number): Buffer {
  const manifest = Buffer.concat([
    Buffer.from(`0a07706562626c6533101820${encoding.toString(16).padStart(2, "0")}d00202`, "hex"),
    header,
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(manifest.length);
  return Buffer.concat([Buffer.from("C1Z3\0"), length, manifest]);
}

/** The files of the directory. */
export function filesOf({
  tables,
  lastSequence = 100,
  edit: more = Buffer.alloc(0),
  change,
}: PlainStore): Map<string, Buffer> {
  const files = new Map<string, Buffer>([
    ["marker.format-version.000001.024", Buffer.alloc(0)],
    ["marker.manifest.000001.MANIFEST-000001", Buffer.alloc(0)],
  ]);
  const edit = [
    Buffer.from([1]),
    sized(Buffer.from("leveldb.BytewiseComparator")),
    Buffer.from([2, 3, 3, 99, 4]),
    varint(lastSequence),
  ];
  for (const [index, table] of tables.entries()) {
    const number = index + 4;
    const sequence = table.sequence ?? 0;
    const bytes = tableBytes(table);
    files.set(`${String(number).padStart(6, "0")}.sst`, bytes);
    const [first = Buffer.alloc(0)] = table.entries[0] ?? [];
    const [last = Buffer.alloc(0)] = table.entries.at(-1) ?? [];
    edit.push(Buffer.from([100, table.level ?? 6, number]), varint(bytes.length));
    for (const bound of [table.smallest ?? first, table.largest ?? last])
      edit.push(sized(Buffer.concat([bound, trailerOf(sequence, table.kind)])));
    edit.push(varint(sequence), varint(sequence));
  }
  files.set("MANIFEST-000001", recordLog(Buffer.concat([...edit, more])));
  change?.(files);
  return files;
}

function tableBytes({ entries, sequence = 0, kind, packing = 0, version = 1 }: PlainTable): Buffer {
  const rows = entries.map(([key, value]) => [Buffer.concat([key, trailerOf(sequence, kind)]), value] as const);
  const data = block(rows, packing);
  const last = rows.at(-1)?.[0] ?? trailerOf(sequence);
  const index = block([[last, handle(0, data.length - 5)]]);
  const properties = block([[Buffer.from("rocksdb.num.entries"), varint(rows.length)]]);
  const place = handle(data.length + index.length, properties.length - 5);
  const meta = block([[Buffer.from("rocksdb.properties"), place]]);
  const footer = Buffer.alloc(53);
  const metaStart = data.length + index.length + properties.length;
  Buffer.concat([Buffer.from([1]), handle(metaStart, meta.length - 5), handle(data.length, index.length - 5)]).copy(
    footer,
  );
  footer.writeUInt32LE(version, 41);
  Buffer.from("f09faab3f09faab3", "hex").copy(footer, 45);
  return Buffer.concat([data, index, properties, meta, footer]);
}

function block(rows: readonly (readonly [Buffer, Buffer])[], packing = 0): Buffer {
  const body = rows.map(([key, value]) =>
    Buffer.concat([Buffer.from([0]), varint(key.length), varint(value.length), key, value]),
  );
  const restarts = Buffer.alloc(8);
  restarts.writeUInt32LE(1, 4);
  const bytes = Buffer.concat([...body, restarts, Buffer.from([packing])]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(maskedCrc32c(bytes));
  return Buffer.concat([bytes, crc]);
}

function recordLog(record: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt16LE(record.length, 4);
  head.writeUInt8(1, 6);
  head.writeUInt32LE(maskedCrc32c(Buffer.concat([head.subarray(6), record])), 0);
  return Buffer.concat([head, record]);
}

/** An archive of the files. */
export function tar(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, bytes] of files) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        0", 148);
    header.write("ustar\0", 257);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    parts.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function handle(offset: number, length: number): Buffer {
  return Buffer.concat([varint(offset), varint(length)]);
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
