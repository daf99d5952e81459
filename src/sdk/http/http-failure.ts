/** How a GET can fail, as plain data. Who describes a failure to the user, and who decides on a retry, reads these. */
import type { IncomingHttpHeaders } from "node:http";
import type { ProxyName } from "../net/proxy-setting.ts";

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
