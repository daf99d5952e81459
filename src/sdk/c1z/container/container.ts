/**
 * The envelope of a version 1 c1z: five magic bytes, then one zstd frame that holds a whole SQLite database file.
 * Knows nothing of what the database holds, nor where files belong.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createZstdDecompress } from "node:zlib";
import { BatonError } from "../../errors.ts";
import { reportProgress } from "../../file-progress.ts";
import { releasePiece } from "../../release-buffer.ts";
import {
  type DecoderLimits,
  limitSettings,
  mebibytes,
  overLimit,
  tooLargeUnpacked,
  unpackedLimit,
} from "./decoder-limits.ts";
import { changedWhileRead, corruptFile, fileError, fileNotFound } from "./file-errors.ts";
import { type OpenFile, refuseSpecial, writeAll } from "./save.ts";
import { findZstdFrames, TooManyFramesError, ZstdFormatError, type ZstdFrame } from "./zstd-frames.ts";

/** c1z: the first five bytes of a version 1 file. */
export const v1Magic: Buffer = Buffer.from("C1ZF\0");
/** c1z: the first five bytes of a version 3 file. */
export const v3Magic: Buffer = Buffer.from("C1Z3\0");
const sqliteMagic = "SQLite format 3\0";
/** Pieces in which it is read, and those that come out: each costs the main thread a round. */
const packedBytes = 256 * 1024;
const unpackedBytes = 1024 * 1024;

type WritableFile = Pick<OpenFile, "write">;

/** What a file is by its first bytes; `none` when it is missing or empty. */
export type C1zFormat = "v1" | "v3" | "none" | "unknown";

/**
 * Says what the file at `path` is.
 * @throws BatonError when it cannot be read; a missing file is `none`.
 */
export async function formatOf(path: string): Promise<C1zFormat> {
  try {
    // A pipe would block the open for ever.
    await refuseSpecial(path);
    const handle = await open(path, "r");
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(v1Magic.length), 0, v1Magic.length, 0);
      if (bytesRead === 0) return "none";
      if (buffer.equals(v1Magic)) return "v1";
      return buffer.equals(v3Magic) ? "v3" : "unknown";
    } finally {
      await handle.close();
    }
  } catch (caught) {
    const error = fileError(caught, `read ${path}`, "Nothing was read or written.");
    if (error.code === "FILE-DIRECTORY-MISSING") return "none";
    throw error;
  }
}

/**
 * Decompresses the version 1 file `path` into a new file `database`, and makes sure that it is a SQLite database.
 * @param onPiece sees what comes out, in order.
 * @returns bytes of the file at `path`.
 * @throws BatonError `FILE-NOT-FOUND`, `FILE-CORRUPT`, `FILE-DECODER-LIMIT`, `FILE-READ-CHANGED`, or what the system
 * refused.
 */
export async function unpackDatabase(
  path: string,
  database: string,
  limits: DecoderLimits,
  onPiece?: OnPiece,
): Promise<number> {
  await using file = await openForReading(path);
  const state = fileStateOf(file);
  const source = { path, file, state, limits, maxBytes: unpackedLimit(limits, state.size), onPiece };
  try {
    const frames = framesOf(source);
    await using target = await openScratch(database);
    let written = 0;
    for (const frame of frames) written += await unpackFrame(source, frame, target, written);
  } finally {
    refuseChanged(source);
  }
  checkSqlite(path, database);
  return state.size;
}

/** @throws BatonError `FILE-NOT-FOUND`, or what the system refused. */
export async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (caught) {
    const error = fileError(caught, `read ${path}`, "Nothing was read.");
    throw error.code === "FILE-DIRECTORY-MISSING" ? fileNotFound(path) : error;
  }
}

async function openScratch(database: string): Promise<FileHandle> {
  try {
    return await open(database, "wx", 0o600);
  } catch (caught) {
    throw fileError(caught, `create ${database}`, "Nothing was read or written.");
  }
}

/** What changes when a file is written to; another file in its place is no change of it. */
export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
}

/** The state of an open file. */
export function fileStateOf({ fd }: FileHandle): FileState {
  const { size, mtimeMs } = fstatSync(fd);
  return { size, mtimeMs };
}

/**
 * To be called after reading, whatever that came to: parts of two states are neither damage nor an answer.
 * @throws BatonError `FILE-READ-CHANGED`.
 */
export function refuseChanged({ path, file, state }: Pick<FrameSource, "path" | "file" | "state">): void {
  const { size, mtimeMs } = fileStateOf(file);
  if (size !== state.size || mtimeMs !== state.mtimeMs) throw changedWhileRead(path);
}

/** An open file that frames are unpacked from. */
export interface FrameSource {
  readonly path: string;
  readonly file: FileHandle;
  /** Of the file when it was opened. */
  readonly state: FileState;
  readonly limits: DecoderLimits;
  /** Bytes that may come out of all frames together. */
  readonly maxBytes: number;
  /** Sees each piece that comes out, while it is there; none is kept. */
  readonly onPiece?: OnPiece | undefined;
}

/** Gets a piece, and how many bytes came before it. */
export type OnPiece = (piece: Buffer, offset: number) => void;

function framesOf(source: FrameSource): ZstdFrame[] {
  const { path, file } = source;
  const { size } = fstatSync(file.fd);
  if (size === 0) throw fileNotFound(path);
  const magic = Buffer.alloc(v1Magic.length);
  readSync(file.fd, magic, 0, magic.length, 0);
  if (!magic.equals(v1Magic)) throw corruptFile(path, "it does not begin as one");
  return framesBetween(source, v1Magic.length, size);
}

