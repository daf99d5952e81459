/**
 * Faults to order: which request goes wrong, how, and how often. Every fault that fires is counted, so that a test
 * can prove it did. How faults look on the wire is fault-answers.ts' and delivery.ts' matter.
 */
import type { SandboxRequest } from "../incoming.ts";
import { createRandom } from "../random.ts";

/** Which requests a fault is for; all of what is given must hold. */
export interface FaultMatch {
  /** Part of the path without `/v1`, or a pattern for it. */
  readonly path?: string | RegExp;
  /** The `page` asked for; no `page` is page 1. */
  readonly page?: number;
  /** Part of the query string as sent, such as `is_active=false`. */
  readonly query?: string;
  /** Fires from the nth request on that the rest matches, counted from 1. */
  readonly nth?: number;
  /** Fires for this share (0 to 1) of matching requests, drawn from the sandbox's seed. */
  readonly share?: number;
}

/** What goes wrong. */
export type FaultKind =
  /** An error answer; a JSON `detail` unless `body` says otherwise. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** 429 with `Retry-After` exactly as given (any text), or without one. */
  | { readonly kind: "throttle"; readonly retryAfter?: string }
  /** The true answer, cut off after so many bytes of its body; half of it by default. */
  | { readonly kind: "cut"; readonly afterBytes?: number }
  /** TCP reset before any byte of the answer. */
  | { readonly kind: "reset" }
  /** The true answer in drips. */
  | { readonly kind: "slow"; readonly chunkBytes: number; readonly everyMs: number }
  /** Nothing happens before the headers or in the middle of the body for `ms`, or until the client hangs up. */
  | { readonly kind: "stall"; readonly at: "headers" | "body"; readonly ms?: number }
  /** 200 with these bytes in place of the JSON. */
  | { readonly kind: "garbage"; readonly body: string | Buffer }
  /** A proxy's HTML page with status 200. */
  | { readonly kind: "html" }
  /** 200 without a body. */
  | { readonly kind: "empty" }
  /** The true answer under another content type, `text/html` by default. */
  | { readonly kind: "wrong-content-type"; readonly contentType?: string }
  /** `Content-Length` off by `delta` bytes. */
  | { readonly kind: "wrong-length"; readonly delta: number }
  /** The true JSON followed by white space up to `bytes`: valid, and large. Streamed. */
  | { readonly kind: "huge"; readonly bytes: number; readonly declareLength?: boolean }
  /** White space in front of the true JSON, gzip-encoded: few bytes sent, `bytes` when unpacked. */
  | { readonly kind: "gzip-bomb"; readonly bytes: number }
  /** An extra header of so many bytes. */
  | { readonly kind: "big-header"; readonly bytes: number }
  /** A redirect; status 302 by default. */
  | { readonly kind: "redirect"; readonly location: string; readonly status?: number }
  /** The body of a list's page before this one, after this one, or `[]`, under this page's headers. */
  | { readonly kind: "repeat-page" | "skip-page" | "empty-page" }
  /** The true JSON after a change. */
  | { readonly kind: "rewrite"; rewrite(json: unknown): unknown }
  /** Bytes written to the socket as they are, which is then closed. */
  | { readonly kind: "raw"; readonly bytes: string };

/** A fault to order. */
export type Fault = FaultKind & {
  /** What it is counted under; its kind by default. */
  readonly name?: string;
  readonly match?: FaultMatch;
  /** How often it fires at most; once by default, `Infinity` for always. */
  readonly times?: number;
};

/** What a fault is matched with. */
export type FaultTarget = Pick<SandboxRequest, "path" | "queryText" | "page">;

interface Order {
  readonly fault: Fault;
  seen: number;
  left: number;
}

/** The faults ordered. When several match a request, the one ordered first fires. */
export class FaultPlan {
  readonly #random;
  readonly #fired = new Map<string, number>();
  #orders: Order[] = [];

  /** @param seed decides which requests a fault with a `share` hits */
  constructor(seed: number) {
    this.#random = createRandom(seed, "faults");
  }

  /** Orders a fault. */
  add(fault: Fault): void {
    this.#orders.push({ fault, seen: 0, left: fault.times ?? 1 });
  }

  /** Cancels all orders; what has fired stays counted. */
  clear(): void {
    this.#orders = [];
  }

  /** How often each fault has fired, by name. */
  get fired(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#fired);
  }

  /** The fault for this request, if any; counts it as fired. */
  next(target: FaultTarget): Fault | undefined {
    let chosen: Order | undefined;
    for (const order of this.#orders) {
      if (!isMatch(order.fault.match, target)) continue;
      order.seen++;
      chosen ??= this.#isDue(order) ? order : undefined;
    }
    if (!chosen) return undefined;
    chosen.left--;
    const name = chosen.fault.name ?? chosen.fault.kind;
    this.#fired.set(name, (this.#fired.get(name) ?? 0) + 1);
    return chosen.fault;
  }

  #isDue({ fault, seen, left }: Order): boolean {
    const { nth = 1, share = 1 } = fault.match ?? {};
    return left > 0 && seen >= nth && (share >= 1 || this.#random.chance(share));
  }
}

function isMatch(match: FaultMatch = {}, target: FaultTarget): boolean {
  const { path, page, query } = match;
  if (page !== undefined && page !== target.page) return false;
  if (query !== undefined && !target.queryText.includes(query)) return false;
  if (path === undefined) return true;
  return typeof path === "string" ? target.path.includes(path) : path.test(target.path);
}
