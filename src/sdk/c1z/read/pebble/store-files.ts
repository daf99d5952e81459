/**
 * The files of the Pebble directory that a version 3 c1z carries, by name. A frame is unpacked into memory when its file
 * is read; what had to make room and is read again goes to the scratch directory. A tar is read where it lies.
 */
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { constants, zstdDecompressSync } from "node:zlib";
import { BatonError, Status } from "../../../errors.ts";
import { reportProgress } from "../../../file-progress.ts";
import { releasePiece } from "../../../release-buffer.ts";
import {
  type FrameSource,
  fileStateOf,
  framesBetween,
  openForReading,
  refuseChanged,
  unpackFrame,
} from "../../container/container.ts";
import {
  type DecoderLimits,
  rowLimit,
  tooLargeUnpacked,
  tooManyRows,
  unpackedLimit,
} from "../../container/decoder-limits.ts";
import { corruptFile, rowTooLarge } from "../../container/file-errors.ts";
import { readV3Header, type V3Manifest } from "../../container/v3-manifest.ts";
import type { ZstdFrame } from "../../container/zstd-frames.ts";
import { Xxh64 } from "../../pebble/checksums.ts";
import type { Scratch } from "../../scratch/scratch.ts";
import { BlockTooLargeError, PebbleFormatError, PebbleUnsupportedError, TooManyRowsError } from "./byte-cursor.ts";
import { type FrameEntry, readFrameIndex } from "./frame-index.ts";
import { type Extent, listTar } from "./tar.ts";

/** A file of the directory. */
export interface StoreFile {
  readonly size: number;
  /** True when what is read was compared with a checksum already. */
  readonly isChecked: boolean;
  /**
   * Bytes `offset` to `offset + length`, which lie within.
   * @param room where a copy goes, if one is made; default: to memory of its own.
   * @throws PebbleFormatError, BatonError
   */
  read(offset: number, length: number, room?: BlockRoom): Buffer;
}

/** Memory that one block after the other is read to. V8 collects all garbage for each 32 MB that are taken anew. */
export class BlockRoom {
  #bytes = Buffer.alloc(0);

  /** Room for so many bytes; what was in it is lost. */
  of(length: number): Buffer {
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length);
    return this.#bytes.subarray(0, length);
  }
}

/** All files of an open version 3 c1z. `close` it. */
export interface StoreFiles {
  readonly manifest: V3Manifest;
  readonly files: ReadonlyMap<string, StoreFile>;
  /** Encoding 5: what the index says of each file, for a verifier. */
  readonly entries: readonly FrameEntry[];
  /** The bounds, as they suit the size of the c1z. */
  readonly limits: DecoderLimits;
  close(): void;
}

/** Payload encodings (c1.c1z.v3.PayloadEncoding). */
const encodings = { tarZstd: 1, tar: 2, frames: 5 } as const;
const engines: ReadonlySet<string> = new Set(["pebble", "pebble2", "pebble3"]);
/** Files above are unpacked when the c1z is opened, piece by piece; they would not fit in memory as a whole. */
const largeFileBytes = 64 * 1024 * 1024;
/**
 * Room for unpacked files, of all that are open together, and those that are in it, the one that was read longest ago
 * first. Scans go through one file after the other, and what is looked up in any order is in the scratch directory soon:
 * more room would save no time, and fail those who keep a large organization in memory beside it.
 */
const memory = { left: 16 * 1024 * 1024, files: new Set<FrameFile>() };

/**
 * Opens the version 3 file `path`.
 * @throws BatonError `FILE-CORRUPT`, `FILE-V3`, `FILE-DECODER-LIMIT`, or what the system refused.
 */
export async function openStoreFiles(path: string, scratch: Scratch, limits: DecoderLimits): Promise<StoreFiles> {
  const file = await openForReading(path);
  const state = fileStateOf(file);
  const { size } = state;
  const source = { path, file, state, limits, maxBytes: unpackedLimit(limits, size) };
  try {
    const header = await readV3Header(path, file);
    const { encoding } = header.manifest;
    checkEngine(path, header.manifest);
    const payload = { offset: header.end, length: size - header.end };
    const opened = new Map<string, StoreFile>();
    let entries: readonly FrameEntry[] = [];
    const closers: (() => void)[] = [closing(file)];
    if (encoding === encodings.frames) {
      entries = readFrameIndex({
        read: (at, length) => readAt(file.fd, at, length),
        header,
        size,
        maxFiles: limits.maxFrames,
      });
      await openFrames(source, entries, scratch, opened, closers);
    } else if (encoding === encodings.tar) addTar(file, payload, limits, opened, () => refuseChanged(source));
    else if (encoding === encodings.tarZstd) {
      const tar = await unpackTar(source, payload, join(scratch.directory, "payload.tar"));
      closers.push(closing(tar));
      addTar(tar, { offset: 0, length: (await tar.stat()).size }, limits, opened);
    } else throw unsupported(path, `the payload encoding ${encoding}`);
    const close = (): void => {
      for (const closeOne of closers.splice(0)) closeOne();
    };
    const suited = { ...limits, maxRows: rowLimit(limits, size) };
    refuseChanged(source);
    return { manifest: header.manifest, files: opened, entries, limits: suited, close };
  } catch (caught) {
    // What a file that changes looks like says nothing of it.
    await using _ = file;
    refuseChanged(source);
    throw storeError(caught, path);
  }
}

