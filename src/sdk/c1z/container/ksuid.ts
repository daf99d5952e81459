/** Sync ids: KSUIDs, 27 characters that sort by time. Knows nothing of syncs. */
import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** KSUID: seconds are counted from this Unix time. */
const epochSeconds = 1_400_000_000;
const payloadBytes = 16;
const rawBytes = 4 + payloadBytes;
const textLength = 27;

/**
 * A new KSUID: 4 bytes of big-endian seconds since 2014-05-13 plus 16 random bytes, in base62.
 * @param nowMs wall clock, milliseconds since the Unix epoch; times before 2014 or after 2150 are clamped.
 * @param payload the 16 random bytes; given by tests only.
 */
export function newKsuid(nowMs: number, payload: Uint8Array = randomBytes(payloadBytes)): string {
  const raw = Buffer.alloc(rawBytes);
  const seconds = Math.floor(nowMs / 1000) - epochSeconds;
  raw.writeUInt32BE(Math.min(Math.max(seconds, 0), 0xffffffff));
  raw.set(payload.subarray(0, payloadBytes), 4);
  return encodeBase62(raw);
}

/** Unix seconds of a KSUID, or undefined when `text` is none (wrong length, alphabet or beyond 160 bits). */
export function ksuidSeconds(text: string): number | undefined {
  if (text.length !== textLength) return undefined;
  let value = 0n;
  for (const char of text) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return undefined;
    value = value * 62n + BigInt(digit);
  }
  if (value >> BigInt(rawBytes * 8) !== 0n) return undefined;
  return Number(value >> BigInt(payloadBytes * 8)) + epochSeconds;
}

function encodeBase62(raw: Buffer): string {
  let value = BigInt(`0x${raw.toString("hex")}`);
  let text = "";
  while (value > 0n) {
    text = alphabet.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text.padStart(textLength, "0");
}
