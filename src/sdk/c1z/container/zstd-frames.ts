/**
 * Finds the zstd frames of a file by their headers and block sizes, without decompressing anything (RFC 8878).
 * That tells truncation, trailing garbage and further frames for sure; Node's decompressor ignores the last two.
 */
import { readSync } from "node:fs";

/** A data frame: where it lies, and what its header promises. */
export interface ZstdFrame {
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Bytes of the whole frame. */
  readonly length: number;
  /** Decompressed bytes, when the header says so. */
  readonly contentSize: number | undefined;
  /** Bytes of memory that decompressing needs for looking back. */
  readonly windowSize: number;
  /** True when a checksum of what comes out follows, which the decompressor compares. */
  readonly hasChecksum: boolean;
}

/** The bytes are not a clean row of zstd frames; the message completes "the file is not readable: ...". */
export class ZstdFormatError extends Error {}

/** There are more frames than allowed, empty ones included. */
export class TooManyFramesError extends Error {}

const dataMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const maxHeaderBytes = 18;
/** Read at once: a file may be made of blocks of four bytes. */
const pieceBytes = 4096;
const blockHeaderBytes = 3;
const checksumBytes = 4;

/**
 * Lists the data frames in bytes `start` to `end` of the open file `fd`; skippable frames are passed over.
 * @throws ZstdFormatError when a frame is broken off, or bytes remain that are no frame; TooManyFramesError.
 */
export function findZstdFrames(fd: number, start: number, end: number, maxFrames: number): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  const source = new Source(fd, end);
  let offset = start;
  for (let count = 0; offset < end; count++) {
    if (count === maxFrames) throw new TooManyFramesError();
    const magic = source.read(offset, 4).readUInt32LE();
    if (magic === dataMagic) {
      const frame = walkFrame(source, offset);
      frames.push(frame);
      offset += frame.length;
    } else if ((magic & 0xfffffff0) === skippableMagic) {
      const size = source.read(offset + 4, 4).readUInt32LE();
      offset = source.within(offset + 8 + size);
    } else throw new ZstdFormatError(frames.length === 0 ? "it holds no zstd data" : "bytes follow after its end");
  }
  return frames;
}

class Source {
  readonly #fd: number;
  readonly #end: number;
  readonly #buffer = Buffer.allocUnsafe(pieceBytes);
  /** Where what is in the buffer begins, and how many bytes it is. */
  #start = 0;
  #length = 0;

  constructor(fd: number, end: number) {
    this.#fd = fd;
    this.#end = end;
  }

  /** The next `length` bytes at `offset`, valid until the next read; fewer than `length` only with `atMost`. */
  read(offset: number, length: number, atMost = false): Buffer {
    const wanted = Math.min(length, this.#end - offset);
    if (offset < this.#start || offset + wanted > this.#start + this.#length) this.#fill(offset);
    const at = offset - this.#start;
    const got = Math.max(Math.min(wanted, this.#length - at), 0);
    if (got < length && !atMost) throw new ZstdFormatError("it ends too early");
    return this.#buffer.subarray(at, at + got);
  }

  #fill(offset: number): void {
    const wanted = Math.min(pieceBytes, this.#end - offset);
    this.#start = offset;
    this.#length = wanted > 0 ? readSync(this.#fd, this.#buffer, 0, wanted, offset) : 0;
  }

  within(offset: number): number {
    if (offset > this.#end) throw new ZstdFormatError("it ends too early");
    return offset;
  }
}

function walkFrame(source: Source, offset: number): ZstdFrame {
  const header = parseHeader(source.read(offset, maxHeaderBytes, true));
  let position = offset + header.length;
  for (let last = false; !last; ) {
    const block = source.read(position, blockHeaderBytes).readUIntLE(0, blockHeaderBytes);
    last = (block & 1) === 1;
    const type = (block >> 1) & 3;
    if (type === 3) throw new ZstdFormatError("a block is of no known kind");
    position = source.within(position + blockHeaderBytes + (type === 1 ? 1 : block >> 3));
  }
  if (header.checksum) position = source.within(position + checksumBytes);
  return {
    offset,
    length: position - offset,
    contentSize: header.contentSize,
    windowSize: header.windowSize,
    hasChecksum: header.checksum,
  };
}

interface Header {
  readonly length: number;
  readonly checksum: boolean;
  readonly contentSize: number | undefined;
  readonly windowSize: number;
}

/** RFC 8878, 3.1.1.1: descriptor, window, dictionary id, content size. */
function parseHeader(bytes: Buffer): Header {
  const descriptor = bytes[4];
  if (descriptor === undefined) throw new ZstdFormatError("it ends too early");
  if ((descriptor & 0x08) !== 0) throw new ZstdFormatError("its zstd header is of a later format");
  if ((descriptor & 0x03) !== 0) throw new ZstdFormatError("it needs a zstd dictionary");
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const windowBytes = singleSegment ? 0 : 1;
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
  const length = 5 + windowBytes + sizeBytes;
  if (bytes.length < length) throw new ZstdFormatError("it ends too early");
  const contentSize = readContentSize(bytes.subarray(5 + windowBytes, length));
  const windowSize = singleSegment ? (contentSize ?? 0) : windowOf(bytes.readUInt8(5));
  return { length, checksum: (descriptor & 0x04) !== 0, contentSize, windowSize };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readContentSize(bytes: Buffer): number | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes.length === 1) return bytes.readUInt8();
  if (bytes.length === 2) return bytes.readUInt16LE() + 256;
  return bytes.length === 4 ? bytes.readUInt32LE() : Number(bytes.readBigUInt64LE());
}
