/**
 * Packs a database file into the bytes of a version 1 c1z, and proves as it goes that the file holds it: every piece is
 * read back from the file and unpacked, and what comes out is compared with the database. Knows nothing of what the
 * database holds, nor where files belong.
 */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress } from "node:zlib";
import { v1Magic } from "./container.ts";
import type { OpenFile } from "./save.ts";

/** Pieces in which the database is read. */
const chunkBytes = 256 * 1024;
/** Pieces in which it comes back; smaller ones take more of the main thread, as each passes a stream. */
const checkedBytes = 256 * 1024;

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
  const compress = createZstdCompress({ chunkSize: chunkBytes, pledgedSrcSize: size, params: packing });
  const feeding = feed(original, compress);
  // A failure to read it destroys the stream, so that it is thrown below, as is every other one.
  feeding.catch(() => {});
  await pipeline(
    compress,
    (packed: AsyncIterable<Buffer>) => appendAll(packed, written),
    createZstdDecompress({ chunkSize: checkedBytes }),
    (unpacked: AsyncIterable<Buffer>) => compareWithDatabase(unpacked, original, size),
  );
  await feeding;
  return written.finish();
}

type ReadableTarget = Pick<OpenFile, "write" | "read">;

/** Puts the file through `compress` in one buffer: fresh ones would be as much garbage as the database is large. */
async function feed(original: FileHandle, compress: ZstdCompress): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  try {
    for (let position = 0; ; ) {
      const { bytesRead } = await original.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      // The buffer is free again when the stream says that it has taken the chunk.
      await new Promise<void>((resolve, reject) => {
        compress.write(buffer.subarray(0, bytesRead), (error) => (error ? reject(error) : resolve()));
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
 * Compares what comes out of the file, in pieces of any size, with the `size` bytes of the database.
 * @throws Error of the code `EREADBACK` at the first difference.
 */
export async function compareWithDatabase(
  unpacked: AsyncIterable<Buffer>,
  original: FileHandle,
  size: number,
): Promise<void> {
  const expected = Buffer.allocUnsafe(checkedBytes);
  let position = 0;
  for await (const chunk of unpacked) {
    // A stream hands out at once all that has come up meanwhile: more than a piece, where the machine is busy.
    for (let done = 0; done < chunk.length; ) {
      const wanted = Math.min(expected.length, chunk.length - done);
      const { bytesRead } = await original.read(expected, 0, wanted, position);
      const isSame = bytesRead > 0 && expected.subarray(0, bytesRead).equals(chunk.subarray(done, done + bytesRead));
      if (!isSame) throw differs(`from byte ${position} of the database on`);
      done += bytesRead;
      position += bytesRead;
    }
  }
  if (position !== size) throw differs(`${position} of ${size} bytes of the database`);
}

/** A file that grows at its end; what was appended is read back at once. */
class WrittenFile {
  readonly #target: ReadableTarget;
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;

  constructor(target: ReadableTarget) {
    this.#target = target;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const start = this.#bytes;
    // The system may take and give them in parts.
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#target.write(bytes, done, bytes.length - done, start + done);
      done += bytesWritten;
    }
    const back = Buffer.allocUnsafe(bytes.length);
    for (let done = 0; done < back.length; ) {
      const { bytesRead } = await this.#target.read(back, done, back.length - done, start + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (!back.equals(bytes)) throw differs(`from byte ${start} on`);
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
