/** Answers with a file to be saved. Its name is made of letters that no system and no header trips over. */
import { Readable } from "node:stream";
import type { Context } from "hono";
import { exportTypes } from "../sources/exports.ts";
import type { Download } from "../sources/sources.ts";

/** Sends the file. */
export function sendDownload(
  context: Context,
  { bytes, stream }: Download,
  { name, extension }: { readonly name: string; readonly extension: keyof typeof exportTypes },
): Response {
  if (context.req.method === "HEAD") stream.destroy();
  context.header("content-type", exportTypes[extension]);
  context.header("content-length", String(bytes));
  context.header("content-disposition", `attachment; filename="${safeName(name)}.${extension}"`);
  // The web stream of Node and the one of the fetch standard are one and the same.
  return context.body(Readable.toWeb(stream) as ReadableStream<Uint8Array>);
}

/** Letters, digits, dots and dashes alone; never empty, never hidden, never a path. */
export function safeName(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return safe.slice(0, 100) || "download";
}
