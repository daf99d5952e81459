/**
 * One object in S3-compatible storage: copied here, and replaced as a whole by one request. It is only replaced while it
 * still is what was copied, as far as the server can tell. Knows nothing of what the object holds.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Network } from "../net/network.ts";
import { formatAddress, type ObjectAddress } from "./object-address.ts";
import {
  attempting,
  changedMeanwhile,
  createS3Client,
  type Environment,
  factsOf,
  isConditionFailure,
  isMissingObject,
  isUnknownToServer,
  loadS3Library,
  type S3Client,
  type S3Library,
  s3Error,
} from "./s3-errors.ts";

/** Under this name the object says what it should hold, so that a reply that was lost is no riddle. */
const hashName = "baton-sha256";

/** What {@link S3Object.open} needs. */
export interface S3ObjectOptions {
  readonly address: ObjectAddress;
  readonly env: Environment;
  readonly network: Network;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The object as it was seen last; undefined: it was not there. */
type Seen = { readonly etag: string | undefined } | undefined;

/** An object that one run works on. */
export class S3Object implements Disposable {
  readonly #options: S3ObjectOptions;
  readonly #library: S3Library;
  readonly #client: S3Client;
  #seen: Seen;
  #knowsConditions: boolean = true;

  constructor(options: S3ObjectOptions, library: S3Library, client: S3Client) {
    this.#options = options;
    this.#library = library;
    this.#client = client;
  }

  /** Its address in words. */
  get shownAs(): string {
    return formatAddress(this.#options.address);
  }

  /**
   * Prepares; nothing is sent yet.
   * @throws BatonError `BATON-S3-MISSING`.
   */
  static async open(options: S3ObjectOptions): Promise<S3Object> {
    const library = await loadS3Library();
    return new S3Object(options, library, await createS3Client(library, options.env, options.network));
  }

  /**
   * Copies the object to `path` (mode 0600), and remembers which one it was.
   * @returns its SHA-256 in hexadecimal digits; undefined when there is no such object.
   * @throws BatonError with a BATON-S3 code, or the signal's reason.
   */
  async copyTo(path: string, signal: AbortSignal): Promise<string | undefined> {
    const { address } = this.#options;
    return await attempting({ ...this.#options, what: "read", copy: path, signal }, async () => {
      const request = new this.#library.GetObjectCommand(this.#place);
      const reply = await this.#client.send(request, { abortSignal: signal }).catch((caught: unknown) => {
        if (isMissingObject(caught)) return undefined;
        throw caught;
      });
      this.#seen = reply && { etag: reply.ETag };
      if (!reply) return undefined;
      if (!(reply.Body instanceof Readable))
        throw new TypeError(`the answer for ${formatAddress(address)} has no body`);
      const hash = createHash("sha256");
      let bytes = 0;
      const watch = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      };
      await pipeline(reply.Body, watch, createWriteStream(path, { mode: 0o600 }), { signal });
      if (bytes !== reply.ContentLength)
        throw Object.assign(new Error("the answer was cut off"), { code: "ECONNRESET" });
      return hash.digest("hex");
    });
  }

  /**
   * Asks for the object without reading it.
   * @returns its size in bytes; undefined when there is none.
   * @throws BatonError with a BATON-S3 code.
   */
  async size(): Promise<number | undefined> {
    try {
      return (await this.#head())?.ContentLength;
    } catch (caught) {
      throw s3Error(caught, "look for", this.#options.address);
    }
  }

  /**
   * Puts the file at `path` in the place of the object: readers see the old one or the new one, never a part.
   * @throws BatonError `BATON-S3-CHANGED` when it is not what was copied any more, or another BATON-S3 code; the object
   * then is as it was.
   */
  async replaceBy(path: string): Promise<void> {
    const { address, logger } = this.#options;
    const { size } = await stat(path);
    const sha256 = await hashOfFile(path);
    let mayHaveArrived = false;
    await attempting({ ...this.#options, what: "write", copy: path }, async () => {
      if (mayHaveArrived && (await this.#holds(sha256))) return;
      await this.#refuseChanged();
      mayHaveArrived = true;
      await this.#put(path, size, sha256);
    });
    logger.info("uploaded", { object: formatAddress(address), bytes: size });
  }

  /** The object under this one's key and `suffix`, over the same connections. */
  beside(suffix: string): S3Object {
    const { bucket, key } = this.#options.address;
    return new S3Object({ ...this.#options, address: { bucket, key: key + suffix } }, this.#library, this.#client);
  }

  /** Reads a small text under the object's key and `suffix`; undefined when there is none, or it may not be read. */
  async readBeside(suffix: string): Promise<string | undefined> {
    const { bucket, key } = this.#options.address;
    const address = { bucket, key: key + suffix };
    try {
      return await attempting({ ...this.#options, address, what: "read" }, async () => {
        const request = new this.#library.GetObjectCommand({ Bucket: bucket, Key: address.key });
        const reply = await this.#client.send(request);
        return await reply.Body?.transformToString("utf8");
      });
    } catch {
      // It says nothing that is not in the object as well, but for the host.
      return undefined;
    }
  }

  /** Writes a small text under the object's key and `suffix`. @throws BatonError with a BATON-S3 code. */
  async writeBeside(suffix: string, text: string): Promise<void> {
    const { bucket, key } = this.#options.address;
    const beside = { bucket, key: key + suffix };
    const body = { Body: text, ContentType: "application/json" };
    await this.#client
      .send(new this.#library.PutObjectCommand({ Bucket: bucket, Key: beside.key, ...body }))
      .catch((caught: unknown) => {
        throw s3Error(caught, "write", beside);
      });
  }

  /** Gives connections back. */
  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  get #place(): { readonly Bucket: string; readonly Key: string } {
    const { bucket, key } = this.#options.address;
    return { Bucket: bucket, Key: key };
  }

  async #head() {
    try {
      return await this.#client.send(new this.#library.HeadObjectCommand(this.#place));
    } catch (caught) {
      if (isMissingObject(caught)) return undefined;
      throw caught;
    }
  }

  async #holds(sha256: string): Promise<boolean> {
    return (await this.#head())?.Metadata?.[hashName] === sha256;
  }

  /** For servers that pass over the condition of a write: it leaves them only the time of the write itself. */
  async #refuseChanged(): Promise<void> {
    const now = await this.#head();
    if ((now === undefined) !== (this.#seen === undefined) || now?.ETag !== this.#seen?.etag) {
      throw changedMeanwhile(this.#options.address);
    }
  }

  async #put(path: string, size: number, sha256: string): Promise<void> {
    const { logger, address } = this.#options;
    const condition = this.#seen ? { IfMatch: this.#seen.etag } : { IfNoneMatch: "*" };
    const body = createReadStream(path);
    const request = new this.#library.PutObjectCommand({
      ...this.#place,
      ...(this.#knowsConditions && condition),
      Body: body,
      ContentLength: size,
      ContentType: "application/octet-stream",
      // Said beforehand, so that the body is sent as it is, which servers of all kinds understand.
      ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
      Metadata: { [hashName]: sha256 },
    });
    try {
      await this.#client.send(request);
    } catch (caught) {
      body.destroy();
      if (isConditionFailure(caught) || (this.#seen && factsOf(caught).name === "NoSuchKey")) {
        throw changedMeanwhile(address);
      }
      if (!this.#knowsConditions || !isUnknownToServer(caught)) throw caught;
      this.#knowsConditions = false;
      logger.warn("the storage knows no conditional writes; a run at the same moment could be overwritten", {
        object: formatAddress(address),
      });
      await this.#put(path, size, sha256);
    }
  }
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
