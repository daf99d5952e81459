/** Takes uploaded files: checks the order of the messages, the size of the pieces and the checksum, and keeps the file. */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import type { BatonServiceUploadAssetRequest } from "../../src/sdk/proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";

/** Size of every piece but the last. */
const chunkBytes = 512 * 1024;
const magicBytes = 5;

/** A file that arrived whole. */
export interface Upload {
  readonly taskId: string;
  readonly path: string;
  readonly bytes: number;
  /** Sizes of the pieces, in order. */
  readonly chunks: readonly number[];
}

/** May end an upload in the middle: called with the number of bytes after each message. */
export type UploadWatcher = (taskId: string, bytes: number) => void | Promise<void>;

/** Keeps uploads in a directory. */
export class UploadReceiver {
  readonly uploads: Upload[] = [];
  readonly #directory: string;
  readonly #onUpload: (upload: Upload) => void;
  #number = 0;

  /** `onUpload` is told of every file that arrived whole. */
  constructor(directory: string, onUpload: (upload: Upload) => void) {
    this.#directory = directory;
    this.#onUpload = onUpload;
  }

  /**
   * Receives one upload.
   * @throws ConnectError InvalidArgument for messages out of order, DataLoss for a wrong checksum
   */
  async receive(messages: AsyncIterable<BatonServiceUploadAssetRequest>, watch: UploadWatcher): Promise<Upload> {
    await mkdir(this.#directory, { recursive: true });
    const number = ++this.#number;
    const temporary = join(this.#directory, `${number}.part`);
    const file = await open(temporary, "w", 0o600);
    try {
      const incoming = new IncomingFile(file);
      for await (const message of messages) {
        await incoming.take(message);
        await watch(incoming.taskId, incoming.bytes);
      }
      const { taskId, bytes, chunks, extension } = incoming.whole();
      const path = join(this.#directory, `${String(number).padStart(4, "0")}-${taskId}.${extension}`);
      await rename(temporary, path);
      const upload = { taskId, path, bytes, chunks };
      this.uploads.push(upload);
      this.#onUpload(upload);
      return upload;
    } finally {
      await file.close();
      await rm(temporary, { force: true });
    }
  }
}

/** One file on its way. */
class IncomingFile {
  taskId = "";
  bytes = 0;
  readonly #file: FileHandle;
  readonly #chunks: number[] = [];
  readonly #hash = createHash("sha256");
  #magic = "";
  #isComplete: boolean = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async take({ msg }: BatonServiceUploadAssetRequest): Promise<void> {
    if (this.#isComplete) throw outOfOrder("a message behind the end");
    if (msg.case === "metadata") {
      if (this.taskId !== "") throw outOfOrder("metadata twice");
      this.taskId = msg.value.taskId;
    } else if (this.taskId === "") {
      throw outOfOrder("data before metadata");
    } else if (msg.case === "data") {
      await this.#takeData(msg.value.data);
    } else if (msg.case === "eof") {
      const sum = this.#hash.digest();
      if (!sum.equals(msg.value.sha256Checksum)) throw new ConnectError("the checksum does not match", Code.DataLoss);
      this.#isComplete = true;
    }
  }

  async #takeData(data: Uint8Array): Promise<void> {
    if (data.length === 0 || data.length > chunkBytes) throw outOfOrder(`a piece of ${data.length} bytes`);
    if (this.bytes % chunkBytes !== 0) throw outOfOrder("a piece behind a short one");
    if (this.#chunks.length === 0) this.#magic = Buffer.from(data.subarray(0, magicBytes)).toString("latin1");
    this.#hash.update(data);
    await this.#file.writeFile(data);
    this.#chunks.push(data.length);
    this.bytes += data.length;
  }

  whole(): Omit<Upload, "path"> & { readonly extension: string } {
    if (!this.#isComplete) throw outOfOrder("no end");
    const { taskId, bytes } = this;
    // The only other thing that connectors upload is a log.
    return { taskId, bytes, chunks: this.#chunks, extension: this.#magic.startsWith("C1Z") ? "c1z" : "log" };
  }
}

function outOfOrder(what: string): ConnectError {
  return new ConnectError(`the upload has ${what}`, Code.InvalidArgument);
}