/** Turns what the reading of a store throws into errors for people. */
export function storeError(caught: unknown, path: string): unknown {
  if (caught instanceof BlockTooLargeError) return rowTooLarge(path, caught);
  if (caught instanceof TooManyRowsError) return tooManyRows(path, caught.maxRows);
  if (caught instanceof PebbleUnsupportedError) return unsupported(path, caught.message, caught);
  // What is not UTF-8, or a field that reaches beyond its message.
  const isDamage = caught instanceof PebbleFormatError || caught instanceof RangeError;
  return isDamage ? corruptFile(path, caught.message, caught) : caught;
}

/** @throws BatonError `FILE-V3` for a file of an engine that is not known. */
export function checkEngine(path: string, { engine }: V3Manifest): void {
  if (!engines.has(engine)) throw unsupported(path, `the engine ${JSON.stringify(engine)}`);
}

/** The refusal of something that no Baton writer of today makes: `FILE-V3`. */
function unsupported(path: string, what: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "FILE-V3",
    status: Status.unimplemented,
    message: `${path} uses ${what}, which is not read here.`,
    effect: "Nothing was read from it and it was not changed.",
    hint: "Use a newer version of this program, or convert the file with the program that wrote it.",
    cause,
  });
}

/** Nothing was written that closing could lose. */
function closing(file: FileHandle): () => void {
  return () => void file.close().catch(() => undefined);
}

function readAt(fd: number, offset: number, length: number, room?: BlockRoom): Buffer {
  const buffer = room?.of(length) ?? Buffer.allocUnsafe(length);
  if (readSync(fd, buffer, 0, length, offset) < length) throw new PebbleFormatError("it ends too early");
  return buffer;
}

/** A part of an open file. @param afterRead called once something was read, or was not to be had. */
function extentFile(
  file: FileHandle,
  { offset, length: size }: Extent,
  isChecked: boolean,
  afterRead?: () => void,
): StoreFile {
  return {
    size,
    isChecked,
    read(at, length, room) {
      if (at + length > size) throw new PebbleFormatError("a file ends too early");
      try {
        return readAt(file.fd, offset + at, length, room);
      } finally {
        afterRead?.();
      }
    },
  };
}

function addTar(
  file: FileHandle,
  payload: Extent,
  limits: DecoderLimits,
  opened: Map<string, StoreFile>,
  afterRead?: () => void,
): void {
  const read = (offset: number, length: number): Buffer => readAt(file.fd, offset, length);
  const files = listTar(read, payload.offset, payload.offset + payload.length, limits.maxFrames);
  for (const [name, extent] of files) opened.set(name, extentFile(file, extent, false, afterRead));
}

async function unpackTar(source: FrameSource, { offset, length }: Extent, path: string): Promise<FileHandle> {
  const frames = framesBetween(source, offset, offset + length);
  const target = await open(path, "wx+", 0o600);
  try {
    await unpackAll(source, frames, target);
    return target;
  } catch (caught) {
    await target.close();
    throw caught;
  }
}

async function openFrames(
  source: FrameSource,
  entries: readonly FrameEntry[],
  scratch: Scratch,
  opened: Map<string, StoreFile>,
  closers: (() => void)[],
): Promise<void> {
  const total = entries.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
  if (total > source.maxBytes) throw tooLargeUnpacked(source.path, source.maxBytes);
  const place = (): string => join(scratch.directory, `file-${randomUUID()}`);
  const scratchFile = (): number => {
    const fd = openSync(place(), "wx+", 0o600);
    closers.push(() => closeSync(fd));
    return fd;
  };
  for (const entry of entries) {
    if (entry.rawBytes <= largeFileBytes) {
      const unpacked = new FrameFile(source, entry, scratchFile);
      closers.push(() => unpacked.makeRoom());
      opened.set(entry.name, unpacked);
      continue;
    }
    const target = await open(place(), "wx+", 0o600);
    closers.push(closing(target));
    const frames = framesOf(source, entry);
    await unpackAll(source, frames, target);
    const isChecked = frames.every(({ hasChecksum }) => hasChecksum);
    opened.set(entry.name, extentFile(target, { offset: 0, length: entry.rawBytes }, isChecked));
  }
}

