/**
 * Packs a database file into the bytes of a version 1 c1z, and proves as it goes that the file holds it: every piece is
 * read back from the file and unpacked, and what comes out is compared with the database. Knows nothing of what the
 * database holds, nor where files belong.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Duplex, TransformOptions } from "node:stream";
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  type ZstdCompress,
  type ZstdDecompress,
  type ZstdOptions,
} from "node:zlib";
import { releasePiece } from "../../release-buffer.ts";
import { AppendedFile, differs, fill, type ReadableTarget } from "./appended-file.ts";
import { v1Magic } from "./container.ts";

const mebibyte = 1024 * 1024;
/**
 * Pieces in which the database goes in and comes back: each costs the main thread a round, large ones cost memory.
 * Measured: with 853 MB, 2 MiB take 0.12 s less than 1 MiB; with 25 MB they take no less time and 5 MB more.
 */
function pieceBytesFor(databaseBytes: number): number {
  return (databaseBytes < 128 * mebibyte ? 1 : 2) * mebibyte;
}

/** May wait between two steps, so that no step waits for the next: each has a thread of its own. */
const waitingBytes = mebibyte;

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
 * Does not close `target`; of its last bytes some are not synced. Nobody may write the database meanwhile.
 * @throws Error of the code `EREADBACK` when the file does not hold what was written; what the system refused.
 */
export async function packDatabase(database: string, target: ReadableTarget): Promise<PackedFile> {
  await using original = await open(database, "r");
  const { size } = await original.stat();
  const hash = createHash("sha256");
  const written = new AppendedFile(target, (back) => hash.update(back));
  await written.append(v1Magic);
  const pieceBytes = pieceBytesFor(size);
  const sizes: StreamSizes = { chunkSize: pieceBytes, highWaterMark: waitingBytes };
  const compress = createZstdCompress({ ...sizes, pledgedSrcSize: size, params: packing });
  const unpack = createZstdDecompress(sizes);
  await allOrNone(
    [
      feed(new PieceReader(original, pieceBytes), compress),
      writeAndUnpack(compress, written, unpack),
      compareWithDatabase(unpack, original, size),
    ],
    [compress, unpack],
  );
  await written.finish();
  return { bytes: written.bytes, sha256: hash.digest("hex") };
}

/** Node's own types leave out that these are streams, and so have a mark up to which they take more. */
type StreamSizes = ZstdOptions & Pick<TransformOptions, "highWaterMark">;

/** Reads a file piece by piece, into two buffers by turns: fresh ones would be as much garbage as the file is large. */
class PieceReader {
  readonly #file: FileHandle;
  readonly #pieceBytes: number;
  readonly #buffers: readonly [Buffer, Buffer];
  #pieces = 0;
  #coming: Promise<Buffer> | undefined;

  constructor(file: FileHandle, pieceBytes: number) {
    this.#file = file;
    this.#pieceBytes = pieceBytes;
    this.#buffers = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)];
  }

  /**
   * The next piece, empty at the end; the one after it is read while this one is used, into the place of the one
   * before. Nothing is read before it is asked for the first time.
   */
  async next(): Promise<Buffer> {
    const piece = await (this.#coming ?? this.#read());
    if (piece.length > 0) {
      this.#coming = this.#read();
      // A caller that asks for the piece gets the failure; it may be that nobody asks any more.
      this.#coming.catch(() => {});
    }
    return piece;
  }

  async #read(): Promise<Buffer> {
    const index = this.#pieces++;
    const buffer = this.#buffers[index % 2 === 0 ? 0 : 1];
    const length = await fill(buffer, this.#file, index * this.#pieceBytes);
    return buffer.subarray(0, length);
  }
}

/**
 * Returns when all `steps` are done. The first that fails ends the `streams` between them; it is not waited for the other
 * steps, as zlib may never answer who writes to a stream that was ended.
 */
async function allOrNone(steps: readonly Promise<void>[], streams: readonly Duplex[]): Promise<void> {
  try {
    await Promise.all(steps);
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** Puts the file through `compress`. */
async function feed(original: PieceReader, compress: ZstdCompress): Promise<void> {
  for (let piece = await original.next(); piece.length > 0; piece = await original.next()) {
    await taken(compress, piece);
  }
  compress.end();
}

/** Writes what is packed, and unpacks what is read back of it. */
async function writeAndUnpack(
  packed: AsyncIterable<Buffer>,
  written: AppendedFile,
  unpack: ZstdDecompress,
): Promise<void> {
  let before = Promise.resolve();
  for await (const piece of packed) {
    const back = await written.append(piece);
    releasePiece(piece);
    await before;
    before = taken(unpack, back);
    // The one who waits for it gets the failure.
    before.catch(() => {});
  }
  await before;
  unpack.end();
}

/** Gives `piece` to a stream; its memory is free again afterwards. */
export function taken(stream: Duplex, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(piece, (error) => (error ? reject(error) : resolve()));
  });
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
  const pieces = new PieceReader(original, pieceBytesFor(size));
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
