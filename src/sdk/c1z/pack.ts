/**
 * Packs a database file into the bytes of a version 1 c1z, and proves as it goes that the file holds it: every piece is
 * read back from the file and unpacked, and what comes out is compared with the database. Knows nothing of what the
 * database holds, nor where files belong.
 */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { TransformOptions } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress, type ZstdOptions } from "node:zlib";
import { releasePiece } from "../release-buffer.ts";
import { v1Magic } from "./container.ts";
import { type OpenFile, writeAll } from "./save.ts";

/** Pieces in which the database goes in and comes back: each costs the main thread a round, large ones cost memory. */
const pieceBytes = 1024 * 1024;
/** May wait between two steps, so that no step waits for the next: each has a thread of its own. */
const waitingBytes = 1024 * 1024;

/**
 * Measured with 1,100,000 grants (853 MB): level 1 with a window of 2 MiB takes 1.3 s of the processor and gives 99.3 MB,
 * level 3, zstd's own choice, 1.9 s for 98.8 MB.
 */
const packing = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_windowLog]: 21,
  [constants.ZSTD_c_checksumFlag]: 1,
} as const;

/** A file as it was written and read back. */
export interface PackedFile {
  readonly bytes: number;
  /** Of all its bytes, in hex. */
  readonly sha256: string;
}

/**
 * Compresses the database file `database` into the new file `target`: magic, one frame with content size and checksum.
 * Neither closes nor syncs `target`. Nobody may write the database meanwhile.
 * @throws Error of the code `EREADBACK` when the file does not hold what was written; what the system refused.
 */
export async function packDatabase(database: string, target: ReadableTarget): Promise<PackedFile> {
  await using original = await open(database, "r");
  const { size } = await original.stat();
  const written = new WrittenFile(target);
  await written.append(v1Magic);
  const compress = createZstdCompress({ ...sizes, pledgedSrcSize: size, params: packing });
  const feeding = feed(new PieceReader(original), compress);
  // A failure to read it destroys the stream, so that it is thrown below, as is every other one.
  feeding.catch(() => {});
  await pipeline(
    compress,
    (packed: AsyncIterable<Buffer>) => appendAll(packed, written),
    createZstdDecompress(sizes),
    (unpacked: AsyncIterable<Buffer>) => compareWithDatabase(unpacked, original, size),
  );
  await feeding;
  return written.finish();
}

/** Node's own types leave out that these are streams, and so have a mark up to which they take more. */
const sizes: ZstdOptions & Pick<TransformOptions, "highWaterMark"> = {
  chunkSize: pieceBytes,
  highWaterMark: waitingBytes,
};

type ReadableTarget = Pick<OpenFile, "write" | "read">;

/** Reads a file piece by piece, into two buffers by turns: fresh ones would be as much garbage as the file is large. */
class PieceReader {
  readonly #file: FileHandle;
  readonly #buffers = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)] as const;
  #pieces = 0;
  #coming: Promise<Buffer> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * The next piece, empty at the end; the one after it is read while this one is used, into the place of the one
   * before. Nothing is read before it is asked for the first time.
   */
  async next(): Promise<Buffer> {
    const piece = await (this.#coming ?? this.#read());
    if (piece.length > 0) {
      this.#coming = this.#read();
      // Whoever asks for the piece gets the failure; nobody may ask for it any more.
      this.#coming.catch(() => {});
    }
    return piece;
  }

  async #read(): Promise<Buffer> {
    const index = this.#pieces++;
    const buffer = this.#buffers[index % 2 === 0 ? 0 : 1];
    const length = await fill(buffer, this.#file, index * pieceBytes);
    return buffer.subarray(0, length);
  }
}

/** Reads into `buffer` what the file holds from `position` on; the system may give it in parts. Returns how many bytes. */
async function fill(buffer: Buffer, file: Pick<ReadableTarget, "read">, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** Puts the file through `compress`. */
async function feed(original: PieceReader, compress: ZstdCompress): Promise<void> {
  try {
    for (let piece = await original.next(); piece.length > 0; piece = await original.next()) {
      // The buffer is free again when the stream says that it has taken the piece.
      await new Promise<void>((resolve, reject) => {
        compress.write(piece, (error) => (error ? reject(error) : resolve()));
      });
    }
    compress.end();
  } catch (caught) {
    compress.destroy(caught instanceof Error ? caught : new Error(String(caught)));
    throw caught;
  }
}

/** Passes on what was appended, once it is read back. */
async function* appendAll(packed: AsyncIterable<Buffer>, written: WrittenFile): AsyncGenerator<Buffer> {
  for await (const chunk of packed) {
    await written.append(chunk);
    yield chunk;
  }
}

/**
 * Compares what comes out of the file, in pieces of any size, with the `size` bytes of the database. The pieces are
 * given back as they are done with.
 * @throws Error of the code `EREADBACK` at the first difference.
 */
export async function compareWithDatabase(
  unpacked: AsyncIterable<Buffer>,
  original: FileHandle,
  size: number,
): Promise<void> {
  const pieces = new PieceReader(original);
  let expected: Buffer = Buffer.alloc(0);
  let position = 0;
  for await (const chunk of unpacked) {
    for (let done = 0; done < chunk.length; ) {
      if (expected.length === 0) expected = await pieces.next();
      const wanted = Math.min(expected.length, chunk.length - done);
      const isSame = wanted > 0 && expected.subarray(0, wanted).equals(chunk.subarray(done, done + wanted));
      if (!isSame) throw differs(`from byte ${position} of the database on`);
      expected = expected.subarray(wanted);
      done += wanted;
      position += wanted;
    }
    releasePiece(chunk);
  }
  if (expected.length === 0) expected = await pieces.next();
  if (expected.length > 0 || position !== size) throw differs(`${position} of ${size} bytes of the database`);
}

/** A file that grows at its end; what was appended is read back at once. */
class WrittenFile {
  readonly #target: ReadableTarget;
  readonly #hash: Hash = createHash("sha256");
  #back: Buffer = Buffer.alloc(0);
  #bytes = 0;

  constructor(target: ReadableTarget) {
    this.#target = target;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const start = this.#bytes;
    await writeAll(this.#target, bytes, start);
    if (this.#back.length < bytes.length) this.#back = Buffer.allocUnsafe(bytes.length);
    const back = this.#back.subarray(0, bytes.length);
    const length = await fill(back, this.#target, start);
    // What the buffer held before may be the very same bytes.
    if (length < bytes.length || !back.equals(bytes)) throw differs(`from byte ${start} on`);
    this.#hash.update(back);
    this.#bytes += bytes.length;
  }

  finish(): PackedFile {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}

function differs(where: string): Error {
  return Object.assign(new Error(`the file differs ${where}`), { code: "EREADBACK" });
}
