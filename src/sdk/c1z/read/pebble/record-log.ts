/** The record log that Pebble writes its MANIFEST and its write-ahead log in: blocks of 32 KiB, records cut into chunks. */
import { maskedCrc32c } from "../../pebble/checksums.ts";
import { PebbleFormatError } from "./byte-cursor.ts";

const blockBytes = 32 * 1024;
const typeOffset = 6;
/** Header bytes of a chunk, by type: plain, recyclable, with a sync offset; each whole, first, middle, last. */
const headerBytes = [7, 11, 19] as const;

/** What tells a write-ahead log from a MANIFEST. */
export interface LogOptions {
  /** Number of the log: chunks of another are what an earlier use of the file left. Undefined: no write-ahead log. */
  readonly logNumber?: number;
}

/**
 * Yields the records. A write-ahead log ends where a chunk is not whole, a MANIFEST must be whole.
 * @throws PebbleFormatError for a MANIFEST that is damaged.
 */
export function* logRecords(bytes: Buffer, { logNumber }: LogOptions = {}): Generator<Buffer> {
  // One place for all: a record may come in as many pieces as there are bytes.
  const record = Buffer.allocUnsafe(bytes.length);
  let length: number | undefined;
  for (const { part, body } of chunks(bytes, logNumber)) {
    const isFirst = part === 0 || part === 1;
    if (isFirst !== (length === undefined)) {
      if (logNumber !== undefined) return;
      throw new PebbleFormatError("its MANIFEST has a torn record");
    }
    length ??= 0;
    length += body.copy(record, length);
    if (part !== 0 && part !== 3) continue;
    yield Buffer.from(record.subarray(0, length));
    length = undefined;
  }
  if (length !== undefined && logNumber === undefined) throw new PebbleFormatError("its MANIFEST ends inside a record");
}

interface Chunk {
  /** 0 whole, 1 first, 2 middle, 3 last. */
  readonly part: number;
  readonly body: Buffer;
}

function* chunks(bytes: Buffer, logNumber: number | undefined): Generator<Chunk> {
  for (let block = 0; block < bytes.length; block += blockBytes) {
    const end = Math.min(block + blockBytes, bytes.length);
    for (let at = block; at + headerBytes[0] <= end; ) {
      const length = bytes.readUInt16LE(at + 4);
      const type = bytes.readUInt8(at + typeOffset);
      // Zeros fill a block up.
      if (type === 0 && length === 0 && bytes.readUInt32LE(at) === 0) break;
      const header = headerBytes[Math.floor((type - 1) / 4)];
      const next = at + (header ?? 0) + length;
      const isSound =
        header !== undefined && next <= end && maskedCrc32c(bytes, at + typeOffset, next) === bytes.readUInt32LE(at);
      const isOld = isSound && header > 7 && bytes.readUInt32LE(at + 7) !== (logNumber ?? 0) % 2 ** 32;
      if (!isSound || isOld) {
        if (logNumber !== undefined) return;
        throw new PebbleFormatError("a chunk of its MANIFEST does not fit its checksum");
      }
      yield { part: (type - 1) % 4, body: bytes.subarray(at + header, next) };
      at = next;
    }
  }
}
