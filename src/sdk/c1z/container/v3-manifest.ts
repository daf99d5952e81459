/**
 * The header of a version 3 c1z (magic `C1Z3\0`): enough to say what the file holds without unpacking anything of it.
 * The payload behind it is a Pebble directory, see ../read/pebble.
 */
import type { FileHandle } from "node:fs/promises";
import type { Timestamp } from "../../contracts/model.ts";
import { readTimestamp } from "../../proto/read-resource.ts";
import { FieldReader } from "../../wire/field-reader.ts";
import { noStats, readStats } from "../pebble/stats-record.ts";
import type { SyncStats } from "../write/sync-store.ts";
import { openForReading, v3Magic } from "./container.ts";
import { corruptFile, fileError } from "./file-errors.ts";

/** A sync as the header describes it. */
export interface V3Sync {
  readonly id: string;
  /** As in version 1 files: `full`, `partial`, `resources_only`, ... */
  readonly type: string;
  readonly startedAt: Timestamp | undefined;
  /** Undefined while unfinished. */
  readonly endedAt: Timestamp | undefined;
  /** All 0 when the header has none. */
  readonly stats: SyncStats;
}

/** What is known of all grants without reading them. Files with the same have the same grants. */
export interface DigestRoot {
  /** Exclusive or of the grants' hashes, in hex. */
  readonly xor: string;
  readonly count: number;
  /** How the hashes are made. */
  readonly abiVersion: number;
}

/** What the header says. */
export interface V3Manifest {
  /** `pebble3`, or `pebble2` and `pebble` in older files. */
  readonly engine: string;
  /** 1: tar in zstd, 2: tar, 5: a zstd frame for each file. */
  readonly encoding: number;
  readonly syncs: readonly V3Sync[];
  /** Undefined: not computed, which says nothing of the grants. */
  readonly digestRoot: DigestRoot | undefined;
}

/** The header with where it lies. */
export interface V3Header {
  readonly manifest: V3Manifest;
  /** The manifest's own bytes. */
  readonly bytes: Uint8Array;
  /** Where the payload begins. */
  readonly end: number;
}

const lengthBytes = 4;
/** A file holds one. */
const maxSyncs = 100;
/** From or to 1970, as far as dates of JavaScript reach. */
const maxSeconds = 8.64e12;
const maxManifestBytes = 16 * 1024 * 1024;
const typeNames = ["", "full", "partial", "resources_only", "partial_upserts", "partial_deletions"];

/**
 * Reads the header of the version 3 file `path`.
 * @throws BatonError `FILE-CORRUPT` when it is damaged, or what the system refused.
 */
export async function readV3Manifest(path: string): Promise<V3Manifest> {
  await using file = await openForReading(path);
  return (await readV3Header(path, file)).manifest;
}

/** The same of an open file, with the header's own bytes. @throws as `readV3Manifest` */
export async function readV3Header(path: string, file: FileHandle): Promise<V3Header> {
  const bytes = await readHeader(path, file);
  try {
    return decodeV3Header(bytes);
  } catch (caught) {
    if (!(caught instanceof RangeError)) throw caught;
    throw corruptFile(path, `its version 3 header is damaged: ${caught.message}`, caught);
  }
}

/** The header whose manifest is `bytes`. @throws RangeError when it is damaged */
export function decodeV3Header(bytes: Uint8Array): V3Header {
  return { manifest: readManifest(new FieldReader(bytes)), bytes, end: v3Magic.length + lengthBytes + bytes.length };
}

async function readHeader(path: string, file: FileHandle): Promise<Uint8Array> {
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
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "It was not changed.");
  }
}

/** Reads a c1.c1z.v3.C1ZManifestV3. */
function readManifest(reader: FieldReader): V3Manifest {
  const syncs: V3Sync[] = [];
  const manifest = { engine: "", encoding: 0, digestRoot: undefined as DigestRoot | undefined };
  while (reader.next(reader.end)) {
    if (reader.field === 1) manifest.engine = reader.string();
    else if (reader.field === 4) manifest.encoding = reader.uint();
    else if (reader.field === 40) {
      if (syncs.length === maxSyncs) throw new RangeError(`it names more than ${maxSyncs} syncs`);
      syncs.push(readSync(reader, reader.enter()));
    } else if (reader.field === 43) manifest.digestRoot = readDigestRoot(reader, reader.enter());
    else reader.skip();
  }
  return { ...manifest, syncs };
}

/** Reads a c1.c1z.v3.SyncRunSummary. */
function readSync(reader: FieldReader, end: number): V3Sync {
  const times: { startedAt: Timestamp | undefined; endedAt: Timestamp | undefined } = {
    startedAt: undefined,
    endedAt: undefined,
  };
  let [id, type] = ["", 0];
  let stats = noStats;
  while (reader.next(end)) {
    if (reader.field === 1) id = reader.string();
    else if (reader.field === 2) type = reader.uint();
    else if (reader.field === 3) times.startedAt = readTime(reader);
    else if (reader.field === 4) times.endedAt = readTime(reader);
    else if (reader.field === 6) stats = readStats(reader, reader.enter()).stats;
    else reader.skip();
  }
  return { id, type: syncTypeName(type), ...times, stats };
}

/** A time that a date can be. */
function readTime(reader: FieldReader): Timestamp {
  const time = readTimestamp(reader, reader.enter());
  if (Math.abs(time.seconds) > maxSeconds) throw new RangeError("a sync of it has a time that no calendar has");
  return time;
}

function readDigestRoot(reader: FieldReader, end: number): DigestRoot {
  const root = { xor: "", count: 0, abiVersion: 0 };
  while (reader.next(end)) {
    if (reader.field === 1) root.xor = Buffer.from(reader.bytes()).toString("hex");
    else if (reader.field === 2) root.count = reader.int64();
    else if (reader.field === 3) root.abiVersion = reader.uint();
    else reader.skip();
  }
  return root;
}

/** The type as version 1 files name it. @param type c1.storage.v3.SyncType */
export function syncTypeName(type: number): string {
  return typeNames[type] || `type ${type}`;
}
