/**
 * The files of a store as zstd frames, one after the other in one file. A frame's content is hashed and compressed in
 * pieces while it is made: memory does not grow with it.
 */
import { createHash, type Hash } from "node:crypto";
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  type ZstdCompress,
  type ZstdDecompress,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { releasePiece } from "../../../release-buffer.ts";
import { differs } from "../../container/appended-file.ts";
import { taken } from "../../container/pack.ts";
import { Xxh64 } from "../../pebble/xxh64.ts";
import type { ByteSink } from "./table-writer.ts";

/** Measured: larger ones take no less time. */
const pieceBytes = 512 * 1024;
/** Most files of a store are smaller. */
const firstPieceBytes = 64 * 1024;
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
  readonly #target: FrameTarget;
  /** Once the content is more than one piece. */
  #stream: FrameStream | undefined;
  readonly #sha256: Hash = createHash("sha256");
  readonly #xxh64 = new Xxh64();
  readonly #free: Buffer[] = [];
  #piece: Buffer = Buffer.allocUnsafeSlow(firstPieceBytes);
  #used = 0;
  #rawBytes = 0;
  #underWay = 0;
  #wake: () => void = () => {};

  constructor(target: FrameTarget) {
    this.#xxh64.reset();
    this.#target = target;
  }

  append(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#piece.length) this.#makeRoom(bytes.length);
    this.#piece.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #makeRoom(length: number): void {
    const needed = this.#used + length;
    if (this.#stream === undefined && needed <= pieceBytes) {
      const larger = Buffer.allocUnsafeSlow(pieceBytes);
      this.#piece.copy(larger, 0, 0, this.#used);
      this.#piece = larger;
      return;
    }
    this.#flush();
    if (length > this.#piece.length) this.#piece = Buffer.allocUnsafeSlow(length);
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
      await Promise.race([moved, this.#stream?.written]);
    }
  }

  async finish(): Promise<Pick<FrameEntry, "rawBytes" | "xxh64" | "sha256">> {
    const unpacked = this.#stream ? await this.#finishStream() : await this.#packAtOnce();
    this.#xxh64.finish();
    const xxh64 = this.#xxh64.toBytes();
    if (!unpacked.equals(xxh64)) throw differs("in a frame from what was packed");
    return { rawBytes: this.#rawBytes, xxh64, sha256: this.#sha256.digest() };
  }

  async #finishStream(): Promise<Buffer> {
    this.#flush();
    // Ended while it has something to do, Node's stream ends the frame twice, and an empty one follows.
    await this.#fewerUnderWay(1);
    this.#stream?.compress.end();
    return (await this.#stream?.written) ?? Buffer.alloc(0);
  }

  /** Two streams would cost ten times as much as packing a piece. */
  async #packAtOnce(): Promise<Buffer> {
    const content = this.#piece.subarray(0, this.#used);
    this.#count(content);
    const back = await this.#target.append(zstdCompressSync(content, { params: packing }));
    return new Xxh64().digest(zstdDecompressSync(back, { maxOutputLength: Math.max(content.length, 1) }));
  }

  destroy(): void {
    this.#stream?.compress.destroy();
    this.#stream?.unpack.destroy();
  }

  #count(piece: Buffer): void {
    this.#sha256.update(piece);
    this.#xxh64.update(piece);
    this.#rawBytes += piece.length;
  }

  #flush(): void {
    if (this.#used === 0) return;
    const whole = this.#piece;
    const piece = whole.subarray(0, this.#used);
    this.#count(piece);
    this.#underWay++;
    this.#stream ??= this.#startStream();
    this.#stream.compress.write(piece, () => {
      this.#underWay--;
      if (whole.length >= pieceBytes) this.#free.push(whole);
      this.#wake();
    });
    this.#piece = this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    this.#used = 0;
  }

  #startStream(): FrameStream {
    const compress = createZstdCompress({ chunkSize: pieceBytes, params: packing });
    const unpack = createZstdDecompress({ chunkSize: pieceBytes });
    const written = writeAndUnpack(compress, this.#target, unpack);
    // The one that waits gets the failure.
    written.catch(() => this.#wake());
    return { compress, unpack, written };
  }
}

interface FrameStream {
  readonly compress: ZstdCompress;
  readonly unpack: ZstdDecompress;
  /** Once all is written and read back: the hash of what came out of it. */
  readonly written: Promise<Buffer>;
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
