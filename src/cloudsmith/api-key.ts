/** Reads the API key from what people paste, and shows as little of it as tells two keys apart. */
import { createHash } from "node:crypto";
import { BatonError, Status } from "../sdk/errors.ts";

/** A key ready to be sent. */
export interface ApiKey {
  readonly value: string;
  /** What was changed about the input, for the user to know; holds nothing of the key. */
  readonly notices: readonly string[];
}

/**
 * Trims white space and strips a pasted `Bearer ` or `token `, saying so. The format of keys is not checked: service
 * accounts may use tokens of another form.
 *
 * @throws BatonError `CS-CONFIG-API-KEY` when nothing is left, when white space, control or non-ASCII characters are
 * inside, or when it is an address with an entitlement token
 */
export function parseApiKey(text: string): ApiKey {
  const notices: string[] = [];
  let value = text.trim();
  if (value !== text) notices.push("The API key had white space around it, which was removed.");
  const prefix = /^(?:X-Api-Key:\s*|(?:Authorization:\s*)?(?:Bearer|token)(?:\s+|$))/i.exec(value)?.[0];
  if (prefix !== undefined) {
    value = value.slice(prefix.length);
    notices.push(`The API key began with '${prefix.trim()}', which was removed.`);
  }
  if (value === "") throw invalid("is empty");
  if (/^https?:\/\/(?:dl|[\w-]+)\.cloudsmith\.(?:io|com)\//i.test(value)) {
    throw invalid(
      "is the address of a repository; what stands in such addresses are entitlement tokens, for downloads",
    );
  }
  if (!/^[\x21-\x7e]+$/.test(value)) throw invalid("has white space, control or non-ASCII characters inside");
  return { value, notices };
}

/** First 12 hexadecimal digits of the key's SHA-256, for logs and history. */
export function apiKeyFingerprint(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex").slice(0, 12);
}

/** Last four characters, as Cloudsmith itself shows them; undefined for keys so short that this would be a good part of it. */
export function apiKeyTail(key: string): string | undefined {
  return key.length >= 20 ? key.slice(-4) : undefined;
}

/**
 * Makes a function that replaces the key, and whatever looks like a Cloudsmith key, in text that goes to people or logs.
 */
export function createRedactor(key: string): (text: string) => string {
  const forms = [...new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)])];
  return (text) => {
    let redacted = text;
    for (const form of forms) redacted = redacted.replaceAll(form, "REDACTED");
    return redacted.replaceAll(/csa_[a-f0-9]{30}[A-Za-z0-9]{6}/g, "REDACTED");
  };
}

function invalid(problem: string): BatonError {
  return new BatonError({
    code: "CS-CONFIG-API-KEY",
    status: Status.unknown,
    message: `The API key ${problem}.`,
    effect: "Nothing was sent.",
    hint: "Copy the key again from Cloudsmith: it is shown when the key is created or refreshed.",
    fatal: true,
  });
}
