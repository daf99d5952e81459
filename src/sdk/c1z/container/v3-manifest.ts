/**
 * The header of a version 3 c1z (magic `C1Z3\0`), which is as much of it as we read: enough to say what the file
 * holds. Its payload is a Pebble database, for the Go tools.
 */
import { open } from "node:fs/promises";
import type { Timestamp } from "../../contracts/model.ts";
import { BatonError, Status } from "../../errors.ts";
import { FieldReader, readString } from "../../wire/field-reader.ts";
import { v3Magic } from "./container.ts";
import { corruptFile, fileError } from "./file-errors.ts";

/** A sync as the header describes it. Counts are 0 when the header has none. */
export interface V3Sync {
  readonly id: string;
  /** As in version 1 files: `full`, `partial`, `resources_only`, ... */
  readonly type: string;
  readonly startedAt: Timestamp | undefined;
  /** Undefined while unfinished. */
  readonly endedAt: Timestamp | undefined;
  readonly resourceTypes: number;
  readonly resources: number;
  readonly entitlements: number;
  readonly grants: number;
}

/** What the header says. */
export interface V3Manifest {
  /** `pebble3` or `pebble2`. */
  readonly engine: string;
  readonly syncs: readonly V3Sync[];
}

const lengthBytes = 4;
const maxManifestBytes = 16 * 1024 * 1024;
/** c1.c1z.v3.C1ZManifestV3 and its SyncRun and SyncStats. */
const field = {
  engine: 1,
  syncRuns: 40,
  syncId: 1,
  type: 2,
  startedAt: 3,
  endedAt: 4,
  stats: 6,
  resourceTypes: 2,
  resources: 3,
  entitlements: 4,
  grants: 5,
} as const;
const typeNames = ["", "full", "partial", "resources_only", "partial_upserts", "partial_deletions"];

/**
 * Reads the header of the version 3 file `path`.
 * @throws BatonError `FILE-CORRUPT` when it is damaged, or what the system refused.
 */
export async function readV3Manifest(path: string): Promise<V3Manifest> {
  const bytes = await readHeader(path);
  try {
    return parseManifest(bytes);
  } catch (caught) {
    if (!(caught instanceof RangeError)) throw caught;
    throw corruptFile(path, `its version 3 header is damaged: ${caught.message}`, caught);
  }
}

/** Refuses to write over a version 3 file: `FILE-V3`. */
export function v3NotWritable(path: string, manifest: V3Manifest): BatonError {
  return v3Error(
    path,
    manifest,
    "It was not changed; nothing was synced.",
    "Give another --file for this connector, or move the file away. Version 3 files are written by the Go connectors only.",
  );
}

/** Refuses to read the rows of a version 3 file: `FILE-V3`. */
export function v3NotReadable(path: string, manifest: V3Manifest): BatonError {
  return v3Error(
    path,
    manifest,
    "Its rows cannot be read here.",
    "Read it with the Go baton tools, or have its connector write the SQLite format (--storage-engine sqlite).",
  );
}

function v3Error(path: string, manifest: V3Manifest, effect: string, hint: string): BatonError {
  const held = manifest.syncs.map(describe).join("; ") || "no sync";
  return new BatonError({
    code: "FILE-V3",
    status: Status.failedPrecondition,
    message: `${path} is a version 3 .c1z file (engine ${manifest.engine || "unknown"}) that holds ${held}.`,
    effect,
    hint,
  });
}

function describe(sync: V3Sync): string {
  const when = sync.endedAt ? `finished ${isoTime(sync.endedAt)}` : "unfinished";
  const counts = `${sync.resources} resources, ${sync.entitlements} entitlements, ${sync.grants} grants`;
  return `${sync.type} sync ${sync.id}, ${when}, with ${counts}`;
}

function isoTime({ seconds }: Timestamp): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "at an unknown time" : date.toISOString().replace(".000Z", "Z");
}

async function readHeader(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const head = Buffer.alloc(v3Magic.length + lengthBytes);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      if (bytesRead < head.length) throw corruptFile(path, "its version 3 header ends too early");
      const length = head.readUInt32BE(v3Magic.length);
      if (length > maxManifestBytes) throw corruptFile(path, "its version 3 header is larger than 16 MiB");
      const { size } = await file.stat();
      if (length > size - head.length) throw corruptFile(path, "its version 3 header ends too early");
      const manifest = Buffer.alloc(length);
      await file.read(manifest, 0, length, head.length);
      return manifest;
    } finally {
      await file.close();
    }
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "It was not changed.");
  }
}

function parseManifest(bytes: Uint8Array): V3Manifest {
  const syncs = messages(bytes, field.syncRuns).map(parseSync);
  return { engine: readString(bytes, field.engine), syncs };
}

function parseSync(bytes: Uint8Array): V3Sync {
  const stats = messages(bytes, field.stats).at(-1) ?? new Uint8Array(0);
  const type = number(bytes, field.type);
  return {
    id: readString(bytes, field.syncId),
    type: typeNames[type] || `type ${type}`,
    startedAt: timestamp(bytes, field.startedAt),
    endedAt: timestamp(bytes, field.endedAt),
    resourceTypes: number(stats, field.resourceTypes),
    resources: number(stats, field.resources),
    entitlements: number(stats, field.entitlements),
    grants: number(stats, field.grants),
  };
}

function messages(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new FieldReader(bytes);
  while (reader.next(reader.end)) {
    if (reader.field === wanted) found.push(reader.bytes());
    else reader.skip();
  }
  return found;
}

function number(bytes: Uint8Array, wanted: number): number {
  let found = 0;
  const reader = new FieldReader(bytes);
  while (reader.next(reader.end)) {
    if (reader.field === wanted) found = reader.int64();
    else reader.skip();
  }
  return found;
}

function timestamp(bytes: Uint8Array, wanted: number): Timestamp | undefined {
  const message = messages(bytes, wanted).at(-1);
  return message && { seconds: number(message, 1), nanos: number(message, 2) };
}
