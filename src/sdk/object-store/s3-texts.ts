/** Small texts below a prefix in S3-compatible storage, all of them at once. */
import type { Clock } from "../clock.ts";
import { silentLogger } from "../log.ts";
import type { Network } from "../net/network.ts";
import { formatAddress, type ObjectPrefix } from "./object-address.ts";
import {
  attempting,
  createS3Client,
  type Environment,
  loadS3Library,
  type S3Client,
  type S3Library,
  s3Error,
} from "./s3-errors.ts";

/** Requests under way at once. */
const concurrency = 16;

/** What {@link readTexts} needs. */
export interface ReadTextsOptions {
  readonly place: ObjectPrefix;
  readonly env: Environment;
  readonly network: Network;
  readonly clock: Clock;
  /** Which keys are read. */
  isWanted(key: string): boolean;
  /** Larger objects are not read. */
  readonly longestBytes: number;
}

/** An object; without a text where it is too large or may not be read. */
export interface ObjectText {
  /** Its address. */
  readonly at: string;
  readonly text: string | undefined;
}

/**
 * Reads them.
 * @throws BatonError `BATON-S3-MISSING`, or another BATON-S3 code when the bucket cannot be listed.
 */
export async function readTexts(options: ReadTextsOptions): Promise<readonly ObjectText[]> {
  const library = await loadS3Library();
  const client = await createS3Client(library, options.env, options.network);
  try {
    const found = await list(library, client, options);
    const texts: ObjectText[] = [];
    const next = found[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const { key, bytes } of next) texts.push(await read(library, client, { ...options, key, bytes }));
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return texts;
  } finally {
    client.destroy();
  }
}

interface Found {
  readonly key: string;
  readonly bytes: number;
}

async function list(library: S3Library, client: S3Client, { place, isWanted }: ReadTextsOptions): Promise<Found[]> {
  const { bucket, prefix } = place;
  const found: Found[] = [];
  let token: string | undefined;
  do {
    const page = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
    const reply = await client.send(new library.ListObjectsV2Command(page)).catch((caught: unknown) => {
      throw s3Error(caught, "list", { bucket, key: prefix });
    });
    for (const { Key = "", Size = 0 } of reply.Contents ?? []) if (isWanted(Key)) found.push({ key: Key, bytes: Size });
    token = reply.IsTruncated ? reply.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found;
}

async function read(
  library: S3Library,
  client: S3Client,
  { place: { bucket }, key, bytes, longestBytes, clock }: ReadTextsOptions & Found,
): Promise<ObjectText> {
  const address = { bucket, key };
  const at = formatAddress(address);
  if (bytes > longestBytes) return { at, text: undefined };
  try {
    const text = await attempting({ what: "read", address, clock, logger: silentLogger }, async () => {
      const reply = await client.send(new library.GetObjectCommand({ Bucket: bucket, Key: key }));
      return await reply.Body?.transformToString("utf8");
    });
    return { at, text };
  } catch {
    // Gone meanwhile, or not for this reader: shown as one that cannot be read.
    return { at, text: undefined };
  }
}
