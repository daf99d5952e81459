/**
 * Writes a finished sync as a version 3 c1z: header, one frame for each table of the store and for its small files,
 * index. Nothing of it is whole before the header was put in its place, which is last.
 */
import { createHash } from "node:crypto";
import { AppendedFile, differs, fill, type ReadableTarget } from "../../container/appended-file.ts";
import type { PackedFile } from "../../container/pack.ts";
import type { InspectProblem } from "../../inspect/inspect-problems.ts";
import { InspectionThread } from "../../inspect/inspection-thread.ts";
import { WrittenFileInspection, type WrittenInspection } from "../../inspect/written-file.ts";
import { Xxh64 } from "../../pebble/checksums.ts";
import { idFormatVersion, keyspaceVersion, metaKeys, syncRunKey } from "../../pebble/keys.ts";
import { type DigestRoot, headerOf, type RunToWrite, statsRecord, syncRunRecord, tailOf } from "./envelope.ts";
import { FrameWriter } from "./frame-writer.ts";
import { type Digests, digestsWithoutGrants, writeGrantsByHash } from "./grant-digests.ts";
import { writeGrants, writeGrantsByPrincipal, writeGrantsToExpand } from "./grant-tables.ts";
import { firstTableNumber, type NumberedTable, smallFiles, tableName } from "./store-files.ts";
import { type Row, StoredGrants, type SyncSource } from "./sync-source.ts";
import { type StoreSink, type TableSummary, TableWriter } from "./table-writer.ts";

const readBackBytes = 1024 * 1024;
/**
 * Up to here this thread inspects as well. Measured with 54,000 grants: a thread of its own takes 25 MB and 0.2 s of the
 * processor to get going, as much as it takes off this one.
 */
const fewGrants = 200_000;

/**
 * Writes `source` into the new file `target`, as the sync `run`. Does not close it; its last bytes may not be synced.
 * @throws Error of the code `EREADBACK` when the file does not hold what was written, `EUNSOUND` when an inspection finds
 * fault with it; what the system refused.
 */
export async function writeStore(target: ReadableTarget, run: RunToWrite, source: SyncSource): Promise<PackedFile> {
  using inspection = startInspection(source.order.count);
  return await writeInspected(target, { run, grants: source.order.count, inspection }, async (files) => {
    const store = new StoreWriter(files);
    const root = await writeTables(store, run, source);
    store.finish();
    return root;
  });
}

function startInspection(grants: number): WrittenInspection {
  if (grants < fewGrants) return new WrittenFileInspection();
  try {
    return new InspectionThread();
  } catch {
    // No more threads, or none allowed: slower, and nothing else.
    return new WrittenFileInspection();
  }
}

/** A file that is to be written. */
export interface FileToWrite {
  readonly run: RunToWrite;
  /** How many there are; the length of the header is that of their number. */
  readonly grants: number;
  readonly inspection: WrittenInspection;
}

/**
 * Writes the file of which `produce` makes the store's files. Nothing is taken on trust from it.
 * @throws as `writeStore`
 */
export async function writeInspected(
  target: ReadableTarget,
  { run, grants, inspection }: FileToWrite,
  produce: (files: FrameWriter) => Promise<DigestRoot>,
): Promise<PackedFile> {
  const rest = new Xxh64();
  rest.reset();
  const file: AppendedFile = new AppendedFile(target, (back) => {
    if (file.bytes > 0) rest.update(back);
  });
  // In the end of the same length, with the sum of all grants.
  await file.append(headerOf(run, { xor: new Uint8Array(8), count: grants }));
  const files = new FrameWriter(file, inspection);
  const root = await produce(files);
  await files.finish();
  const header = headerOf(run, root);
  const tail = tailOf(header, files.frames, file.bytes);
  await file.append(tail);
  await file.replaceStart(header);
  await file.finish();
  rest.finish();
  const size = file.bytes;
  const back = await readBack(target, { header: header.length, tail: tail.length, size });
  if (!back.header.equals(header)) throw differs("at its beginning");
  if (!back.rest.equals(rest.toBytes())) throw differs("from what was read back when it was written");
  refuseUnsound(await inspection.finish({ ...back, size }));
  return { bytes: size, sha256: back.sha256 };
}

