/** Seals texts with AES-256-GCM, each under a nonce of its own and bound to what it belongs to. Knows no store. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
/** Bytes (NIST SP 800-38D: 96-bit nonce, 128-bit tag). */
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals `text`: nonce, tag, ciphertext.
 * @param key 32 bytes.
 * @param owner what it belongs to; it opens for no other.
 */
export function seal(text: string, key: Buffer, owner: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(owner, "utf8"));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Opens what `seal` made; undefined with another key, for another owner, or when a single bit was changed. */
export function unseal(sealed: Uint8Array, key: Buffer, owner: string): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(owner, "utf8"))
    .setAuthTag(tag);
  try {
    const text = [decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()];
    return Buffer.concat(text).toString("utf8");
  } catch {
    // The only thing that it says is that the tag does not fit.
    return undefined;
  }
}
