/** Which tables a store consists of: which MANIFEST of its directory counts, and what that says. */
import { ByteCursor, PebbleFormatError, PebbleUnsupportedError } from "./byte-cursor.ts";
import { logRecords } from "./record-log.ts";
import type { StoreFile } from "./store-files.ts";

/** A user key with the rest of an internal key. */
export interface InternalKey {
  readonly key: Buffer;
  /** Upper 56 bits of the trailer; Infinity for the end of a range deletion, which excludes the key itself. */
  readonly sequence: number;
}

/** A table of the present version. */
export interface TableEntry {
  readonly number: number;
  readonly level: number;
  /** Number of the file: a virtual table is a part of another's. */
  readonly fileNumber: number;
  readonly isVirtual: boolean;
  /** Bytes of the table; of a virtual one an estimate. */
  readonly size: number;
  readonly smallest: InternalKey;
  readonly largest: InternalKey;
  /** The number of all entries, whatever the file says; undefined: those inside count. */
  readonly sequence: number | undefined;
}

/** The store as its MANIFEST leaves it. */
export interface StoreVersion {
  readonly tables: readonly TableEntry[];
  /** Sizes of the files behind virtual tables, by number. */
  readonly backings: ReadonlyMap<number, number>;
  /** Entries of higher numbers are not visible. */
  readonly lastSequence: number;
  /** Write-ahead logs of smaller numbers are done with. */
  readonly logNumber: number;
}

const comparer = "leveldb.BytewiseComparator";
/** As many as a c1z can have files; those of Baton writers have ten or so. */
const maxTables = 10_000;

/** Tags of a version edit. */
const tags = {
  comparer: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedTable: 6,
  newTable: 7,
  previousLog: 9,
  newTable2: 100,
  newTable3: 102,
  newTable4: 103,
  newTable5: 104,
  createdBacking: 105,
  removedBacking: 106,
  newBlobFile: 107,
  deletedBlobFile: 108,
} as const;

/** Fields behind a table of the newer tags. */
const customFields = { end: 1, backing: 66, prefix: 67, suffix: 68, blobReferences: 69 } as const;

/**
 * Replays the version edits.
 * @throws PebbleFormatError, or PebbleUnsupportedError for what is not read here.
 */
function readVersion(manifest: Buffer): StoreVersion {
  const replay = new Replay();
  for (const record of logRecords(manifest)) replay.apply(new ByteCursor(record));
  return replay.result();
}

class Replay {
  readonly #tables = new Map<number, TableEntry>();
  readonly #backings = new Map<number, number>();
  #comparer = "";
  #lastSequence = 0;
  #logNumber = 0;

