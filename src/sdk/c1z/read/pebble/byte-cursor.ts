/** Reads numbers and runs of bytes one after the other, and never beyond the end. Knows no format. */

/** The bytes are not what they should be; the message completes "the file is damaged: ...". */
export class PebbleFormatError extends Error {}

/** A block is larger than any whose rows are within the bound. */
export class BlockTooLargeError extends PebbleFormatError {
  constructor() {
    super("a block is too large");
  }
}

/** The bytes are sound, but of a kind that is not read here; the message names it. */
export class PebbleUnsupportedError extends Error {}

/** A list has more rows than the bound. */
export class TooManyRowsError extends Error {
  readonly maxRows: number;

  constructor(maxRows: number) {
    super(`more than ${maxRows} rows`);
    this.maxRows = maxRows;
  }
}

/** A cursor over `bytes`. Every method throws a PebbleFormatError where the bytes end too early. */
export class ByteCursor {
  readonly #bytes: Buffer;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.position++];
    if (value === undefined) throw new PebbleFormatError("a block ends too early");
    return value;
  }

  /** An unsigned LEB128 number up to 2^53. */
  uint(): number {
    let value = 0;
    for (let factor = 1, count = 0; count < 8; factor *= 128, count++) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new PebbleFormatError("a number is too large");
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Buffer {
    const end = this.position + length;
    if (end > this.#bytes.length) throw new PebbleFormatError("a block ends too early");
    const taken = this.#bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  /** Bytes whose length stands before them. */
  bytes(): Buffer {
    return this.take(this.uint());
  }
}