/**
 * The frames in bytes `start` to `end` of a file, one at least.
 * @throws BatonError `FILE-CORRUPT`, `FILE-DECODER-LIMIT`.
 */
export function framesBetween({ path, file, limits, maxBytes }: FrameSource, start: number, end: number): ZstdFrame[] {
  try {
    const frames = findZstdFrames(file.fd, start, end, limits.maxFrames);
    if (frames.length === 0) throw new ZstdFormatError("it ends before its content");
    for (const { windowSize } of frames) {
      if (windowSize <= limits.maxWindowBytes) continue;
      const limit = mebibytes(limits.maxWindowBytes);
      throw overLimit(path, "needs a zstd window above the limit", limitSettings.window, limit);
    }
    const promised = frames.reduce((sum, { contentSize }) => sum + (contentSize ?? 0), 0);
    if (limits.failFast && promised > maxBytes) throw tooLargeUnpacked(path, maxBytes);
    return frames;
  } catch (caught) {
    if (caught instanceof TooManyFramesError) {
      throw overLimit(path, "has more zstd frames than the limit", limitSettings.frames, `${limits.maxFrames}`);
    }
    if (caught instanceof ZstdFormatError) throw corruptFile(path, caught.message, caught);
    throw caught;
  }
}

/**
 * Unpacks one frame behind the `written` bytes that earlier ones left in `target`. Returns how many bytes it was.
 * @throws BatonError `FILE-CORRUPT`, `FILE-DECODER-LIMIT`, or what the system refused.
 */
export async function unpackFrame(
  { path, file, limits, onPiece }: FrameSource,
  frame: ZstdFrame,
  target: WritableFile,
  written: number,
): Promise<number> {
  const windowLog = Math.min(Math.max(Math.ceil(Math.log2(limits.maxWindowBytes)), 10), 31);
  const decompress = createZstdDecompress({
    chunkSize: unpackedBytes,
    params: { [constants.ZSTD_d_windowLogMax]: windowLog },
  });
  let [size, position] = [0, frame.offset];
  const pieces = piecesOf(file, frame, (end) => {
    position = end;
  });
  await pipeline(pieces, decompress, async (chunks: AsyncIterable<Buffer>) => {
    // A piece is written while the next is unpacked.
    let before = Promise.resolve();
    for await (const chunk of chunks) {
      // Of a file that was read so far: a large one of nothing but repetition is not unpacked to the end to be told.
      const limit = unpackedLimit(limits, position);
      if (written + size + chunk.length > limit) throw tooLargeUnpacked(path, limit);
      onPiece?.(chunk, written + size);
      await before;
      before = writeAll(target, chunk, written + size).then(() => releasePiece(chunk));
      // The one who waits for it gets the failure.
      before.catch(() => {});
      size += chunk.length;
      reportProgress();
    }
    await before;
  }).catch((caught: unknown) => {
    throw decompressionError(caught, path);
  });
  if (frame.contentSize !== undefined && frame.contentSize !== size) {
    throw corruptFile(path, `${frame.contentSize} bytes were promised, ${size} came out`);
  }
  return size;
}

/**
 * Not a stream of Node's: one that is given up closes the file, also one that it did not open.
 * @param onRead is told how far in the file everything was read.
 */
async function* piecesOf(
  file: FileHandle,
  { offset, length }: Pick<ZstdFrame, "offset" | "length">,
  onRead: (end: number) => void,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; ) {
    const buffer = Buffer.allocUnsafe(Math.min(packedBytes, length - done));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset + done);
    // Shorter than it was a moment ago: the decompressor says so.
    if (bytesRead === 0) return;
    done += bytesRead;
    onRead(offset + done);
    yield buffer.subarray(0, bytesRead);
  }
}

function decompressionError(caught: unknown, path: string): unknown {
  if (!(caught instanceof Error) || caught instanceof BatonError) return caught;
  const code = "code" in caught ? String(caught.code) : "";
  if (code.startsWith("ZSTD_") || code.startsWith("Z_")) return corruptFile(path, caught.message.toLowerCase(), caught);
  return fileError(caught, `unpack ${path}`, `${path} is untouched.`);
}

/** SQLite: bytes 18 and 19 of the header are 1 for a rollback journal, 2 for a write-ahead log. */
const journalVersionOffset = 18;
const rollbackJournal: Buffer = Buffer.from([1, 1]);
const writeAheadLog: Buffer = Buffer.from([2, 2]);

function checkSqlite(path: string, database: string): void {
  const fd = openSync(database, "r+");
  try {
    const head = Buffer.alloc(journalVersionOffset + rollbackJournal.length);
    const got = readSync(fd, head, 0, head.length, 0);
    if (got < head.length || head.toString("latin1", 0, sqliteMagic.length) !== sqliteMagic) {
      throw corruptFile(path, "what it holds is not a SQLite database");
    }
    // The log itself is never in a c1z; with the mark SQLite would look for one, and refuse a read-only database.
    if (head.subarray(journalVersionOffset).equals(writeAheadLog)) {
      writeSync(fd, rollbackJournal, 0, rollbackJournal.length, journalVersionOffset);
    }
  } finally {
    closeSync(fd);
  }
}