  apply(cursor: ByteCursor): void {
    const added: TableEntry[] = [];
    const deleted: { readonly level: number; readonly number: number }[] = [];
    while (!cursor.isAtEnd) {
      const tag = cursor.uint();
      if (tag === tags.comparer) this.#comparer = cursor.bytes().toString("utf8");
      else if (tag === tags.logNumber) this.#logNumber = cursor.uint();
      else if (tag === tags.lastSequence) this.#lastSequence = cursor.uint();
      else if (tag === tags.nextFile || tag === tags.previousLog) cursor.uint();
      else if (tag === tags.compactPointer) [cursor.uint(), cursor.bytes()];
      else if (tag === tags.deletedTable) deleted.push({ level: cursor.uint(), number: cursor.uint() });
      else if (tag === tags.createdBacking) this.#backings.set(cursor.uint(), cursor.uint());
      else if (tag === tags.removedBacking) this.#backings.delete(cursor.uint());
      else if (tag === tags.newBlobFile || tag === tags.deletedBlobFile) throw new PebbleUnsupportedError("blob files");
      else added.push(readTable(tag, cursor));
      this.#checkSize(added.length + deleted.length);
    }
    for (const { level, number } of deleted) {
      if (this.#tables.get(number)?.level !== level) throw new PebbleFormatError("its MANIFEST removes a table twice");
      this.#tables.delete(number);
    }
    for (const table of added) {
      if (this.#tables.has(table.number)) throw new PebbleFormatError("its MANIFEST adds a table twice");
      this.#tables.set(table.number, table);
    }
    this.#checkSize(0);
  }

  /** @param coming tables that an edit named so far: one edit may be of any length. */
  #checkSize(coming: number): void {
    if (Math.max(coming, this.#tables.size, this.#backings.size) <= maxTables) return;
    throw new PebbleFormatError("its MANIFEST names more than 10,000 tables");
  }

  result(): StoreVersion {
    if (this.#comparer !== comparer)
      throw new PebbleUnsupportedError(`keys sorted by ${JSON.stringify(this.#comparer)}`);
    return {
      tables: [...this.#tables.values()],
      backings: this.#backings,
      lastSequence: this.#lastSequence,
      logNumber: this.#logNumber,
    };
  }
}

function readTable(tag: number, cursor: ByteCursor): TableEntry {
  if (tag === tags.newTable5) throw new PebbleUnsupportedError("range keys");
  if (tag !== tags.newTable && tag !== tags.newTable2 && tag !== tags.newTable3 && tag !== tags.newTable4) {
    throw new PebbleUnsupportedError(`MANIFEST entries of kind ${tag}`);
  }
  const level = cursor.uint();
  const number = cursor.uint();
  if (tag === tags.newTable3) cursor.uint();
  const size = cursor.uint();
  const [smallest, largest] = [internalKey(cursor.bytes()), internalKey(cursor.bytes())];
  const [least, most] = tag === tags.newTable ? [0, 0] : [cursor.uint(), cursor.uint()];
  const backing = tag === tags.newTable4 ? readCustomFields(cursor) : undefined;
  if (Buffer.compare(smallest.key, largest.key) > 0) {
    throw new PebbleFormatError("its MANIFEST has a table that ends before it begins");
  }
  if (level > 6) throw new PebbleFormatError("its MANIFEST has a table on a level that there is not");
  return {
    number,
    level,
    fileNumber: backing ?? number,
    isVirtual: backing !== undefined,
    size,
    smallest,
    largest,
    sequence: least === most && least !== 0 ? least : undefined,
  };
}

/** The number of the file behind a virtual table. */
function readCustomFields(cursor: ByteCursor): number | undefined {
  let backing: number | undefined;
  for (;;) {
    const field = cursor.uint();
    if (field === customFields.end) return backing;
    if (field === customFields.backing) backing = cursor.uint();
    else if (field === customFields.prefix || field === customFields.suffix) {
      throw new PebbleUnsupportedError("tables whose keys get a prefix or suffix");
    } else if (field === customFields.blobReferences) throw new PebbleUnsupportedError("blob files");
    else if ((field & 64) !== 0) throw new PebbleUnsupportedError(`tables with a field ${field}`);
    else cursor.bytes();
  }
}

const trailerBytes = 8;
/** Trailer of the largest key where a range deletion ends there: sequence 2^56 - 1. */
const exclusiveSequence = 2 ** 53;

/** Splits an internal key. */
export function internalKey(bytes: Buffer): InternalKey {
  const length = bytes.length - trailerBytes;
  if (length < 0) throw new PebbleFormatError("a key is shorter than its trailer");
  const sequence = bytes.readUInt32LE(length + 4) * 2 ** 24 + (bytes.readUInt32LE(length) >>> 8);
  return { key: bytes.subarray(0, length), sequence: sequence >= exclusiveSequence ? Infinity : sequence };
}

const formatVersions = { oldest: 13, newest: 24 } as const;
const marker = /^marker\.([^.]+)\.(\d+)\.(.+)$/;

/**
 * The tables that a directory consists of.
 * @throws PebbleFormatError, or PebbleUnsupportedError for what is not read here.
 */
export function versionOf(files: ReadonlyMap<string, StoreFile>): StoreVersion {
  checkFormat(files);
  const manifest = files.get(markedValue(files, "manifest") ?? "");
  if (!manifest) throw new PebbleFormatError("its MANIFEST is missing");
  return readVersion(readWhole(manifest));
}

/** A table takes some 100 bytes in the list, and logs are empty in the files of Baton writers. */
const maxListBytes = 32 * 1024 * 1024;

/** A MANIFEST or a log, which is in memory as a whole. @throws PebbleFormatError when it is larger than 32 MiB */
export function readWhole(file: StoreFile): Buffer {
  if (file.size > maxListBytes) throw new PebbleFormatError("a MANIFEST or log of its store is larger than 32 MiB");
  return file.read(0, file.size);
}

/** Name of the file of a table. */
export function tableFileName(number: number): string {
  return `${String(number).padStart(6, "0")}.sst`;
}

function checkFormat(files: ReadonlyMap<string, StoreFile>): void {
  const text = markedValue(files, "format-version");
  if (text === undefined) throw new PebbleFormatError("its format marker is missing");
  const version = Number(text);
  if (!(version >= formatVersions.oldest && version <= formatVersions.newest)) {
    throw new PebbleUnsupportedError(`the Pebble format ${text}`);
  }
}

/** The value of the newest marker of this name. */
function markedValue(files: ReadonlyMap<string, StoreFile>, name: string): string | undefined {
  let [newest, value] = [-1, undefined as string | undefined];
  for (const file of files.keys()) {
    const [, found, iteration, marked] = marker.exec(file) ?? [];
    if (found === name && Number(iteration) > newest) [newest, value] = [Number(iteration), marked];
  }
  return value;
}
