/**
 * How a GET can fail, as plain data: errors of Node's sockets, resolver, TLS and HTTP parser sorted into what a user can
 * act on, and the words for what is the same for every API.
 */
import type { IncomingHttpHeaders } from "node:http";
import { BatonError, Status } from "../errors.ts";
import { type ProxyName, wayHint } from "../net/proxy-setting.ts";
import { certificateErrorCodes, certificateHint, handshakeReason } from "../net/trusted-roots.ts";
import { ProxyFailure } from "../net/tunnel.ts";

/**
 * Ways not to get an answer. `cut` means that the answer had begun; `proxy` that a proxy refused, `proxy-down` that it
 * cannot be reached or has trouble itself.
 */
export type NetworkProblem =
  | "dns"
  | "refused"
  | "unreachable"
  | "timeout"
  | "reset"
  | "tls"
  | "proxy"
  | "proxy-down"
  | "cut";

/** Ways in which an answer of status 200 can be unusable. */
export type ContentProblem = "content-type" | "content-encoding" | "too-large" | "not-utf-8" | "not-json" | "not-http";

/** No answer, or only a part of one. */
export interface NetworkFailure {
  readonly kind: "network";
  readonly problem: NetworkProblem;
  /** The system's own code or text, such as `ECONNREFUSED 127.0.0.1:443`; holds no secret. */
  readonly detail: string;
  /** What to do about it, where more is known than the kind of problem. */
  readonly hint?: string;
  /** True when a kept-alive connection broke before any byte of the answer: the server had closed it meanwhile. */
  readonly staleConnection: boolean;
}

/** An answer outside 200 to 299, or one of these that is not 200. */
export interface StatusFailure {
  readonly kind: "status";
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most the first 64 KiB of the body, decoded; not redacted. */
  readonly body: string;
}

/**
 * A redirect. A key in a header of its own would go along, so that one is followed only if it leads to the same address
 * with a slash at its end.
 */
export interface RedirectFailure {
  readonly kind: "redirect";
  readonly status: number;
  /** Origin it points to; undefined when there is no Location or it is not a URL. */
  readonly targetOrigin: string | undefined;
  /** True when it leads to the address that was asked, with a slash at the end of its path and nothing else changed. */
  readonly addsSlash: boolean;
}

/** A 200 whose body is not the JSON that was asked for. */
export interface ContentFailure {
  readonly kind: "content";
  readonly problem: ContentProblem;
  /** What was found: a content type, a limit in bytes, a parser's complaint. */
  readonly detail: string;
  /** The first characters of the body; not redacted. */
  readonly excerpt: string;
}

/** The server's rate limit asks for a longer wait than is allowed. */
export interface RateLimitFailure {
  readonly kind: "rate-limit";
  /** When the next request would be welcome, milliseconds since the epoch. */
  readonly retryAtMs: number;
  readonly maxWaitMs: number;
}

/** Any way a GET can fail. */
export type HttpFailure = NetworkFailure | StatusFailure | RedirectFailure | ContentFailure | RateLimitFailure;

/** Which request failed, for the one who describes it. */
export interface FailureContext {
  readonly host: string;
  /** Path and query below the host, without secrets. */
  readonly path: string;
  /** On the way to the host; undefined: none. */
  readonly proxy?: ProxyName | undefined;
  /** How often it was sent. */
  readonly attempts: number;
  /** True when this client never had an answer from the host. */
  readonly firstContact: boolean;
  /** Time spent on it, waits included, milliseconds. */
  readonly elapsedMs: number;
  /** When the server said to come back, milliseconds since the epoch; Infinity when beyond all bounds. */
  readonly retryAtMs: number | undefined;
}

interface Wording {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const noTunnel: Wording = {
  code: "NET-PROXY",
  what: "the proxy opened no connection",
  hint: "Check HTTPS_PROXY and the proxy's credentials, or exempt the host with NO_PROXY.",
};

const wordings: Readonly<Record<NetworkProblem, Wording>> = {
  dns: {
    code: "NET-DNS",
    what: "the name cannot be resolved",
    hint: "Check the name's spelling (base URL) and this machine's DNS.",
  },
  refused: {
    code: "NET-REFUSED",
    what: "the connection was refused",
    hint: "Check host and port (base URL) and the firewall.",
  },
  unreachable: {
    code: "NET-UNREACHABLE",
    what: "there is no route to it",
    hint: "Check this machine's network and firewall.",
  },
  timeout: {
    code: "NET-TIMEOUT",
    what: "it did not answer in time",
    hint: "Check network and firewall; a slow network may need a longer --http-timeout-seconds.",
  },
  reset: {
    code: "NET-RESET",
    what: "the connection broke before an answer came",
    hint: "Try again later; if it stays, look at proxies and firewalls in between.",
  },
  cut: {
    code: "NET-CUT",
    what: "the connection broke in the middle of the answer",
    hint: "Try again later; if it stays, look at proxies and firewalls in between.",
  },
  tls: {
    code: "NET-TLS",
    what: "the secure connection could not be verified",
    hint: certificateHint,
  },
  proxy: noTunnel,
  "proxy-down": noTunnel,
};

/** The error for an answer that did not come, or not whole. Status Unavailable; fatal, as the retries are over. */
export function describeNetworkFailure(failure: NetworkFailure, context: FailureContext): BatonError {
  const { code, what, hint } = wordings[failure.problem];
  // These came from something that was reached, by whatever way there is.
  const saysNothingOfProxies = !context.proxy && (failure.problem === "tls" || failure.problem === "cut");
  const tries = context.attempts > 1 ? ` after ${context.attempts} attempts` : "";
  const where =
    failure.problem === "cut" ? `Reading ${context.path} from ${context.host} failed` : `Cannot reach ${context.host}`;
  return new BatonError({
    code,
    status: Status.unavailable,
    message: `${where}${tries}: ${what} (${failure.detail})`,
    effect: "Nothing new was saved; the last good file stays as it is.",
    hint: failure.hint ?? (saysNothingOfProxies ? hint : `${hint} ${wayHint(context.proxy)}`),
    fatal: true,
  });
}

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
