/** Reads what is asked for from an HTTP request: path without version prefix, query, page. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** A request as the sandbox sees it. */
export interface SandboxRequest {
  readonly method: string;
  /** As sent, not decoded, without the prefix `/v1` and the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly queryText: string;
  readonly query: URLSearchParams;
  /** The `page` asked for; 1 when absent or not a number. */
  readonly page: number;
  readonly headers: IncomingHttpHeaders;
}

/** Reads the head of a request. Paths with and without `/v1` mean the same. */
export function readRequest(message: IncomingMessage): SandboxRequest {
  const target = message.url ?? "/";
  const question = target.indexOf("?");
  const path = question < 0 ? target : target.slice(0, question);
  const queryText = question < 0 ? "" : target.slice(question + 1);
  const query = new URLSearchParams(queryText);
  const page = Number(query.get("page") ?? 1);
  return {
    method: message.method ?? "GET",
    path: path.startsWith("/v1/") ? path.slice("/v1".length) : path,
    queryText,
    query,
    page: Number.isInteger(page) ? page : 1,
    headers: message.headers,
  };
}
