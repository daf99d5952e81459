/**
 * XXH64 with seed 0, on halves of 32 bits: a BigInt for each of a billion steps would be garbage. Multiplication is
 * written out in the loop over long input, where a call that returns two halves would cost as much as the work.
 */

/** Bytes that the four lanes take at once. */
const stripeBytes = 32;
const stripeWords = stripeBytes / 4;

/** The primes, as high and low half. */
const prime1 = { high: 0x9e3779b1, low: 0x85ebca87 } as const;
const prime2 = { high: 0xc2b2ae3d, low: 0x27d4eb4f } as const;
const prime3 = { high: 0x165667b1, low: 0x9e3779f9 } as const;
const prime4 = { high: 0x85ebca77, low: 0xc2b2ae63 } as const;
const prime5 = { high: 0x27d4eb2f, low: 0x165667c5 } as const;

/**
 * One hash after the other, or of a stream: `reset`, `update` with its pieces, `finish`. The result lies in `high` and
 * `low`, so that nothing is allocated for it.
 */
export class Xxh64 {
  /** Upper half of the result, 0 to 2^32 - 1. */
  high: number = 0;
  /** Lower half of the result. */
  low: number = 0;
  /** The four lanes, low half first. */
  readonly #lanes = new Int32Array(8);
  /** What is not a whole stripe yet; also where bytes go that do not begin at a multiple of four. */
  readonly #rest = new Uint8Array(4096);
  readonly #restWords = new Int32Array(this.#rest.buffer);
  #restLength = 0;
  #length = 0;

  /** Begins a new hash. */
  reset(): void {
    this.#lanes.set(firstLanes);
    this.#restLength = 0;
    this.#length = 0;
  }

  /** Takes bytes `start` to `end` of `bytes`. */
  update(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.#length += end - start;
    let at = start;
    if (this.#restLength > 0) at = this.#fillRest(bytes, at, end, stripeBytes);
    if (this.#restLength > 0) return;
    if ((bytes.byteOffset + at) % 4 === 0) {
      const whole = end - ((end - at) % stripeBytes);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (whole - at) / 4);
      this.#takeStripes(words, words.length);
      at = whole;
    }
    while (at < end) at = this.#fillRest(bytes, at, end, this.#rest.length);
  }

  /** Ends the hash: the result is in `high` and `low`. */
  finish(): void {
    this.#begin();
    this.#addLength();
    this.#takeRest(this.#rest, this.#restLength - (this.#restLength % stripeBytes), this.#restLength);
    this.#scramble();
  }

  /** The hash of `bytes`, big-endian as 8 bytes. */
  digest(bytes: Uint8Array): Buffer {
    this.reset();
    this.update(bytes);
    this.finish();
    return this.toBytes();
  }

  /** The result as 8 bytes, big-endian. */
  toBytes(): Buffer {
    const out = Buffer.allocUnsafe(8);
    out.writeUInt32BE(this.high, 0);
    out.writeUInt32BE(this.low, 4);
    return out;
  }

  /** Fills the rest up to `most` bytes and takes its whole stripes. Returns where it stopped. */
  #fillRest(bytes: Uint8Array, start: number, end: number, most: number): number {
    const until = Math.min(end, start + most - this.#restLength);
    this.#rest.set(bytes.subarray(start, until), this.#restLength);
    this.#restLength += until - start;
    const whole = this.#restLength - (this.#restLength % stripeBytes);
    this.#takeStripes(this.#restWords, whole / 4);
    this.#rest.copyWithin(0, whole, this.#restLength);
    this.#restLength -= whole;
    return until;
  }

  #takeStripes(words: Int32Array, length: number): void {
    for (let lane = 0; lane < 4; lane++) runLane(words, length, this.#lanes, lane * 2);
  }

  #begin(): void {
    if (this.#length < stripeBytes) {
      this.#set(prime5.high, prime5.low);
      return;
    }
    const lanes = this.#lanes;
    this.high = 0;
    this.low = 0;
    rotations.forEach((bits, lane) => {
      rotate(lanes[lane * 2 + 1] ?? 0, lanes[lane * 2] ?? 0, bits);
      this.#add(resultHigh, resultLow);
    });
    for (let lane = 0; lane < 4; lane++) {
      round(0, 0, lanes[lane * 2 + 1] ?? 0, lanes[lane * 2] ?? 0);
      this.#set(this.high ^ resultHigh, this.low ^ resultLow);
      this.#multiply(prime1);
      this.#add(prime4.high, prime4.low);
    }
  }