/** @throws Error of the code `EUNSOUND` for the first problem that is more than a warning. */
function refuseUnsound(problems: readonly InspectProblem[]): void {
  const [first] = problems.filter(({ severity }) => severity === "fail");
  if (!first) return;
  const { check, where, what, examples } = first;
  throw Object.assign(new Error([`${check}, ${where}: ${what}`, ...examples.slice(0, 1)].join(": ")), {
    code: "EUNSOUND",
  });
}

/** Lengths of a file and of what is around its frames. */
interface FileLengths {
  readonly header: number;
  readonly tail: number;
  readonly size: number;
}

/** What a whole file holds. */
interface ReadBack {
  /** Its first and its last bytes. */
  readonly header: Buffer;
  readonly tail: Buffer;
  /** XXH64 of all that is behind the header. */
  readonly rest: Buffer;
  readonly sha256: string;
}

/**
 * Reads the whole file once more: its beginning was written last, and what was read back when it was written may have
 * changed since.
 */
async function readBack(target: ReadableTarget, lengths: FileLengths): Promise<ReadBack> {
  const whole = createHash("sha256");
  const rest = new Xxh64();
  rest.reset();
  const buffer = Buffer.allocUnsafe(Math.max(readBackBytes, lengths.header));
  const [header, tail] = [Buffer.alloc(lengths.header), Buffer.alloc(lengths.tail)];
  const tailStart = lengths.size - lengths.tail;
  let size = 0;
  for (;;) {
    const length = await fill(buffer, target, size);
    if (length === 0) break;
    const piece = buffer.subarray(0, length);
    const start = size === 0 ? piece.copy(header) : 0;
    whole.update(piece);
    rest.update(piece.subarray(start));
    const at = Math.max(tailStart - size, 0);
    if (at < length) piece.copy(tail, size + at - tailStart, at);
    size += length;
  }
  if (size !== lengths.size) throw differs(`in length: ${size} of ${lengths.size} bytes`);
  rest.finish();
  return { header, tail, rest: rest.toBytes(), sha256: whole.digest("hex") };
}

/** The store's files as they are written. */
class StoreWriter implements StoreSink {
  readonly #files: FrameWriter;
  readonly #tables: NumberedTable[] = [];

  constructor(files: FrameWriter) {
    this.#files = files;
  }

  append(bytes: Uint8Array): void {
    this.#files.append(bytes);
  }

  endTable(summary: TableSummary): void {
    const number = firstTableNumber + this.#tables.length;
    this.#tables.push({ number, ...summary });
    this.#files.endFile(tableName(number));
  }

  get isFull(): boolean {
    return this.#files.isFull;
  }

  async drained(): Promise<void> {
    await this.#files.drained();
  }

  /** Writes `rows`, when there are any. */
  async rows(rows: Iterable<Row>): Promise<void> {
    let table: TableWriter | undefined;
    for (const row of rows) {
      table ??= new TableWriter(this);
      table.add(...row);
      if (this.isFull) await this.drained();
    }
    table?.finish();
  }

  /** Writes the store's other files. */
  finish(): void {
    for (const [name, content] of smallFiles(this.#tables)) {
      this.append(content);
      this.#files.endFile(name);
    }
  }
}

async function writeTables(store: StoreWriter, run: RunToWrite, source: SyncSource): Promise<DigestRoot> {
  const { order } = source;
  await store.rows(source.resourceTypes());
  await store.rows(source.resources());
  await store.rows(source.entitlements());
  await store.rows(source.resourcesByParent());
  const digests = order.count > 0 ? await writeGrantTables(store, run, source) : digestsWithoutGrants(order);
  await store.rows(digests.rows);
  await store.rows([[syncRunKey, syncRunRecord(run)]]);
  await store.rows([
    [metaKeys.idFormat, number32(idFormatVersion)],
    [metaKeys.keyspaceVersion, number32(keyspaceVersion)],
    [metaKeys.stats, statsRecord(run)],
  ]);
  return digests.root;
}

async function writeGrantTables(store: StoreWriter, run: RunToWrite, source: SyncSource): Promise<Digests> {
  const { order } = source;
  const stored = new StoredGrants(source);
  await writeGrants(store, order, { storedAt: (place) => stored.at(place), discoveredAt: run.startedAt });
  await writeGrantsByPrincipal(store, order);
  if (stored.expanding.length > 0) writeGrantsToExpand(store, order, stored.expanding);
  return await writeGrantsByHash(store, order, stored.hashes());
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
