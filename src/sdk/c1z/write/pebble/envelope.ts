/** What is around the frames of a version 3 c1z: magic and manifest before them, index and footer behind. */
import type { Timestamp } from "../../../contracts/model.ts";
import { compareUtf8, writeTimestamp } from "../../../wire/encode.ts";
import { ProtoWriter } from "../../../wire/proto-writer.ts";
import { v3Magic } from "../../container/container.ts";
import { Xxh64 } from "../../pebble/checksums.ts";
import type { FrameEntry } from "../../read/pebble/frame-index.ts";
import type { SyncStats, SyncType } from "../sync-store.ts";
import { formatVersion } from "./store-files.ts";

/** The sync that a file holds. */
export interface RunToWrite {
  readonly id: string;
  readonly type: SyncType;
  /** "": none. */
  readonly parentId: string;
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp;
  readonly supportsDiff: boolean;
  readonly stats: SyncStats;
  /** True when I3, I7, I8 and I9 were checked and hold, and nothing was dropped. */
  readonly isClean: boolean;
}

/** Of all grants of a file. */
export interface DigestRoot {
  /** 8 bytes. */
  readonly xor: Uint8Array;
  readonly count: number;
}

const engineName = "pebble3";
/** One zstd frame for each file of the store, then an index. */
const framesWithIndex = 5;
const structuredIds = 2;
const digestVersion = 1;
const typeNumbers: Readonly<Record<SyncType, number>> = { full: 1, partial: 2, resources_only: 3 };
const indexMagic = Buffer.from("C1ZIDX1\0");
const magicBytes = 5;
/** Of c1.c1z.v3.C1ZManifestV3. */
const manifestField = { engine: 1, schema: 2, encoding: 4, syncRuns: 40, idFormat: 42, root: 43 } as const;
/** Of its SyncRunSummary. */
const summaryField = { id: 1, type: 2, startedAt: 3, endedAt: 4, parent: 5, stats: 6 } as const;
/** Of c1.storage.v3.SyncStatsRecord. */
const statsField = {
  syncId: 1,
  resourceTypes: 2,
  resources: 3,
  entitlements: 4,
  grants: 5,
  resourcesByType: 7,
  grantsByType: 8,
  entitlementsByType: 9,
  quality: 13,
  writtenAt: 100,
} as const;
/** Of c1.storage.v3.SyncRunRecord. */
const runField = {
  id: 1,
  type: 2,
  parent: 3,
  startedAt: 4,
  endedAt: 5,
  supportsDiff: 7,
  checksGeneration: 10,
  checks: 11,
  checksMode: 12,
} as const;
/** The SDK's names for what was checked of every row, in its order. */
const checksHeld: readonly string[] = ["I5", "I10", "I7", "I3", "I8", "I9"];
const checksHeldAnyway: readonly string[] = ["I5", "I10"];

/** Magic, length and manifest; as long for one run whatever the root is. */
export function headerOf(run: RunToWrite, root: DigestRoot): Buffer {
  const manifest = manifestOf(run, root);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(manifest.length);
  return Buffer.concat([v3Magic, length, manifest]);
}

function manifestOf(run: RunToWrite, { xor, count }: DigestRoot): Uint8Array {
  const writer = new ProtoWriter();
  writer.string(manifestField.engine, engineName);
  writer.uint(manifestField.schema, formatVersion);
  writer.uint(manifestField.encoding, framesWithIndex);
  const summary = writer.begin(manifestField.syncRuns);
  writer.string(summaryField.id, run.id);
  writer.uint(summaryField.type, typeNumbers[run.type]);
  writeTimestamp(writer, summaryField.startedAt, run.startedAt);
  writeTimestamp(writer, summaryField.endedAt, run.endedAt);
  writer.string(summaryField.parent, run.parentId);
  const stats = writer.begin(summaryField.stats);
  writer.raw(statsRecord(run));
  writer.end(stats);
  writer.end(summary);
  writer.uint(manifestField.idFormat, structuredIds);
  const digest = writer.begin(manifestField.root);
  writer.bytes(1, xor);
  writer.uint(2, count);
  writer.uint(3, digestVersion);
  writer.end(digest);
  return writer.copy();
}

