/** Checks the Pebble directory of a version 3 c1z: every file, every block, the order of all keys. */
import { createHash } from "node:crypto";
import { reportProgress } from "../../file-progress.ts";
import type { DecoderLimits } from "../container/decoder-limits.ts";
import { Xxh64 } from "../pebble/xxh64.ts";
import { entryKinds } from "../read/pebble/block-rows.ts";
import { ByteCursor, PebbleFormatError } from "../read/pebble/byte-cursor.ts";
import type { FrameEntry } from "../read/pebble/frame-index.ts";
import { SortedTable } from "../read/pebble/sorted-table.ts";
import { type PebbleStore, tableFileName } from "../read/pebble/store.ts";
import type { StoreFile, StoreFiles } from "../read/pebble/store-files.ts";
import type { TableEntry } from "../read/pebble/version.ts";
import type { InspectProblems } from "./inspect-problems.ts";

const pieceBytes = 1024 * 1024;

/** Compares every file with both of its hashes in the index. */
export function inspectFiles({ files, entries }: StoreFiles, problems: InspectProblems): void {
  for (const entry of entries) {
    const file = files.get(entry.name);
    if (file) inspectFile(file, entry, problems);
  }
}

function inspectFile(file: StoreFile, { name, rawXxh64, rawSha256 }: FrameEntry, problems: InspectProblems): void {
  const [sha256, xxh64] = [createHash("sha256"), new Xxh64()];
  xxh64.reset();
  try {
    for (let at = 0; at < file.size; at += pieceBytes) {
      const piece = file.read(at, Math.min(pieceBytes, file.size - at));
      sha256.update(piece);
      xxh64.update(piece);
      reportProgress();
    }
    // An empty file is a frame as well.
    if (file.size === 0) file.read(0, 0);
  } catch (caught) {
    if (!(caught instanceof PebbleFormatError)) throw caught;
    problems.fail("envelope", name, caught.message);
    return;
  }
  xxh64.finish();
  if (!xxh64.toBytes().equals(rawXxh64)) problems.fail("envelope", name, "it is not what its XXH64 in the index says");
  if (!sha256.digest().equals(rawSha256))
    problems.fail("envelope", name, "it is not what its SHA-256 in the index says");
}

/** Checks all tables, and that those of one level do not overlap. */
export function inspectTables(
  store: PebbleStore,
  { files }: StoreFiles,
  limits: DecoderLimits,
  problems: InspectProblems,
): void {
  const { tables, lastSequence } = store.version;
  for (const entry of tables) {
    const name = tableFileName(entry.fileNumber);
    const file = files.get(name);
    if (!file) problems.fail("database", name, "the table is missing");
    else inspectTable({ entry, file, name, lastSequence, maxBlockBytes: limits.maxRowBytes * 2, problems });
  }
  for (let level = 1; level <= 6; level++) {
    inspectLevel(
      tables.filter((table) => table.level === level),
      problems,
    );
  }
}

interface TableCheck {
  readonly entry: TableEntry;
  readonly file: StoreFile;
  readonly name: string;
  readonly lastSequence: number;
  readonly maxBlockBytes: number;
  readonly problems: InspectProblems;
}

function inspectTable(check: TableCheck): void {
  const { file, name, maxBlockBytes, problems } = check;
  try {
    inspectRows(new SortedTable({ file, checksBlocks: true, maxBlockBytes }), check);
  } catch (caught) {
    if (!(caught instanceof PebbleFormatError)) throw caught;
    problems.fail("database", name, caught.message);
  }
}

function inspectRows(table: SortedTable, { entry, name, lastSequence, problems }: TableCheck): void {
  const fail = (what: string, key?: Buffer): void => problems.fail("database", name, what, key?.toString("hex"));
  let previous: { readonly key: Buffer; readonly sequence: number } | undefined;
  let [count, first] = [0, undefined as Buffer | undefined];
  for (const [index, block] of table.blocks.entries()) {
    reportProgress();
    const rows = table.rows(index);
    for (let row = 0; row < rows.count; row++) {
      const [key, sequence, kind] = [rows.key(row), rows.sequence(row), rows.kind(row)];
      const order = previous ? Buffer.compare(previous.key, key) : -1;
      if (order > 0) fail("keys are not sorted", key);
      else if (previous && order === 0 && previous.sequence <= sequence) fail("a key stands there twice", key);
      if ((entry.sequence ?? sequence) > lastSequence) fail("rows above the last sequence number are not visible", key);
      if (!knownKinds.has(kind)) fail("an entry is of an unknown kind", key);
      if (Buffer.compare(key, block.separator) > 0) fail("a key lies beyond its block in the index", key);
      if (!entry.isVirtual && !isWithin(key, entry)) fail("a key lies outside of the bounds in the MANIFEST", key);
      first ??= key;
      previous = { key, sequence };
      count++;
    }
  }
  const promised = table.properties.get("rocksdb.num.entries");
  const deletions = table.rangeDeletions.length;
  // Range deletions are counted as well.
  if (promised && new ByteCursor(promised).uint() !== count + deletions)
    fail("it has another number of rows than it says");
  const isBounded = deletions === 0 && !entry.isVirtual && first && previous;
  if (isBounded && !(entry.smallest.key.equals(first ?? none) && entry.largest.key.equals(previous?.key ?? none))) {
    fail("the bounds in the MANIFEST are not its first and last key");
  }
}

const none = Buffer.alloc(0);
const knownKinds: ReadonlySet<number> = new Set([
  entryKinds.delete,
  entryKinds.set,
  entryKinds.singleDelete,
  entryKinds.setWithDelete,
  entryKinds.deleteSized,
]);

function isWithin(key: Buffer, { smallest, largest }: TableEntry): boolean {
  return Buffer.compare(smallest.key, key) <= 0 && Buffer.compare(key, largest.key) <= 0;
}

function inspectLevel(tables: readonly TableEntry[], problems: InspectProblems): void {
  const sorted = tables.toSorted((a, b) => Buffer.compare(a.smallest.key, b.smallest.key));
  for (const [index, table] of sorted.entries()) {
    const before = sorted[index - 1];
    if (!before) continue;
    const order = Buffer.compare(before.largest.key, table.smallest.key);
    if (order < 0 || (order === 0 && before.largest.sequence === Infinity)) continue;
    problems.fail("database", `level ${table.level}`, "tables overlap", `${before.number} and ${table.number}`);
  }
}
