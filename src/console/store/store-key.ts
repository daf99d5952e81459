/**
 * The key that secrets are sealed with: from the environment, from a file, made of a passphrase, or made at the first
 * start. Knows where it comes from, not what is sealed. Neither key nor passphrase is ever in an error's text.
 */
import { randomBytes, scrypt } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { BatonError, errnoOf, Status } from "../../sdk/errors.ts";

/** Bytes of a key: AES-256. */
const keyBytes = 32;
/** Bytes of the salt of a passphrase. */
const saltBytes = 16;
const shortestPassphrase = 12;
/** scrypt's cost (OWASP password storage: N 2^17, r 8, p 1), and the memory it needs for it. */
const scryptCost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;

/** Where a key may come from. */
export interface StoreKeyPlace {
  /** BATON_CONSOLE_KEY, BATON_CONSOLE_KEY_FILE, BATON_CONSOLE_PASSPHRASE, BATON_CONSOLE_PASSPHRASE_FILE. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** --store-key-file. */
  readonly keyFile: string | undefined;
  /** File of the key that is used when none is given, made when it is not there; undefined: secrets stay in memory. */
  readonly ownKeyFile: string | undefined;
  /** Gives the salt of the passphrase; the same for the whole life of a store. */
  salt(): Buffer;
  /** Whether the store holds what a key has sealed already: then none is made that could not open it. */
  hasSealed(): boolean;
}

/** A new salt. */
export function newSalt(): Buffer {
  return randomBytes(saltBytes);
}

/**
 * The key; undefined when none is given, and secrets stay in memory then.
 * @throws BatonError `CONSOLE-KEY` when more than one is given, or the one that is cannot be used.
 */
export async function readStoreKey({ env, keyFile, salt, ...own }: StoreKeyPlace): Promise<Buffer | undefined> {
  const { BATON_CONSOLE_KEY, BATON_CONSOLE_KEY_FILE, BATON_CONSOLE_PASSPHRASE, BATON_CONSOLE_PASSPHRASE_FILE } = env;
  const file = keyFile ?? BATON_CONSOLE_KEY_FILE;
  const given = [file, BATON_CONSOLE_KEY, BATON_CONSOLE_PASSPHRASE, BATON_CONSOLE_PASSPHRASE_FILE].filter(Boolean);
  if (given.length > 1) throw badKey("is given in more than one way");
  if (file) return parseKey(readText(file));
  if (BATON_CONSOLE_KEY) return parseKey(Buffer.from(BATON_CONSOLE_KEY, "utf8"));
  const passphrase = BATON_CONSOLE_PASSPHRASE_FILE
    ? readText(BATON_CONSOLE_PASSPHRASE_FILE).toString("utf8").trim()
    : BATON_CONSOLE_PASSPHRASE;
  return passphrase ? await keyOfPassphrase(passphrase, salt()) : ownKey(own);
}

/** The key of the console's own file. */
function ownKey({ ownKeyFile, hasSealed }: Pick<StoreKeyPlace, "ownKeyFile" | "hasSealed">): Buffer | undefined {
  if (ownKeyFile === undefined) return undefined;
  if (statSync(ownKeyFile, { throwIfNoEntry: false })) return parseKey(readText(ownKeyFile));
  if (hasSealed()) return undefined;
  const key = randomBytes(keyBytes);
  try {
    writeFileSync(ownKeyFile, `${key.toString("base64")}\n`, { mode: 0o600, flag: "wx", flush: true });
  } catch (caught) {
    throw badKey(`cannot be written to ${ownKeyFile} (${errnoOf(caught, "unknown error")})`);
  }
  return key;
}

/** 32 bytes as they are, or written in hexadecimal or base64. */
function parseKey(content: Buffer): Buffer {
  const text = content.toString("utf8").trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, "base64");
  if (content.length === keyBytes) return content;
  throw badKey("does not have 32 bytes, as they are or in hexadecimal or base64");
}

async function keyOfPassphrase(passphrase: string, salt: Buffer): Promise<Buffer> {
  if (passphrase.length < shortestPassphrase) throw badKey(`is made of fewer than ${shortestPassphrase} characters`);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(passphrase.normalize("NFC"), salt, keyBytes, scryptCost, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return await promise;
}

function readText(path: string): Buffer {
  try {
    refuseOpenFile(path);
    return readFileSync(path);
  } catch (caught) {
    if (caught instanceof BatonError) throw caught;
    throw badKey(`cannot be read from ${path} (${errnoOf(caught, "unknown error")})`);
  }
}

/**
 * What others can read is no secret. A group may read a file of somebody else, such as a mounted secret of Kubernetes:
 * its mode is not ours to change.
 */
function refuseOpenFile(path: string): void {
  const { mode, uid } = statSync(path);
  const isOwn = uid === process.getuid?.();
  if (process.platform === "win32" || (mode & (isOwn ? 0o077 : 0o027)) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  throw badKey(`file ${path} has the mode ${shown}, by which others can read or change it`, `Run chmod 600 ${path}.`);
}

function badKey(problem: string, hint?: string): BatonError {
  return new BatonError({
    code: "CONSOLE-KEY",
    status: Status.invalidArgument,
    message: `The store's key ${problem}.`,
    effect: "The console was not started.",
    hint:
      hint ??
      "Make one with `openssl rand -base64 32`, and give it as BATON_CONSOLE_KEY or in the file of --store-key-file.",
  });
}