/** The counts, as they stand in the manifest and in the store. */
export function statsRecord({ id, stats, endedAt, isClean }: RunToWrite): Uint8Array {
  const writer = new ProtoWriter();
  writer.string(statsField.syncId, id);
  writer.uint(statsField.resourceTypes, stats.resourceTypes);
  writer.uint(statsField.resources, stats.resources);
  writer.uint(statsField.entitlements, stats.entitlements);
  writer.uint(statsField.grants, stats.grants);
  writeCounts(writer, statsField.resourcesByType, stats.resourcesByResourceType);
  writeCounts(writer, statsField.grantsByType, stats.grantsByResourceType);
  writeCounts(writer, statsField.entitlementsByType, stats.entitlementsByResourceType);
  // Empty, yet there: nothing was dropped. Left out: nobody knows.
  if (isClean) writer.end(writer.begin(statsField.quality));
  writeTimestamp(writer, statsField.writtenAt, endedAt);
  return writer.copy();
}

function writeCounts(writer: ProtoWriter, field: number, counts: Readonly<Record<string, number>>): void {
  for (const type of Object.keys(counts).sort(compareUtf8)) {
    const count = counts[type] ?? 0;
    if (count === 0) continue;
    const entry = writer.begin(field);
    writer.string(1, type);
    writer.uint(2, count);
    writer.end(entry);
  }
}

/** The store's record of the sync. */
export function syncRunRecord(run: RunToWrite): Uint8Array {
  const writer = new ProtoWriter();
  writer.string(runField.id, run.id);
  writer.uint(runField.type, typeNumbers[run.type]);
  writer.string(runField.parent, run.parentId);
  writeTimestamp(writer, runField.startedAt, run.startedAt);
  writeTimestamp(writer, runField.endedAt, run.endedAt);
  writer.bool(runField.supportsDiff, run.supportsDiff);
  writer.string(runField.checksGeneration, "1");
  for (const check of run.isClean ? checksHeld : checksHeldAnyway) writer.string(runField.checks, check);
  writer.string(runField.checksMode, "connector");
  return writer.copy();
}

/**
 * Index and footer of a file whose header is `header` and whose frames end at `position`. Entries are sorted by name.
 */
export function tailOf(header: Buffer, frames: readonly FrameEntry[], position: number): Buffer {
  const hash = new Xxh64();
  const index = indexOf(frames, hash.digest(header.subarray(magicBytes + 4)));
  const footer = Buffer.alloc(20);
  footer.writeBigUInt64BE(BigInt(position), 0);
  footer.writeUInt32BE(index.length, 8);
  hash.digest(index).copy(footer, 12);
  return Buffer.concat([index, footer, indexMagic]);
}

function indexOf(frames: readonly FrameEntry[], manifestHash: Buffer): Buffer {
  const writer = new ProtoWriter();
  const byName = [...frames].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, offset, packedBytes, rawBytes, rawXxh64, rawSha256 } of byName) {
    const entry = writer.begin(1);
    writer.string(1, name);
    writer.uint(2, offset);
    writer.uint(3, packedBytes);
    writer.uint(4, rawBytes);
    writer.fixed64(5, rawXxh64);
    writer.bytes(6, rawSha256);
    writer.end(entry);
  }
  const total = (of: (frame: FrameEntry) => number): number => frames.reduce((sum, frame) => sum + of(frame), 0);
  writer.uint(
    2,
    total((frame) => frame.rawBytes),
  );
  writer.uint(
    3,
    total((frame) => frame.packedBytes),
  );
  writer.fixed64(4, manifestHash);
  return Buffer.from(writer.copy());
}
