/** The small files of a Pebble directory: the list of its tables, and the two markers without which it does not open. */
import { maskedCrc32c } from "../../pebble/checksums.ts";
import { keyTrailer, varint } from "./row-block.ts";
import { comparer, type TableSummary } from "./table-writer.ts";

/** A table and the number in its name. */
export interface NumberedTable extends TableSummary {
  readonly number: number;
}

/** Names and content of the small files. */
export type SmallFiles = readonly (readonly [name: string, content: Buffer])[];

/** Numbers below are those of files that a store has had before its first table. */
export const firstTableNumber = 4;
/** Pebble's format, by which it knows what may be in its files. */
export const formatVersion = 24;
const manifestName = "MANIFEST-000001";
/** The lowest level: what a Go connector writes later goes above it. */
const bottomLevel = 6;
/** Any number from the largest in the tables on, which is 0. */
const lastSequence = 100;
const tag = { comparer: 1, logNumber: 2, nextFile: 3, lastSequence: 4, table: 103 } as const;
const endOfFields = 1;

/** Name of the table `number`. */
export function tableName(number: number): string {
  return `${String(number).padStart(6, "0")}.sst`;
}

/** The small files of a store with these tables, whose keys do not overlap. */
export function smallFiles(tables: readonly NumberedTable[]): SmallFiles {
  const nextFile = firstTableNumber + tables.length + 1;
  const edit = Buffer.concat([
    ...[varint(tag.comparer), counted(Buffer.from(comparer))],
    ...[tag.logNumber, firstTableNumber - 1, tag.nextFile, nextFile, tag.lastSequence, lastSequence].map(varint),
    ...tables.flatMap(added),
  ]);
  return [
    [manifestName, recordLog(edit)],
    [`marker.format-version.000001.${String(formatVersion).padStart(3, "0")}`, Buffer.alloc(0)],
    [`marker.manifest.000001.${manifestName}`, Buffer.alloc(0)],
  ];
}

function added({ number, bytes, smallest, largest }: NumberedTable): readonly Buffer[] {
  const bounds = [smallest, largest].map((key) => counted(Buffer.concat([key, keyTrailer])));
  return [...[tag.table, bottomLevel, number, bytes].map(varint), ...bounds, ...[0, 0, endOfFields].map(varint)];
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([varint(bytes.length), bytes]);
}

const logBlockBytes = 32 * 1024;
const chunkHeaderBytes = 7;
const chunk = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** One record in a log: cut into chunks that do not cross the log's blocks. */
function recordLog(record: Buffer): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at < record.length; ) {
    // Each chunk but the last fills its block, so that the next begins a new one.
    const length = Math.min(logBlockBytes - chunkHeaderBytes, record.length - at);
    const isLast = at + length === record.length;
    const type = at === 0 ? (isLast ? chunk.full : chunk.first) : isLast ? chunk.last : chunk.middle;
    const body = Buffer.concat([Buffer.from([type]), record.subarray(at, at + length)]);
    const header = Buffer.alloc(chunkHeaderBytes - 1);
    header.writeUInt32LE(maskedCrc32c(body), 0);
    header.writeUInt16LE(length, 4);
    out.push(header, body);
    at += length;
  }
  return Buffer.concat(out);
}
