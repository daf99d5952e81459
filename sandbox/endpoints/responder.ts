/** Answers requests for one organization: credential, budget, hooks, routes. Knows nothing of sockets and faults. */
import type { IncomingHttpHeaders } from "node:http";
import type { SandboxRequest } from "../incoming.ts";
import type { Caller, KeyRing } from "../keys.ts";
import { Directory } from "../organization/directory.ts";
import type { Organization } from "../organization/model.ts";
import type { Random } from "../random.ts";
import { type RateLimiter, type RateState, rateHeaders } from "../rate-limit.ts";
import type { Switches } from "../switches.ts";
import { type Answer, errorAnswer } from "./answer.ts";
import type { AnyContext } from "./context.ts";
import { destructiveGet, route } from "./routes.ts";

/** What a responder answers from. */
export interface ResponderParts {
  readonly organization: Organization;
  readonly keyRing: KeyRing;
  readonly limiter: RateLimiter;
  readonly switches: Readonly<Switches>;
  readonly prepare: boolean;
  readonly random: Random;
  /** Base address with `/v1`, for `Link` headers. */
  baseUrl(): string;
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

/** Answers as Cloudsmith does. */
export class Responder {
  readonly #parts: ResponderParts;
  #directory: Directory;

  constructor(parts: ResponderParts) {
    this.#parts = parts;
    this.#directory = new Directory(parts.organization);
  }

  /** Who sends these headers, now. */
  identify(headers: IncomingHttpHeaders): Caller {
    const { keyRing, switches, nowMs } = this.#parts;
    return keyRing.identify(headers, this.#current(), { ...switches, nowMs: nowMs() });
  }

  /** Takes one request from the caller's budget. All callers without a good key share one. */
  spend(caller: Caller): RateState {
    return this.#parts.limiter.spend("key" in caller ? caller.key : "anonymous");
  }

  /** The answer without rate-limit headers. */
  answer(request: Pick<SandboxRequest, "method" | "path" | "query">, caller: Caller, rate: RateState): Answer {
    if (request.method !== "GET") return methodNotAllowed(request.method);
    if (destructiveGet.test(request.path)) return methodNotAllowed("removing with GET");
    if (rate.throttled) return throttled(rate);
    return route(this.#context(request, caller, rate), request.path);
  }

  /** Renders the lists that a sync reads, so that serving them later costs next to nothing. */
  prepareLists(): void {
    const { keyRing, organization, limiter } = this.#parts;
    const caller = this.identify({ "x-api-key": keyRing.keys.owner });
    const paths = ["members/?is_active=true", "members/?is_active=false", "teams/"];
    for (const address of paths) {
      const [path = "", query] = `/orgs/${organization.slug}/${address}`.split("?");
      const request = { path, query: new URLSearchParams(query) };
      route(this.#context(request, caller, limiter.spend("preparation", 0)), path);
    }
  }

  #context(request: Pick<SandboxRequest, "path" | "query">, caller: Caller, rate: RateState): AnyContext {
    const { keyRing, switches, prepare, random, nowMs } = this.#parts;
    return {
      nowMs: nowMs(),
      keysMadeAtMs: keyRing.madeAtMs,
      caller,
      directory: this.#current(),
      query: request.query,
      url: `${this.#parts.baseUrl()}${request.path}`,
      rate,
      switches,
      prepare,
      random,
      outsiderOf: (key) => keyRing.outsider(key),
    };
  }

  #current(): Directory {
    if (this.#directory.revision !== this.#parts.organization.revision) {
      this.#directory = new Directory(this.#parts.organization);
    }
    return this.#directory;
  }
}

/** Adds the rate-limit headers, which all answers carry, where the answer does not bring its own. */
export function withRateHeaders(answer: Answer, rate: RateState): Answer {
  return { ...answer, headers: { ...rateHeaders(rate), ...answer.headers } };
}

function methodNotAllowed(what: string): Answer {
  return errorAnswer(405, `The sandbox only answers reading GETs; it refuses ${what}.`);
}

function throttled(rate: RateState): Answer {
  const seconds = Math.max(1, Math.ceil(rate.interval));
  return errorAnswer(429, `Too many requests for this key. Expected to be available in ${seconds} seconds.`, {
    "Retry-After": String(seconds),
  });
}
