/**
 * What a file may be named by: addresses of objects, `s3://bucket/key`, are told from paths, read and checked; a path that
 * names no file is refused. Knows nothing of who stores objects.
 */
import { BatonError, Status, settingError } from "../errors.ts";

/** Where an object lies. */
export interface ObjectAddress {
  readonly bucket: string;
  /** Never empty, and never a directory. */
  readonly key: string;
}

/** Where many objects lie. */
export interface ObjectPrefix {
  readonly bucket: string;
  readonly prefix: string;
}

/** What a bucket may be called (Amazon S3: bucket naming rules). */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** In UTF-8 bytes (Amazon S3: object key names); the record beside the object has a longer name. */
const longestKeyBytes = 1024 - ".run.json".length;

/** The scheme of `text` when it is an address and not a path, such as `s3://`; undefined for paths. */
export function schemeOf(text: string): string | undefined {
  return /^[a-z][a-z0-9+.-]+:\/\//i.exec(text)?.[0];
}

/**
 * Reads an address; undefined for a path.
 * @throws BatonError `BATON-FILE-URL` for an address that is not of S3, `BATON-S3-ADDRESS` for one that names no object,
 * `BATON-FILE-NAME`.
 */
export function parseObjectAddress(text: string): ObjectAddress | undefined {
  refuseNameless(text);
  const scheme = schemeOf(text);
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() !== "s3://") throw foreignAddress(scheme);
  const rest = text.slice(scheme.length);
  const slash = rest.indexOf("/");
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  const key = slash < 0 ? "" : rest.slice(slash + 1);
  if (!bucketName.test(bucket)) throw badAddress(`${JSON.stringify(bucket)} cannot be the name of a bucket`);
  if (key === "" || key.endsWith("/")) throw badAddress("it names no object");
  if (Buffer.byteLength(key) > longestKeyBytes) throw badAddress(`the key is longer than ${longestKeyBytes} bytes`);
  return { bucket, key };
}

/**
 * Reads what objects have in common, `s3://bucket/prefix`; the prefix may be empty. Undefined for a path.
 * @throws BatonError `BATON-FILE-URL` or `BATON-S3-ADDRESS`.
 */
export function parsePrefixAddress(text: string): ObjectPrefix | undefined {
  const scheme = schemeOf(text);
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() !== "s3://") throw foreignAddress(scheme);
  const [bucket = "", ...rest] = text.slice(scheme.length).split("/");
  if (!bucketName.test(bucket)) throw badAddress(`${JSON.stringify(bucket)} cannot be the name of a bucket`);
  return { bucket, prefix: rest.join("/") };
}

/** The address in words. */
export function formatAddress({ bucket, key }: ObjectAddress): string {
  return `s3://${bucket}/${key}`;
}

/**
 * Refuses an address where only a file on this machine will do.
 * @throws BatonError `BATON-FILE-URL` or `BATON-FILE-NAME`.
 */
export function requirePath(text: string, what: string): void {
  refuseNameless(text);
  const scheme = schemeOf(text);
  if (scheme === undefined) return;
  throw new BatonError({
    code: "BATON-FILE-URL",
    status: Status.unimplemented,
    message: `${what} reads a file on this machine, not an address that begins with ${scheme}`,
    effect: "Nothing was started.",
    hint: "Copy the object here first, for example with aws s3 cp, and name the copy.",
  });
}

/**
 * Refuses nothing but blanks, `-`, which stands for a stream elsewhere, and U+FFFD, which Node puts in the place of bytes
 * that are not UTF-8: files of several names would be one.
 */
function refuseNameless(text: string): void {
  if (text.includes("\ufffd")) {
    throw settingError({
      code: "BATON-FILE-NAME",
      message: `the name of the file, ${JSON.stringify(text)}, is not in UTF-8, and would be that of another file`,
      hint: "Give the file, and the directories on its path, names in UTF-8.",
    });
  }
  if (text.trim() !== "" && text !== "-") return;
  throw settingError({
    code: "BATON-FILE-NAME",
    message: text === "-" ? 'a .c1z file cannot be a stream, as "-" has it' : "the name of the file is empty",
    hint: "Name a path, for example sync.c1z.",
  });
}

function foreignAddress(scheme: string): BatonError {
  return new BatonError({
    code: "BATON-FILE-URL",
    status: Status.unimplemented,
    message: `an address that begins with ${scheme} is not known`,
    effect: "Nothing was started.",
    hint: "Name a path or s3://BUCKET/KEY.",
  });
}

function badAddress(reason: string): BatonError {
  return settingError({
    code: "BATON-S3-ADDRESS",
    message: `not an address of an object: ${reason}`,
    hint: "Write it as s3://BUCKET/KEY, for example s3://my-bucket/baton/my-org.c1z.",
  });
}
