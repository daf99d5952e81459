/**
 * The files of a store as zstd frames, one after the other in one file. A frame's content is hashed and compressed in
 * pieces while it is made: memory does not grow with it.
 */
import { createHash, type Hash } from "node:crypto";
import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress, type ZstdDecompress } from "node:zlib";
import { releasePiece } from "../../../release-buffer.ts";
import { differs } from "../../container/appended-file.ts";
import { taken } from "../../container/pack.ts";
import { Xxh64 } from "../../pebble/xxh64.ts";
import type { ByteSink } from "./table-writer.ts";

/** Measured: larger ones take no less time. */
const pieceBytes = 512 * 1024;
/** One is compressed and one waits, while the next is filled. */
const mostUnderWay = 2;

/** What the index of the file says of a frame. */
export interface FrameEntry {
  readonly name: string;
  readonly offset: number;
  readonly compressedBytes: number;
  readonly rawBytes: number;
  /** Of the content, big-endian. */
  readonly xxh64: Uint8Array;
  readonly sha256: Uint8Array;
}

/** A file that grows at its end. */
export interface FrameTarget {
  readonly bytes: number;
  /** Returns what was read back, valid until the next but one is appended. */
  append(bytes: Uint8Array): Promise<Buffer>;
}

/** Where the content of a frame goes. A caller with much to give waits for `drained` now and then. */
export interface FrameSink extends ByteSink {
  readonly isFull: boolean;
  /** @throws what kept earlier bytes from being written. */
  drained(): Promise<void>;
}

const packing = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_windowLog]: 20,
  [constants.ZSTD_c_checksumFlag]: 1,
} as const;

/** Appends a frame of what `produce` gives, named `name`. Returns its entry and what `produce` returned. */
export async function writeFrame<T>(
  target: FrameTarget,
  name: string,
  produce: (sink: FrameSink) => T | Promise<T>,
): Promise<readonly [FrameEntry, T]> {
  const offset = target.bytes;
  const sink = new CompressingSink(target);
  try {
    const result = await produce(sink);
    const content = await sink.finish();
    return [{ name, offset, compressedBytes: target.bytes - offset, ...content }, result];
  } finally {
    sink.destroy();
  }
}

class CompressingSink implements FrameSink {
  readonly #compress: ZstdCompress = createZstdCompress({ chunkSize: pieceBytes, params: packing });
  readonly #unpack: ZstdDecompress = createZstdDecompress({ chunkSize: pieceBytes });
  /** Once all is written and read back: the hash of what came out of it. */
  readonly #written: Promise<Buffer>;
  readonly #sha256: Hash = createHash("sha256");
  readonly #xxh64 = new Xxh64();
  readonly #free: Buffer[] = [];
  #piece: Buffer = Buffer.allocUnsafeSlow(pieceBytes);
  #used = 0;
  #rawBytes = 0;
  #underWay = 0;
  #wake: () => void = () => {};

  constructor(target: FrameTarget) {
    this.#xxh64.reset();
    this.#written = writeAndUnpack(this.#compress, target, this.#unpack);
    // The one who waits gets the failure.
    this.#written.catch(() => this.#wake());
  }

  append(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#piece.length) this.#flush();
    if (bytes.length > this.#piece.length) this.#piece = Buffer.allocUnsafeSlow(bytes.length);
    this.#piece.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  get isFull(): boolean {
    return this.#underWay >= mostUnderWay;
  }

  async drained(): Promise<void> {
    await this.#fewerUnderWay(mostUnderWay);
  }

  async #fewerUnderWay(limit: number): Promise<void> {
    while (this.#underWay >= limit) {
      const moved = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([moved, this.#written]);
    }
  }

  async finish(): Promise<Pick<FrameEntry, "rawBytes" | "xxh64" | "sha256">> {
    this.#flush();
    // Ended while it has something to do, Node's stream ends the frame twice, and an empty one follows.
    await this.#fewerUnderWay(1);
    this.#compress.end();
    const unpacked = await this.#written;
    this.#xxh64.finish();
    const xxh64 = this.#xxh64.toBytes();
    if (!unpacked.equals(xxh64)) throw differs("in a frame from what was packed");
    return { rawBytes: this.#rawBytes, xxh64, sha256: this.#sha256.digest() };
  }

  destroy(): void {
    this.#compress.destroy();
    this.#unpack.destroy();
  }

  #flush(): void {
    if (this.#used === 0) return;
    const whole = this.#piece;
    const piece = whole.subarray(0, this.#used);
    this.#sha256.update(piece);
    this.#xxh64.update(piece);
    this.#rawBytes += piece.length;
    this.#underWay++;
    this.#compress.write(piece, () => {
      this.#underWay--;
      this.#free.push(whole);
      this.#wake();
    });
    this.#piece = this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    this.#used = 0;
  }
}

/** Appends what is packed, and unpacks what is read back of it. Returns the hash of what that gives. */
async function writeAndUnpack(compress: ZstdCompress, target: FrameTarget, unpack: ZstdDecompress): Promise<Buffer> {
  const hashed = hashBytes(unpack);
  // The one who waits for the writing gets a failure of it first.
  hashed.catch(() => {});
  let before: Promise<unknown> = Promise.resolve();
  for await (const chunk of compress as AsyncIterable<Buffer>) {
    const back = await target.append(chunk);
    releasePiece(chunk);
    await before;
    // A stream that failed may never answer who writes to it.
    before = Promise.race([taken(unpack, back), hashed]);
    before.catch(() => {});
  }
  await before;
  unpack.end();
  return await hashed;
}

async function hashBytes(unpacked: AsyncIterable<Buffer>): Promise<Buffer> {
  const hash = new Xxh64();
  hash.reset();
  for await (const piece of unpacked) {
    hash.update(piece);
    releasePiece(piece);
  }
  hash.finish();
  return hash.toBytes();
}
