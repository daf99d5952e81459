/**
 * Inspects a version 3 c1z while it is written, from what was read back of it, before it takes the place of another: all
 * that `inspect` finds in a file. Memory grows by 16 bytes for each resource and entitlement, and two keys for each table.
 */
import { releaseBuffer } from "../../release-buffer.ts";
import { v3Magic } from "../container/container.ts";
import { decodeV3Header, type V3Header } from "../container/v3-manifest.ts";
import { readSyncRun } from "../pebble/sync-run.ts";
import type { BlockRows } from "../read/pebble/block-rows.ts";
import { PebbleFormatError, PebbleUnsupportedError } from "../read/pebble/byte-cursor.ts";
import { type FrameEntry, readFrameIndex } from "../read/pebble/frame-index.ts";
import { SortedTable } from "../read/pebble/sorted-table.ts";
import type { StoreFile } from "../read/pebble/store-files.ts";
import { tableFileName, versionOf } from "../read/pebble/version.ts";
import { type InspectProblem, InspectProblems } from "./inspect-problems.ts";
import { inspectRun } from "./inspect-run.ts";
import { inspectBlocks, inspectLevels, TableInspection } from "./inspect-tables.ts";
import { StoreInspection } from "./store-inspection.ts";

/** What is around the frames of a file, as it was read back. */
export interface FileEnds {
  /** From the first byte on: magic, length, manifest. */
  readonly header: Buffer;
  /** Up to the last byte: index and footer. */
  readonly tail: Buffer;
  /** Of the whole file, in bytes. */
  readonly size: number;
}

/** Sees each file of the store once it is written, in their order. */
export interface FileWitness {
  /**
   * @param frame its sizes and hashes are those of `content`.
   * @param content what was unpacked of what was read back; it belongs to the witness from now on.
   */
  take(frame: FrameEntry, content: Buffer): Promise<void>;
}

/** An inspection that goes along with the writing. */
export interface WrittenInspection extends FileWitness, Disposable {
  /** Looks at what is around the frames. Returns what is wrong; none: the file is sound. */
  finish(ends: FileEnds): Promise<readonly InspectProblem[]>;
}

const framesWithIndex = 5;
const engine = "pebble3";
const headBytes = v3Magic.length + 4;
/** The bottom one. */
const writtenLevel = 6;
/** What was written is not bounded. */
const unbounded = { checksBlocks: true, maxBlockBytes: Number.MAX_SAFE_INTEGER } as const;
const none: Buffer = Buffer.alloc(0);

/** The inspection, on the thread that it is used on. */
export class WrittenFileInspection implements WrittenInspection {
  readonly #problems = new InspectProblems();
  readonly #rows = new StoreInspection(this.#problems);
  readonly #frames = new Map<string, FrameEntry>();
  readonly #files = new Map<string, StoreFile>();
  readonly #tables = new Map<string, TableInspection>();
  /** Filled anew for each block. */
  #blockRows: BlockRows | undefined;

  take(frame: FrameEntry, content: Buffer): Promise<void> {
    const { name } = frame;
    this.#frames.set(name, frame);
    if (name.endsWith(".sst")) {
      this.#try("database", name, () => this.#table(name, content));
      this.#files.set(name, { ...fileOf(none), size: content.length });
      releaseBuffer(content);
    } else this.#files.set(name, fileOf(content));
    return Promise.resolve();
  }

  #table(name: string, content: Buffer): void {
    const inspection = new TableInspection(name, this.#problems, (place) => this.#rows.add(place));
    this.#tables.set(name, inspection);
    const table = new SortedTable({ file: fileOf(content), ...unbounded });
    if (table.rangeDeletions.length > 0) throw new PebbleFormatError("it deletes rows");
    this.#blockRows = inspectBlocks(table, inspection, this.#blockRows);
  }

  finish(ends: FileEnds): Promise<readonly InspectProblem[]> {
    this.#try("envelope", "file", () => {
      const header = readHeader(ends.header);
      this.#compareFrames(readIndex(header, ends));
      this.#try("database", "directory", () => this.#compareStore(header));
    });
    return Promise.resolve(this.#problems.list());
  }

  [Symbol.dispose](): void {
    // It holds memory only.
  }

  #compareFrames(entries: readonly FrameEntry[]): void {
    if (entries.length !== this.#frames.size) {
      this.#problems.fail("envelope", "index", "it has another number of files than there are");
    }
    for (const entry of entries) {
      const found = this.#frames.get(entry.name);
      const isSame =
        found?.offset === entry.offset &&
        found.packedBytes === entry.packedBytes &&
        found.rawBytes === entry.rawBytes &&
        found.rawXxh64.equals(entry.rawXxh64) &&
        found.rawSha256.equals(entry.rawSha256);
      if (!isSame) this.#problems.fail("envelope", entry.name, "it is not what the index says");
    }
  }

  #compareStore({ manifest }: V3Header): void {
    const version = versionOf(this.#files);
    const left = new Map(this.#tables);
    for (const entry of version.tables) {
      const name = tableFileName(entry.fileNumber);
      const table = left.get(name);
      left.delete(name);
      if (entry.size !== this.#files.get(name)?.size) {
        this.#problems.fail("database", name, "it is not as long as the MANIFEST says");
      }
      table?.compareWith(entry, version.lastSequence);
    }
    for (const name of left.keys()) this.#problems.fail("database", name, "the MANIFEST does not name it");
    // Tables of several levels may lie upon each other, and a part of one may be hidden.
    if (version.tables.some(({ level, isVirtual }) => level !== writtenLevel || isVirtual)) {
      this.#problems.fail("database", "directory", "a table is not on the level of the others");
    }
    inspectLevels(version.tables, this.#problems);
    const sync = readSyncRun({ version, get: (key) => this.#rows.get(key) });
    if (sync) inspectRun(sync, this.#problems);
    this.#rows.finish({ manifest, sync });
  }

  /** What cannot be read is damage as well. */
  #try(check: "envelope" | "database", where: string, run: () => void): void {
    try {
      run();
    } catch (caught) {
      const isDamage =
        caught instanceof PebbleFormatError || caught instanceof PebbleUnsupportedError || caught instanceof RangeError;
      if (!isDamage) throw caught;
      this.#problems.fail(check, where, caught.message);
    }
  }
}

function fileOf(bytes: Buffer): StoreFile {
  const read = (offset: number, length: number): Buffer => {
    if (offset + length > bytes.length) throw new PebbleFormatError("a file ends too early");
    return bytes.subarray(offset, offset + length);
  };
  return { size: bytes.length, isChecked: false, read };
}

function readHeader(bytes: Buffer): V3Header {
  const isWhole = bytes.length > headBytes && bytes.readUInt32BE(v3Magic.length) === bytes.length - headBytes;
  if (!isWhole || !bytes.subarray(0, v3Magic.length).equals(v3Magic)) {
    throw new PebbleFormatError("it does not begin as a version 3 file");
  }
  const header = decodeV3Header(bytes.subarray(headBytes));
  const { engine: named, encoding } = header.manifest;
  if (named !== engine || encoding !== framesWithIndex) {
    throw new PebbleFormatError("its header names another engine or encoding");
  }
  return header;
}

function readIndex(header: V3Header, { tail, size }: FileEnds): readonly FrameEntry[] {
  const start = size - tail.length;
  const read = (offset: number, length: number): Buffer => {
    if (offset < start || offset + length > size) throw new PebbleFormatError("its index lies elsewhere");
    return tail.subarray(offset - start, offset - start + length);
  };
  return readFrameIndex({ read, header, size, maxFiles: Number.MAX_SAFE_INTEGER });
}
