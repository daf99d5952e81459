/** Reads the API key from what people paste, and shows as little of it as tells two keys apart. */
import { createHash } from "node:crypto";
import { unwrapPasted } from "../sdk/config/pasted.ts";
import { type PastedSecret, readPastedSecret } from "../sdk/config/pasted-secret.ts";
import { BatonError, Status } from "../sdk/errors.ts";

/** A key ready to be sent. */
export interface ApiKey extends Omit<PastedSecret, "isFromSections"> {
  /** True when it stood in the credentials.ini of the Cloudsmith CLI, or is the one of its variable. */
  readonly isOfCli: boolean;
}

/** The Cloudsmith CLI's environment, as far as it decides which key of its file counts, and which key is its own. */
export interface CliEnvironment {
  readonly CLOUDSMITH_PROFILE?: string | undefined;
  readonly CLOUDSMITH_API_KEY?: string | undefined;
}

/**
 * Takes off what belongs to the place that the key was copied from, saying so. The format of keys is not checked: service
 * accounts may use tokens of another form. What cannot be a key for certain is refused by name.
 *
 * @throws BatonError `CS-CONFIG-API-KEY`; the message never quotes the input
 */
export function parseApiKey(text: string, env: CliEnvironment = {}): ApiKey {
  const { CLOUDSMITH_PROFILE: profile, CLOUDSMITH_API_KEY: ofVariable } = env;
  const options = {
    label: "API key",
    names: /(api[-_]?key|token|^key)$/i,
    section: profile ? `profile:${profile.toLowerCase()}` : undefined,
    refuse: invalid,
  };
  if (repositoryAddress.test(text.trim())) {
    throw invalid(
      "is the address of a repository; what stands in such addresses are entitlement tokens, for downloads",
    );
  }
  const { isFromSections, ...secret } = readPastedSecret(text, options);
  const isOfVariable = ofVariable !== undefined && unwrapPasted(ofVariable, options.names).value === secret.value;
  return { ...secret, isOfCli: isFromSections || isOfVariable };
}

const repositoryAddress = /^https?:\/\/(?:[^/]*@)?[\w.-]*\bcloudsmith\.(?:io|com)\//i;

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

function invalid(
  problem: string,
  hint = "Copy the key again from Cloudsmith: it is shown when the key is created or refreshed.",
): BatonError {
  return new BatonError({
    code: "CS-CONFIG-API-KEY",
    status: Status.unknown,
    message: `The API key ${problem}.`,
    effect: "Nothing was sent.",
    hint,
    fatal: true,
  });
}
