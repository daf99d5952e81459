/**
 * Writes a finished sync as a version 3 c1z: header, one frame for each table of the store and for its small files,
 * index. Nothing of it is whole before the header was put in its place, which is last.
 */
import { createHash } from "node:crypto";
import { AppendedFile, differs, fill, type ReadableTarget } from "../../container/appended-file.ts";
import type { PackedFile } from "../../container/pack.ts";
import { idFormatVersion, keyspaceVersion, metaKeys, syncRunKey } from "../../pebble/keys.ts";
import { Xxh64 } from "../../pebble/xxh64.ts";
import { type DigestRoot, headerOf, type RunToWrite, statsRecord, syncRunRecord, tailOf } from "./envelope.ts";
import { type FrameEntry, type FrameSink, writeFrame } from "./frame-writer.ts";
import { digestsWithoutGrants, writeGrantsByHash } from "./grant-digests.ts";
import { writeGrants, writeGrantsByPrincipal, writeGrantsToExpand } from "./grant-tables.ts";
import { firstTableNumber, type NumberedTable, smallFiles, tableName } from "./store-files.ts";
import type { Row, SyncSource } from "./sync-source.ts";
import { type TableSummary, TableWriter } from "./table-writer.ts";

const readBackBytes = 1024 * 1024;

/**
 * Writes `source` into the new file `target`, as the sync `run`. Does not close it; its last bytes may not be synced.
 * @throws Error of the code `EREADBACK` when the file does not hold what was written; what the system refused.
 */
export async function writeStore(target: ReadableTarget, run: RunToWrite, source: SyncSource): Promise<PackedFile> {
  const rest = new Xxh64();
  rest.reset();
  const file: AppendedFile = new AppendedFile(target, (back) => {
    if (file.bytes > 0) rest.update(back);
  });
  // In the end of the same length, with the sum of all grants.
  await file.append(headerOf(run, { xor: new Uint8Array(8), count: source.order.count }));
  const store = new StoreWriter(file);
  const root = await writeTables(store, run, source);
  for (const [name, content] of smallFiles(store.tables)) await store.write(name, (sink) => sink.append(content));
  const header = headerOf(run, root);
  await file.append(tailOf(header, store.frames, file.bytes));
  await file.replaceStart(header);
  await file.finish();
  rest.finish();
  return { bytes: file.bytes, sha256: await hashOf(target, header, { size: file.bytes, rest: rest.toBytes() }) };
}

/**
 * Reads the whole file once more: its beginning was written last, and what was read back when it was written may have
 * changed since.
 */
async function hashOf(
  target: ReadableTarget,
  header: Buffer,
  expected: { readonly size: number; readonly rest: Buffer },
): Promise<string> {
  const whole = createHash("sha256");
  const rest = new Xxh64();
  rest.reset();
  const buffer = Buffer.allocUnsafe(Math.max(readBackBytes, header.length));
  let size = 0;
  for (;;) {
    const length = await fill(buffer, target, size);
    if (length === 0) break;
    const piece = buffer.subarray(0, length);
    const start = size === 0 ? header.length : 0;
    if (start > 0 && !piece.subarray(0, start).equals(header)) throw differs("at its beginning");
    whole.update(piece);
    rest.update(piece.subarray(start));
    size += length;
  }
  if (size !== expected.size) throw differs(`in length: ${size} of ${expected.size} bytes`);
  rest.finish();
  if (!rest.toBytes().equals(expected.rest)) throw differs("from what was read back when it was written");
  return whole.digest("hex");
}

/** The store's files as they are written. */
class StoreWriter {
  readonly #file: AppendedFile;
  readonly frames: FrameEntry[] = [];
  readonly tables: NumberedTable[] = [];

  constructor(file: AppendedFile) {
    this.#file = file;
  }

  async write<T>(name: string, produce: (sink: FrameSink) => T | Promise<T>): Promise<T> {
    const [entry, result] = await writeFrame(this.#file, name, produce);
    this.frames.push(entry);
    return result;
  }

  /** Writes a table with what `produce` gives beside its summary. */
  async table<T>(produce: (sink: FrameSink) => Promise<readonly [TableSummary, T]>): Promise<T> {
    const number = firstTableNumber + this.tables.length;
    const [summary, result] = await this.write(tableName(number), produce);
    this.tables.push({ number, ...summary });
    return result;
  }

  /** Writes a table of `rows`, when there are any. */
  async rows(rows: Iterable<Row>): Promise<void> {
    const iterator = rows[Symbol.iterator]();
    let next: IteratorResult<Row> = iterator.next();
    if (next.done) return;
    await this.table(async (sink) => {
      const table = new TableWriter(sink);
      for (; !next.done; next = iterator.next()) {
        table.add(...next.value);
        if (sink.isFull) await sink.drained();
      }
      return [table.finish(), undefined];
    });
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

async function writeGrantTables(store: StoreWriter, run: RunToWrite, source: SyncSource) {
  const { order } = source;
  const { expanding, hashes } = source.readStored();
  const rest = { storedAt: source.storedGrant, discoveredAt: run.startedAt };
  await store.table(async (sink) => [await writeGrants(sink, order, rest), undefined]);
  await store.table(async (sink) => [await writeGrantsByPrincipal(sink, order), undefined]);
  if (expanding.length > 0) {
    await store.table(async (sink) => [writeGrantsToExpand(sink, order, expanding), undefined]);
  }
  return await store.table((sink) => writeGrantsByHash(sink, order, hashes));
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
