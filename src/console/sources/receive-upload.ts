/** Takes a file that a browser sends, as it comes, and nothing of it if it is too large. */
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { type Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileError } from "../../sdk/c1z/container/file-errors.ts";
import { BatonError, Status } from "../../sdk/errors.ts";

/** Bytes of a file that is sent, at most. */
export const maxUploadBytes: number = 256 * 1024 * 1024;

/** Writes what comes to a new file at `path`. @throws BatonError `CONSOLE-UPLOAD-TOO-LARGE`, or what the system refused */
export async function receiveUpload(
  incoming: Readable,
  path: string,
  maxBytes: number = maxUploadBytes,
): Promise<void> {
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      bytes += chunk.length;
      done(bytes > maxBytes ? uploadTooLarge() : null, chunk);
    },
  });
  try {
    await pipeline(incoming, counting, createWriteStream(path, { flags: "wx", mode: 0o600 }));
  } catch (caught) {
    await rm(path, { force: true });
    throw caught instanceof BatonError ? caught : fileError(caught, `write ${path}`, "Nothing of the file was kept.");
  }
}

/** The refusal of a file with more bytes. */
export function uploadTooLarge(): BatonError {
  return new BatonError({
    code: "CONSOLE-UPLOAD-TOO-LARGE",
    status: Status.outOfRange,
    message: "The file has more than 256 MB.",
    effect: "Nothing of it was kept.",
    hint: "Open it by its path on the machine of the console instead.",
  });
}
