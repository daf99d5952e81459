/** Compares two sets of keys that come in different orders, without keeping them. */

const prime = 0x01000193;

/** How many entries a set has, and a sum over hashes of them; sets with the same are the same. */
export class KeySet {
  count: number = 0;
  #low = 0;
  #high = 0;

  /** Adds a key, and what is stored under it. */
  add(key: Uint8Array, value: Uint8Array = nothing): void {
    let [low, high] = [0x811c9dc5, 0x9747b28c];
    for (const bytes of [key, value]) {
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        low = Math.imul(low ^ byte, prime);
        high = Math.imul((high ^ byte) + 0x9e3779b9, 0x85ebca6b);
        high ^= high >>> 13;
      }
      // Where the key ends is part of it.
      low = Math.imul(low ^ bytes.length, prime);
    }
    this.#low = (this.#low + low) | 0;
    this.#high = (this.#high + Math.imul(high ^ (low >>> 15), 0xc2b2ae35)) | 0;
    this.count++;
  }

  equals(other: KeySet): boolean {
    return this.count === other.count && this.#low === other.#low && this.#high === other.#high;
  }
}

const nothing = new Uint8Array(0);
