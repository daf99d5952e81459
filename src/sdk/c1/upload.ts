/** Sends a file to C1 in pieces with its checksum, again from its beginning when that fails. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { BatonError } from "../errors.ts";
import { BatonServiceUploadAssetRequestSchema } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { callError } from "./channel.ts";
import { isAway, rideOut } from "./outage.ts";
import type { TaskCalls } from "./service-context.ts";

/** Size of every piece but the last (Baton SDK: UploadAsset). */
const chunkBytes = 512 * 1024;
/** Pauses before the second and the third attempt. */
const pausesMs = [0, 1_000] as const;

/** What {@link uploadFile} needs. */
export interface UploadOptions extends TaskCalls {
  readonly path: string;
}

/**
 * Uploads the file as an asset of the task: while C1 is away again and again, and at most three times when it refuses.
 * @throws BatonError the last attempt's error, or the signal's reason.
 */
export async function uploadFile(options: UploadOptions): Promise<void> {
  const { client, clock, logger, signal, taskId } = options;
  for (const pauseMs of [...pausesMs, undefined]) {
    signal.throwIfAborted();
    try {
      await rideOut({ ...options, call: "upload" }, () => client.uploadAsset(uploadMessages(options), { signal }));
      return;
    } catch (caught) {
      signal.throwIfAborted();
      const error: BatonError = callError(caught, "upload");
      if (pauseMs === undefined || isAway(error)) throw error;
      logger.warn("upload failed, trying again", { task_id: taskId, error: error.message, wait: pauseMs / 1000 });
    }
    await clock.sleep(pauseMs, signal);
  }
}

type UploadMessage = MessageInitShape<typeof BatonServiceUploadAssetRequestSchema>;

/** Metadata, pieces, checksum. An empty file has no piece. */
async function* uploadMessages({ hostId, taskId, path }: UploadOptions): AsyncGenerator<UploadMessage> {
  yield message({ case: "metadata", value: { hostId, taskId } });
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    yield message({ case: "data", value: { data: chunk } });
  }
  yield message({ case: "eof", value: { sha256Checksum: new Uint8Array(hash.digest()) } });
}

function message(msg: NonNullable<UploadMessage["msg"]>): UploadMessage {
  return create(BatonServiceUploadAssetRequestSchema, { msg });
}

/** A stream may give less than it is asked for; C1 wants whole pieces. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const stream: AsyncIterable<Uint8Array<ArrayBuffer>> = createReadStream(path, { highWaterMark: chunkBytes });
  for await (const bytes of stream) {
    pending.push(bytes);
    size += bytes.length;
    if (size < chunkBytes) continue;
    const joined = Buffer.concat(pending);
    yield joined.subarray(0, chunkBytes);
    pending = size > chunkBytes ? [joined.subarray(chunkBytes)] : [];
    size -= chunkBytes;
  }
  if (size > 0) yield Buffer.concat(pending);
}
