/** Decompresses and decodes bodies within a size limit, and reads JSON from them. Knows no sockets. */

import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { releaseBuffer } from "../release-buffer.ts";
import type { ContentFailure, ContentProblem, NetworkFailure } from "./http-failure.ts";

/** A body as it came. */
export interface Body {
  readonly chunks: readonly Buffer[];
  /** The header `Content-Encoding`. */
  readonly encoding: string | undefined;
  /** False when it broke off, or was too long to be read to its end. */
  readonly whole: boolean;
}

/** A decompressed body, or why there is none. */
export type DecodedBody =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly failure: ContentFailure };

/** An answer that ended before its body did. */
export const brokenOff: NetworkFailure = {
  kind: "network",
  problem: "cut",
  detail: "incomplete body",
  staleConnection: false,
};

/** A body of more than `limit` bytes. */
export function tooLarge(limit: number): ContentFailure {
  return broken("too-large", `more than ${limit} bytes`).failure;
}

/** Gives the memory of a body back; nobody may hold a piece of it any more. */
export function release({ chunks }: Body): void {
  for (const chunk of chunks) releaseBuffer(chunk);
}

/** Decompresses a body and gives its memory back; `limit` in bytes holds for what it becomes. */
export function decodeBody(body: Body, limit: number): DecodedBody {
  const raw = Buffer.concat(body.chunks);
  // It is a copy; in what came lay nothing else.
  release(body);
  const encoding = body.encoding?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return { ok: true, body: raw };
  if (encoding !== "gzip" && encoding !== "x-gzip") return broken("content-encoding", printable(encoding, 40));
  try {
    return { ok: true, body: gunzipSync(raw, { maxOutputLength: limit }) };
  } catch (error) {
    const isTooLarge = error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (isTooLarge) return broken("too-large", `more than ${limit} bytes once decompressed`);
    return broken("content-encoding", "damaged gzip data");
  }
}

/** What can be read of an error's body; "" when nothing can. */
export function decodeErrorBody(body: Body, limit: number): string {
  const decoded = decodeBody({ ...body, chunks: [Buffer.concat(body.chunks).subarray(0, limit)] }, limit);
  return decoded.ok ? decoded.body.toString("utf8") : "";
}

/** JSON read from a body, or why not. */
export type ParsedJson =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly failure: ContentFailure };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * More objects and lists, or more values in all, than any page has whose size is allowed: an empty object of three bytes
 * takes seventy as a value, and a list in a list a hundred and thirty for each bracket (measured: bench/memory).
 */
const most = { brackets: 150_000, values: 350_000 } as const;
/** A shorter body cannot hold so many values: it takes 100 MB at worst, and looking at each byte of a page takes long. */
const countedFromBytes = 2 * most.values;

/**
 * Reads JSON from a body and gives its memory back. Requires a content type that begins with `application` and
 * contains `json` (Baton SDK: uhttp), and valid UTF-8, because replaced characters would be stored as somebody's name.
 */
export function parseJson(headers: IncomingHttpHeaders, body: Buffer): ParsedJson {
  const contentType = headers["content-type"]?.trim() ?? "";
  if (!isJson(contentType)) return unusable("content-type", printable(contentType, 80) || "none", excerptOf(body));
  if (hasTooMuch(body))
    return broken("too-large", `more than ${most.values} values, or ${most.brackets} objects and lists`);
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return unusable("not-utf-8", "invalid UTF-8", excerptOf(body));
  }
  releaseBuffer(body);
  try {
    return { ok: true, json: JSON.parse(text) };
  } catch {
    // The parser's own message quotes the body, so it stays here.
    return unusable("not-json", text === "" ? "an empty body" : "not valid JSON", text.slice(0, excerptLength));
  }
}

/** Whether it would take far more memory as values than as text. Counts what stands in texts as well. */
function hasTooMuch(body: Buffer): boolean {
  if (body.length < countedFromBytes) return false;
  let brackets = 0;
  let commas = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0;
    // [ and { are one bit apart.
    if ((byte | 0x20) === 0x7b) brackets++;
    else if (byte === 0x2c) commas++;
  }
  return brackets > most.brackets || brackets + commas > most.values;
}

/** The text with control and invisible formatting characters escaped, cut to `maxLength` UTF-16 units. */
export function printable(text: string, maxLength: number): string {
  const escaped = text.slice(0, maxLength).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return text.length > maxLength ? `${escaped}...` : escaped;
}

function isJson(contentType: string): boolean {
  const type = contentType.toLowerCase();
  return type.startsWith("application") && type.includes("json");
}

/** Longer than what is shown, so that a secret can be found in it whole before it is cut. */
const excerptLength = 16 * 1024;

function excerptOf(body: Buffer): string {
  return body.subarray(0, excerptLength).toString("utf8");
}

function unusable(problem: ContentProblem, detail: string, excerpt: string): { ok: false; failure: ContentFailure } {
  return { ok: false, failure: { kind: "content", problem, detail, excerpt } };
}

function broken(problem: ContentProblem, detail: string): { ok: false; failure: ContentFailure } {
  return unusable(problem, detail, "");
}
