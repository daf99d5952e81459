/** Decompresses and decodes bodies within a size limit, and reads JSON from them. Knows no sockets. */

import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
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
  | { readonly ok: false; readonly failure: ContentFailure | NetworkFailure };

/** Decompresses a body; `limit` in bytes holds before and after. */
export function decodeBody(body: Body, limit: number): DecodedBody {
  const raw = Buffer.concat(body.chunks);
  if (raw.length > limit) return broken("too-large", `more than ${limit} bytes`);
  if (!body.whole) {
    const failure = { kind: "network", problem: "cut", detail: "incomplete body", staleConnection: false } as const;
    return { ok: false, failure };
  }
  const encoding = body.encoding?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return { ok: true, body: raw };
  if (encoding !== "gzip" && encoding !== "x-gzip") return broken("content-encoding", printable(encoding, 40));
  try {
    return { ok: true, body: gunzipSync(raw, { maxOutputLength: limit }) };
  } catch (error) {
    const tooLarge = error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (tooLarge) return broken("too-large", `more than ${limit} bytes once decompressed`);
    return broken("content-encoding", "damaged gzip data");
  }
}

/** What can be read of an error's body; "" when nothing can. */
export function decodeErrorBody(body: Body, limit: number): string {
  const decoded = decodeBody({ ...body, chunks: [Buffer.concat(body.chunks).subarray(0, limit)], whole: true }, limit);
  return decoded.ok ? decoded.body.toString("utf8") : "";
}

/** JSON read from a body, or why not. */
export type ParsedJson =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly failure: ContentFailure };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads JSON. Requires a content type that begins with `application` and contains `json` (Baton SDK: uhttp), and
 * valid UTF-8, because replaced characters would be stored as somebody's name.
 */
export function parseJson(headers: IncomingHttpHeaders, body: Buffer): ParsedJson {
  const contentType = headers["content-type"]?.trim() ?? "";
  if (!isJson(contentType)) return unusable("content-type", printable(contentType, 80) || "none", excerptOf(body));
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return unusable("not-utf-8", "invalid UTF-8", excerptOf(body));
  }
  try {
    return { ok: true, json: JSON.parse(text) };
  } catch {
    // The parser's own message quotes the body, so it stays here.
    return unusable("not-json", text === "" ? "an empty body" : "not valid JSON", excerptOf(body));
  }
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
function excerptOf(body: Buffer): string {
  return body.subarray(0, 16 * 1024).toString("utf8");
}

function unusable(problem: ContentProblem, detail: string, excerpt: string): { ok: false; failure: ContentFailure } {
  return { ok: false, failure: { kind: "content", problem, detail, excerpt } };
}

function broken(problem: ContentProblem, detail: string): { ok: false; failure: ContentFailure } {
  return unusable(problem, detail, "");
}