/** A file is a frame, or several one behind the other. */
function framesOf(source: FrameSource, { offset, packedBytes }: FrameEntry): readonly ZstdFrame[] {
  return framesBetween(source, offset, offset + packedBytes);
}

async function unpackAll(source: FrameSource, frames: readonly ZstdFrame[], target: FileHandle): Promise<void> {
  let written = 0;
  for (const frame of frames) written += await unpackFrame(source, frame, target, written);
}

const hash = new Xxh64();

/** A file that is a frame of its own, unpacked when it is read. */
class FrameFile implements StoreFile {
  readonly size: number;
  readonly isChecked = true;
  readonly #source: FrameSource;
  readonly #entry: FrameEntry;
  readonly #makeScratchFile: () => number;
  #bytes: Buffer | undefined;
  #hasMadeRoom = false;
  #scratchFile: number | undefined;

  /** @param makeScratchFile opens a new file, which is closed with the store. */
  constructor(source: FrameSource, entry: FrameEntry, makeScratchFile: () => number) {
    this.size = entry.rawBytes;
    this.#source = source;
    this.#entry = entry;
    this.#makeScratchFile = makeScratchFile;
  }

  read(offset: number, length: number, room?: BlockRoom): Buffer {
    if (offset + length > this.size) throw new PebbleFormatError("a file ends too early");
    if (this.#bytes === undefined && this.#scratchFile === undefined) this.#unpackUnchanged();
    if (this.#scratchFile !== undefined) return readAt(this.#scratchFile, offset, length, room);
    if (memory.files.delete(this)) memory.files.add(this);
    // A copy: the rest must be free to go.
    const copy = room?.of(length) ?? Buffer.allocUnsafeSlow(length);
    this.#bytes?.copy(copy, 0, offset, offset + length);
    return copy;
  }

  /** Gives its memory back. */
  makeRoom(): void {
    if (!memory.files.delete(this)) return;
    memory.left += this.size;
    if (this.#bytes) releasePiece(this.#bytes);
    this.#bytes = undefined;
    this.#hasMadeRoom = true;
  }

  #unpackUnchanged(): void {
    try {
      this.#unpack();
    } finally {
      refuseChanged(this.#source);
    }
  }

  /** Frame by frame: a large file is never in memory as a whole, unless it is one frame. */
  #unpack(): void {
    const { rawBytes, rawXxh64 } = this.#entry;
    const frames = framesOf(this.#source, this.#entry);
    const isKept = !this.#hasMadeRoom;
    if (isKept) reserve(rawBytes);
    const scratchFile = isKept ? undefined : this.#makeScratchFile();
    let bytes: Buffer | undefined;
    // Where a frame has no checksum the index has one.
    const isHashed = !frames.every(({ hasChecksum }) => hasChecksum);
    hash.reset();
    let written = 0;
    for (const { offset, length, contentSize } of frames) {
      const packed = readAt(this.#source.file.fd, offset, length);
      const left = rawBytes - written;
      const piece = unpackWhole(packed, left, Math.min(contentSize ?? left, left));
      if (isHashed) hash.update(piece);
      // One frame is the whole file nearly always.
      if (isKept && piece.length === rawBytes) bytes = piece;
      else if (isKept) {
        bytes ??= Buffer.allocUnsafe(rawBytes);
        bytes.set(piece, written);
      } else if (scratchFile !== undefined) writeFileSync(scratchFile, piece);
      written += piece.length;
      if (bytes !== piece) releasePiece(piece);
      reportProgress();
    }
    hash.finish();
    if (written !== rawBytes) throw new PebbleFormatError("a file of its payload is shorter than promised");
    if (isHashed && !hash.toBytes().equals(rawXxh64)) {
      throw new PebbleFormatError("a file of its payload does not fit its checksum");
    }
    this.#scratchFile = scratchFile;
    if (!isKept) return;
    this.#bytes = bytes ?? Buffer.alloc(0);
    memory.left -= rawBytes;
    memory.files.add(this);
  }
}

/** Makes room for a file that is no large one. */
function reserve(bytes: number): void {
  for (const file of memory.files) {
    if (memory.left >= bytes) return;
    file.makeRoom();
  }
}

/** @param expectedBytes so many come out, as far as is known. */
function unpackWhole(packed: Buffer, maxBytes: number, expectedBytes: number): Buffer {
  try {
    return zstdDecompressSync(packed, {
      maxOutputLength: Math.max(maxBytes, 1),
      // In one piece: putting many together takes longer than unpacking, and their memory twice.
      chunkSize: Math.max(expectedBytes, 64),
      params: { [constants.ZSTD_d_windowLogMax]: 27 },
    });
  } catch (cause) {
    throw new PebbleFormatError("a file of its payload cannot be unpacked", { cause });
  }
}
