/** Ed25519 keys that evidence is signed with: made, read, named. The private one is for its owner's eyes alone. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { writeOutputFile } from "../reports/output-file.ts";
import { readWholeFile, whyNotRead } from "../sdk/c1z/container/whole-file.ts";
import { BatonError, Status } from "../sdk/errors.ts";

const kind = "ed25519";
/** Bits of a file's mode that let others in. */
const others = 0o077;
/** A key takes some hundred bytes. */
const maxKeyBytes = 1024 * 1024;

/** Makes a pair of keys: the private one at `path`, mode 0600, the public one beside it. @throws BatonError `EVIDENCE-KEY` */
export async function makeKeys(path: string): Promise<{ readonly publicPath: string; readonly keyId: string }> {
  const publicPath = `${path}.pub`;
  for (const one of [path, publicPath]) if (existsSync(one)) throw badKey(`${one} is there already`);
  const { privateKey, publicKey } = generateKeyPairSync(kind);
  await writeOutputFile(path, async (sink) => sink(privateKey.export({ type: "pkcs8", format: "pem" })));
  writeFileSync(publicPath, publicKey.export({ type: "spki", format: "pem" }), { flag: "wx", mode: 0o644 });
  return { publicPath, keyId: keyIdOf(publicKey) };
}

/** The key to sign with. @throws BatonError `EVIDENCE-KEY` */
export function readSigningKey(path: string): KeyObject {
  const text = readKeyFile(path);
  if (process.platform !== "win32" && (statSync(path).mode & others) !== 0)
    throw badKey(`others can read ${path}; its mode must be 0600`);
  return checked(path, "a private key", () => createPrivateKey(text));
}

/** The key to verify with: the public one, or the private one, which holds it. @throws BatonError `EVIDENCE-KEY` */
export function readPublicKey(path: string): KeyObject {
  const text = readKeyFile(path);
  return checked(path, "a public key", () => createPublicKey(text));
}

/** SHA-256 of the public key (SPKI, DER), in hex. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

function readKeyFile(path: string): string {
  try {
    return readWholeFile(path, maxKeyBytes).toString("utf8");
  } catch (caught) {
    throw badKey(whyNotRead(path, caught));
  }
}

/** What the library says of a key that it cannot read is not passed on: it may quote it. */
function checked(path: string, what: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw badKey(`${path} is not ${what} in PEM without a passphrase`);
  }
  if (key.asymmetricKeyType !== kind) throw badKey(`${path} holds a key of another kind than Ed25519`);
  return key;
}

function badKey(problem: string): BatonError {
  return new BatonError({
    code: "EVIDENCE-KEY",
    status: Status.invalidArgument,
    message: `The key cannot be used: ${problem}.`,
    effect: "Nothing was signed or verified.",
    hint: "Make a pair of keys with: evidence keygen --out KEY",
  });
}
