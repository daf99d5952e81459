/**
 * A Pebble store, opened for reading: all its tables, merged by key, the newest entry of each key, without what was
 * deleted. Knows no Baton keys.
 */

import { reportProgress } from "../../../file-progress.ts";
import type { DecoderLimits } from "../../container/decoder-limits.ts";
import { entryKinds } from "./block-rows.ts";
import { PebbleFormatError, PebbleUnsupportedError, TooManyRowsError } from "./byte-cursor.ts";
import { DeletedRanges } from "./deleted-ranges.ts";
import { MemoryRun, mergeRuns, type SortedRun, TableRun } from "./sorted-run.ts";
import { SortedTable } from "./sorted-table.ts";
import type { StoreFile } from "./store-files.ts";
import { readVersion, type StoreVersion, type TableEntry } from "./version.ts";
import { type LogContent, readWriteAheadLog } from "./write-ahead-log.ts";

/** A live entry; both are views that hold until the next one is asked for. */
export interface StoreEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

const formatVersions = { oldest: 13, newest: 24 } as const;
const marker = /^marker\.([^.]+)\.(\d+)\.(.+)$/;
const logName = /^(\d+)(?:-\d+)?\.log$/;

/** An open store. Methods throw PebbleFormatError and PebbleUnsupportedError. */
export class PebbleStore {
  readonly version: StoreVersion;
  readonly #files: ReadonlyMap<string, StoreFile>;
  readonly #maxBlockBytes: number;
  readonly #tables = new Map<number, SortedTable>();
  readonly #runs: readonly SortedRun[];
  readonly #lastSequence: number;
  readonly #maxRows: number;

  constructor(files: ReadonlyMap<string, StoreFile>, limits: DecoderLimits) {
    this.#files = files;
    // Beside the row a block holds others, of 32 KiB together.
    this.#maxBlockBytes = limits.maxRowBytes + 1024 * 1024;
    this.#maxRows = limits.maxRows ?? Infinity;
    checkFormat(files);
    const manifest = files.get(markedValue(files, "manifest") ?? "");
    if (!manifest) throw new PebbleFormatError("its MANIFEST is missing");
    this.version = readVersion(manifest.read(0, manifest.size));
    const tables = this.version.tables.map((entry) => new TableRun(entry, () => this.table(entry)));
    const { entries, ranges } = this.#readLogs();
    // What the logs hold came after the MANIFEST was written.
    const logged = [...entries, ...ranges].map(({ sequence }) => sequence);
    this.#lastSequence = logged.reduce((most, one) => Math.max(most, one), this.version.lastSequence);
    this.#runs = entries.length + ranges.length === 0 ? tables : [...tables, new MemoryRun(entries, ranges)];
  }

  /** The file of a table, opened when it is first asked for. */
  table(entry: TableEntry): SortedTable {
    const known = this.#tables.get(entry.fileNumber);
    if (known) return known;
    const file = this.#files.get(tableFileName(entry.fileNumber));
    if (!file) throw new PebbleFormatError("a table is missing");
    const size = entry.isVirtual ? this.version.backings.get(entry.fileNumber) : entry.size;
    if (size !== file.size) throw new PebbleFormatError("a table is not as long as its MANIFEST says");
    const table = new SortedTable({ file, checksBlocks: !file.isChecked, maxBlockBytes: this.#maxBlockBytes });
    this.#tables.set(entry.fileNumber, table);
    return table;
  }

  /** Live entries whose keys are not below `from` and below `to`, ascending. @param to undefined: to the end. */
  *scan(from: Buffer, to?: Buffer): Generator<StoreEntry> {
    const deleted = new DeletedRanges(this.#runs.flatMap((run) => run.deletedRanges(from, to)));
    let last: Buffer | undefined;
    let count = 0;
    for (const cursor of mergeRuns(this.#runs.flatMap((run) => run.open(from, to) ?? []))) {
      if (++count % 10_000 === 0) reportProgress();
      if (count > this.#maxRows) throw new TooManyRowsError(this.#maxRows);
      const { key, sequence } = cursor;
      const order = last === undefined ? -1 : Buffer.compare(last, key);
      if (order > 0) throw new PebbleFormatError("the keys of a table are not sorted");
      // Entries above the last number were never committed.
      if (sequence > this.#lastSequence || order === 0) continue;
      last = key;
      if (isSet(cursor.kind) && deleted.sequenceAt(key) <= sequence) yield { key, value: cursor.value };
    }
  }

  /** The value of a live key. */
  get(key: Buffer): Buffer | undefined {
    for (const entry of this.scan(key, Buffer.concat([key, Buffer.alloc(1)]))) return entry.value;
    return undefined;
  }

  #readLogs(): LogContent {
    const content: LogContent = { entries: [], ranges: [] };
    for (const [name, file] of this.#files) {
      const number = Number(logName.exec(name)?.[1] ?? Number.NaN);
      if (number >= this.version.logNumber) readWriteAheadLog(file.read(0, file.size), number, content);
    }
    return content;
  }
}

/** Name of the file of a table. */
export function tableFileName(number: number): string {
  return `${String(number).padStart(6, "0")}.sst`;
}

function isSet(kind: number): boolean {
  if (kind === entryKinds.set || kind === entryKinds.setWithDelete) return true;
  if (kind === entryKinds.delete || kind === entryKinds.singleDelete || kind === entryKinds.deleteSized) return false;
  throw new PebbleUnsupportedError(`entries of kind ${kind}`);
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
