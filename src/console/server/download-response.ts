/** Answers with a file to be saved. Its name is made of letters that no system and no header trips over. */
import { Readable } from "node:stream";
import type { Context } from "hono";
import { exportTypes } from "../sources/exports.ts";
import type { Download } from "../sources/sources.ts";

/** A file to be saved, and what it is called. */
export interface Sent {
  readonly stream: Readable;
  /** Absent where it is not known before it was sent. */
  readonly bytes?: number;
  readonly name: string;
  readonly extension: string;
  readonly type: string;
}

/** Sends a download in one of the forms of exports. */
export function sendDownload(
  context: Context,
  { bytes, stream }: Download,
  { name, extension }: { readonly name: string; readonly extension: keyof typeof exportTypes },
): Response {
  return sendFile(context, { stream, bytes, name, extension, type: exportTypes[extension] });
}

/** Sends a file. */
export function sendFile(context: Context, { stream, bytes, name, extension, type }: Sent): Response {
  if (context.req.method === "HEAD") stream.destroy();
  context.header("content-type", type);
  if (bytes !== undefined) context.header("content-length", String(bytes));
  context.header("content-disposition", `attachment; filename="${safeName(name)}.${extension}"`);
  // The web stream of Node and the one of the fetch standard are one and the same.
  return context.body(Readable.toWeb(stream) as ReadableStream<Uint8Array>);
}

/** Letters, digits, dots and dashes alone; never empty, never hidden, never a path. */
export function safeName(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return safe.slice(0, 100) || "download";
}
