/** Sorts the errors of Node's sockets, resolver, TLS and HTTP parser into the failures a user can act on. */
import { certificateErrorCodes, handshakeReason } from "../net/trusted-roots.ts";
import { ProxyFailure } from "../net/tunnel.ts";
import type { ContentFailure, NetworkFailure, NetworkProblem } from "./http-failure.ts";

const problemByCode: Readonly<Record<string, NetworkProblem>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ECONNABORTED: "reset",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ETIMEDOUT: "timeout",
  EPROTO: "tls",
  ...Object.fromEntries(certificateErrorCodes.map((code) => [code, "tls" as const])),
};

/** Thrown into a request by our own timers; `stage` says what took too long. */
export class StageTimeoutError extends Error {
  constructor(stage: string, limitMs: number) {
    super(`no ${stage} within ${formatSeconds(limitMs)}`);
    this.name = "StageTimeoutError";
  }
}

/** What is known about the request when the error came. */
export interface BrokenRequest {
  /** True once the status line was there. */
  readonly answerBegan: boolean;
  /** True when the connection had served an earlier request. */
  readonly reusedConnection: boolean;
}

/** Turns an error event of a request or an answer into a failure. Texts come from Node and hold no header values. */
export function toNetworkFailure(error: unknown, request: BrokenRequest): NetworkFailure | ContentFailure {
  const code = errorCode(error);
  if (code.startsWith("HPE_")) return { kind: "content", problem: "not-http", detail: code, excerpt: "" };
  const problem = problemOf(error, code);
  const broke = problem === "reset" && request.answerBegan;
  return {
    kind: "network",
    problem: broke ? "cut" : problem,
    detail: detailOf(error, code),
    ...(error instanceof ProxyFailure && error.hint !== undefined && { hint: error.hint }),
    staleConnection: problem === "reset" && request.reusedConnection && !request.answerBegan,
  };
}

function problemOf(error: unknown, code: string): NetworkProblem {
  if (error instanceof StageTimeoutError) return "timeout";
  if (error instanceof ProxyFailure) return error.isDown ? "proxy-down" : "proxy";
  if (code.startsWith("ERR_TLS_") || code.startsWith("ERR_SSL_")) return "tls";
  return problemByCode[code] ?? "reset";
}

function detailOf(error: unknown, code: string): string {
  if (error instanceof StageTimeoutError || error instanceof ProxyFailure) return error.message;
  const { address, port } = (error ?? {}) as { address?: unknown; port?: unknown };
  const where = typeof address === "string" ? ` ${address}:${String(port)}` : "";
  const reason = handshakeReason(error);
  return `${code}${where}${reason === undefined ? "" : `: ${reason}`}`;
}

function errorCode(error: unknown): string {
  // An error of several addresses tried (AggregateError) carries the code of the first.
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "broken connection";
}

/** `1500` as `1.5 s`. */
function formatSeconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