  #addLength(): void {
    this.#add(Math.floor(this.#length / 2 ** 32), this.#length >>> 0);
  }

  #takeRest(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    for (; at + 8 <= end; at += 8) {
      round(0, 0, wordAt(bytes, at + 4), wordAt(bytes, at));
      this.#set(this.high ^ resultHigh, this.low ^ resultLow);
      rotate(this.high, this.low, 27);
      this.#set(resultHigh, resultLow);
      this.#multiply(prime1);
      this.#add(prime4.high, prime4.low);
    }
    if (at + 4 <= end) {
      multiply(0, wordAt(bytes, at), prime1.high, prime1.low);
      this.#set(this.high ^ resultHigh, this.low ^ resultLow);
      rotate(this.high, this.low, 23);
      this.#set(resultHigh, resultLow);
      this.#multiply(prime2);
      this.#add(prime3.high, prime3.low);
      at += 4;
    }
    for (; at < end; at++) {
      multiply(0, bytes[at] ?? 0, prime5.high, prime5.low);
      this.#set(this.high ^ resultHigh, this.low ^ resultLow);
      rotate(this.high, this.low, 11);
      this.#set(resultHigh, resultLow);
      this.#multiply(prime1);
    }
  }

  #scramble(): void {
    this.low ^= this.high >>> 1;
    this.#multiply(prime2);
    this.#set(this.high ^ (this.high >>> 29), this.low ^ ((this.high << 3) | (this.low >>> 29)));
    this.#multiply(prime3);
    this.#set(this.high >>> 0, (this.low ^ this.high) >>> 0);
    this.high = this.high >>> 0;
    this.low = this.low >>> 0;
  }

  #set(high: number, low: number): void {
    this.high = high;
    this.low = low;
  }

  #add(high: number, low: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  #multiply(prime: { readonly high: number; readonly low: number }): void {
    multiply(this.high, this.low, prime.high, prime.low);
    this.#set(resultHigh, resultLow);
  }
}

/** How far each lane is turned before they are added. */
const rotations = [1, 7, 12, 18] as const;

/** Seed 0: prime 1 + prime 2, prime 2, 0, minus prime 1; low half first. */
const firstLanes = Int32Array.of(0xadc0b5d6, 0x60ea27ee, prime2.low, prime2.high, 0, 0, 0x7a143579, 0x61c8864e);

// What the functions below return, as two halves.
let resultHigh = 0;
let resultLow = 0;

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** The lower 64 bits of a product. */
function multiply(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const low = a0 * b0;
  const cross = a0 * b1;
  const middle = (low >>> 16) + (cross & 0xffff) + a1 * b0;
  const upper = a1 * b1 + (cross >>> 16) + Math.floor(middle / 0x10000);
  resultLow = (middle << 16) | (low & 0xffff);
  resultHigh = (upper + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0;
}

/** Turns to the left by fewer than 32 bits. */
function rotate(high: number, low: number, bits: number): void {
  resultHigh = (high << bits) | (low >>> (32 - bits));
  resultLow = (low << bits) | (high >>> (32 - bits));
}

/** What one lane does with eight bytes. */
function round(high: number, low: number, inputHigh: number, inputLow: number): void {
  multiply(inputHigh, inputLow, prime2.high, prime2.low);
  const sum = (low >>> 0) + (resultLow >>> 0);
  rotate((high + resultHigh + (sum > 0xffffffff ? 1 : 0)) | 0, sum | 0, 31);
  multiply(resultHigh, resultLow, prime1.high, prime1.low);
}

/** The same for a lane's eight bytes of each stripe, with everything written out. */
function runLane(words: Int32Array, length: number, lanes: Int32Array, lane: number): void {
  let low = lanes[lane] ?? 0;
  let high = lanes[lane + 1] ?? 0;
  for (let at = lane; at < length; at += stripeWords) {
    const inLow = words[at] ?? 0;
    let part0 = inLow & 0xffff;
    let part1 = inLow >>> 16;
    let least = part0 * 0xeb4f;
    let cross = part0 * 0x27d4;
    let middle = (least >>> 16) + (cross & 0xffff) + part1 * 0xeb4f;
    const sum = (low >>> 0) + (((middle << 16) | (least & 0xffff)) >>> 0);
    high =
      (high +
        part1 * 0x27d4 +
        (cross >>> 16) +
        ((middle / 0x10000) >>> 0) +
        Math.imul(inLow, prime2.high) +
        Math.imul(words[at + 1] ?? 0, prime2.low) +
        (sum > 0xffffffff ? 1 : 0)) |
      0;
    low = sum | 0;
    const turned = (low >>> 1) | (high << 31);
    low = (high >>> 1) | (low << 31);
    part0 = low & 0xffff;
    part1 = low >>> 16;
    least = part0 * 0xca87;
    cross = part0 * 0x85eb;
    middle = (least >>> 16) + (cross & 0xffff) + part1 * 0xca87;
    high =
      (part1 * 0x85eb +
        (cross >>> 16) +
        ((middle / 0x10000) >>> 0) +
        Math.imul(low, prime1.high) +
        Math.imul(turned, prime1.low)) |
      0;
    low = (middle << 16) | (least & 0xffff);
  }
  lanes[lane] = low;
  lanes[lane + 1] = high;
}
