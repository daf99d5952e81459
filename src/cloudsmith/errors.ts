/**
 * What a failed request to Cloudsmith means to the person who runs the connector: what happened, what it means for the
 * data, what to do. Texts never hold a secret; what the server wrote is redacted, escaped and cut before it is quoted.
 */
import { BatonError, type BatonErrorInit, Status } from "../sdk/errors.ts";
import { printable } from "../sdk/http/body.ts";
import { describeNetworkFailure } from "../sdk/http/describe-failure.ts";
import type { ContentFailure, FailureContext, HttpFailure, StatusFailure } from "../sdk/http/http-failure.ts";
import { grpcStatusOf } from "../sdk/http/http-status.ts";

/** What was asked for; decides what a 404 means. A list's 404 means the organization. */
export type Subject = "caller" | "organizations" | "organization" | "list" | "member" | "service" | "team";

/** What the describer must know besides the failure. */
export interface Asked {
  readonly subject: Subject;
  /** Organization slug as configured; "" where none is involved. */
  readonly organization: string;
  /** Replaces secrets in text. */
  readonly redact: (text: string) => string;
  /** Last characters of the key, for telling keys apart; undefined when the key is too short to show any. */
  readonly keyTail: string | undefined;
  /** What is to be said of a key that is a short-lived token, such as when it expired; undefined for keys. */
  readonly tokenNotice: () => string | undefined;
}

/** Codes that say that the API was reached and answers to the key, or to none for now. */
const aboutKeyCodes: ReadonlySet<string> = new Set([
  "CS-AUTH-401",
  "CS-AUTH-403",
  "CS-AUTH-ANONYMOUS",
  "CS-AUTH-REFUSED",
  "CS-RATE-429",
  "CS-RATE-WAIT",
]);

/** True for an error that proves that the API was reached: what is wrong is the key, or its budget. */
export function isAboutKey(caught: unknown): boolean {
  return caught instanceof BatonError && aboutKeyCodes.has(caught.code);
}

/** Code of the error for a page past the end of a list; walks take it for the end. */
export const invalidPageCode = "CS-PAGE-404";

const unchanged = "Nothing new was saved; the last good file stays as it is.";
/** The one error text that clients rely on (Cloudsmith API: page out of range). */
const invalidPageDetail = "Invalid page.";
const quoteLength = 200;

/** The error for a failure. All are fatal, because retries are over, except the 404 of a single member, service or team. */
export function describeFailure(failure: HttpFailure, context: FailureContext, asked: Asked): BatonError {
  switch (failure.kind) {
    case "network":
      return describeNetworkFailure(failure, context);
    case "status":
      return describeStatus(failure, context, asked);
    case "content":
      return describeContent(failure, context, asked);
    case "redirect":
      return fatal({
        code: "CS-ANSWER-REDIRECT",
        status: Status.unknown,
        message: `${context.host} redirected ${context.path} (${failure.status})${failure.targetOrigin ? ` to ${printable(asked.redact(failure.targetOrigin), 120)}` : ""}; redirects are not followed, because the API key would go along.`,
        hint: "Check the base URL, and whether a proxy or login page stands in between.",
      });
    case "rate-limit":
      return fatal({
        code: "CS-RATE-WAIT",
        status: Status.unavailable,
        message: `Cloudsmith's rate limit is used up until ${isoTime(failure.retryAtMs)}, longer than ${waitText(failure.maxWaitMs)}, the longest that is waited for here.`,
        hint: "Run again after that time; find out what else uses this key.",
        retryAtMs: failure.retryAtMs,
      });
    default:
      return failure satisfies never;
  }
}

/**
 * The error for a record of the wrong shape.
 *
 * @param path to the field, as keys and indexes from the root of the answer
 */
export function answerSchemaError(
  endpoint: string,
  path: readonly PropertyKey[],
  expected: string,
  found: string,
): BatonError {
  const field = path.length === 0 ? "the answer" : `field '${path.map(String).join(".")}'`;
  return fatal({
    code: "CS-ANSWER-SCHEMA",
    status: Status.unknown,
    message: `Unexpected answer of GET ${endpoint}: ${field} should be ${expected}, but is ${found}.`,
    hint: "Cloudsmith may have changed its API: look for a newer version of this connector, or report this message.",
  });
}

/** The error for a list that gets longer than it first said, for ever. */
export function endlessListError(endpoint: string, page: number): BatonError {
  return fatal({
    code: "CS-PAGES-ENDLESS",
    status: Status.unknown,
    message: `GET ${endpoint} still announces more at page ${page}, far more pages than it announced first.`,
    hint: "Try again; if it stays, report this message.",
  });
}

/** The error for a key that Cloudsmith treats as no key at all. */
export function anonymousKeyError(asked: Pick<Asked, "keyTail" | "tokenNotice">): BatonError {
  return fatal({
    code: "CS-AUTH-ANONYMOUS",
    status: Status.unauthenticated,
    message: `Cloudsmith did not accept this API key${tailOf(asked)}: it answered as to an anonymous caller.`,
    hint: keyHintOf(asked),
  });
}

const keyHint =
  "Possible causes: a typo, or the key was refreshed or revoked, is older than the key policy allows, is limited to other IP addresses, or has no access to this organization. Copy the key again from Cloudsmith.";

function keyHintOf({ tokenNotice }: Pick<Asked, "tokenNotice">): string {
  const notice = tokenNotice();
  return notice === undefined ? keyHint : `${notice} Fetch a new token, or use the API key of a service account.`;
}

function describeStatus(failure: StatusFailure, context: FailureContext, asked: Asked): BatonError {
  const said = quoteDetail(failure.body, asked);
  const init = statusTexts(failure, context, asked, said);
  return fatal({ status: grpcStatusOf(failure.status), ...init });
}

type Texts = Omit<BatonErrorInit, "status"> & { readonly status?: Status };

function statusTexts(failure: StatusFailure, context: FailureContext, asked: Asked, said: string): Texts {
  const { status } = failure;
  switch (status) {
    case 401:
      return {
        code: "CS-AUTH-401",
        message: `Cloudsmith did not accept this API key${tailOf(asked)} for ${context.path} (401${said}).`,
        hint: keyHintOf(asked),
      };
    case 402:
      return {
        code: "CS-PLAN-402",
        message: `Cloudsmith refused ${context.path} until '${asked.organization}' pays for it (402${said}).`,
        hint: "Either the organization's plan does not include it, or the quota of its plan is used up or unpaid: look at plan, usage and billing in Cloudsmith.",
      };
    case 403:
      // Nobody needs a right to ask who they are, so here it is the key itself that is refused.
      if (asked.subject === "caller") return refusedTexts(asked, said);
      return {
        code: "CS-AUTH-403",
        message: `The API key is valid but not allowed to read ${context.path} (403${said}).`,
        hint: "Use a key of an Owner or Manager, best of a service account with role Manager. A key that worked before may be older than the key policy allows, or its owner lacks the required two-factor authentication.",
      };
    case 404:
      return notFoundTexts(context, asked, said, failure.body);
    case 429:
      return {
        code: "CS-RATE-429",
        message: `Cloudsmith's rate limit is used up${untilOf(context)} (429 at ${context.path}, ${context.attempts} ${context.attempts === 1 ? "attempt" : "attempts"}).`,
        hint: "Run again after that; find out what else uses this key.",
        ...(context.retryAtMs === undefined ? {} : { retryAtMs: context.retryAtMs }),
      };
    default:
      return otherTexts(status, context, said);
  }
}

function refusedTexts(asked: Asked, said: string): Texts {
  return {
    code: "CS-AUTH-REFUSED",
    status: Status.unauthenticated,
    message: `Cloudsmith refused this API key${tailOf(asked)}: it may not even ask whose key it is (403${said}).`,
    hint: `${keyHintOf(asked)} A key that worked before is most likely older than the key policy allows.`,
  };
}

function otherTexts(status: number, context: FailureContext, said: string): Texts {
  const tries = context.attempts > 1 ? `, ${context.attempts} attempts` : "";
  if (status >= 500) {
    return {
      code: `CS-SERVER-${status}`,
      message: `Cloudsmith is having trouble: ${context.path} failed (${status}${said}${tries}).`,
      hint: "Try again later; see https://status.cloudsmith.com.",
    };
  }
  return {
    code: `CS-HTTP-${status}`,
    message: `Cloudsmith refused ${context.path} (${status}${said}${tries}).`,
    hint: "Check organization slug and base URL; if they are right, report this message.",
  };
}

function notFoundTexts(context: FailureContext, asked: Asked, said: string, body: string): Texts {
  if (detailOf(body) === invalidPageDetail) {
    return { code: invalidPageCode, message: `${context.path} is past the end of the list (404${said}).` };
  }
  switch (asked.subject) {
    case "organization":
    case "list":
      return {
        code: "CS-ORG-404",
        message: `There is no organization '${asked.organization}' that this key can see (404 at ${context.path}).`,
        hint: "Check the slug: it is the part after https://app.cloudsmith.com/. It changes when the organization is renamed.",
      };
    case "member":
    case "service":
    case "team":
      return {
        code: `CS-${asked.subject.toUpperCase()}-404`,
        message: `There is no such ${asked.subject}, or this key cannot see it: ${context.path} (404).`,
        effect: `Whatever depends on this ${asked.subject} is missing.`,
        fatal: false,
      };
    default:
      return {
        code: "CS-API-404",
        message: `${context.host} does not know ${context.path} (404): it does not look like the Cloudsmith API.`,
        hint: "Check the base URL; the default is https://api.cloudsmith.io/v1.",
      };
  }
}

function describeContent(failure: ContentFailure, context: FailureContext, asked: Asked): BatonError {
  const redacted = asked.redact(failure.excerpt).trim();
  const quoted = redacted === "" ? "" : ` It begins: ${printable(redacted, quoteLength)}`;
  const { code, what } = contentTexts[failure.problem];
  return fatal({
    code,
    status: failure.problem === "too-large" ? Status.resourceExhausted : Status.unknown,
    message: `Unexpected answer of GET ${context.path}: ${what} (${asked.redact(failure.detail)}).${quoted}`,
    hint: "Check the base URL, and whether a proxy or login page stands in between; else try again later.",
  });
}

const contentTexts: Readonly<Record<ContentFailure["problem"], { readonly code: string; readonly what: string }>> = {
  "content-type": { code: "CS-ANSWER-TYPE", what: "unexpected content type" },
  "content-encoding": { code: "CS-ANSWER-ENCODING", what: "the body cannot be decompressed" },
  "too-large": { code: "CS-ANSWER-SIZE", what: "the body is too large" },
  "not-utf-8": { code: "CS-ANSWER-JSON", what: "the body is not UTF-8" },
  "not-json": { code: "CS-ANSWER-JSON", what: "the body is not JSON" },
  "not-http": { code: "CS-ANSWER-HTTP", what: "it breaks the rules of HTTP" },
};

function fatal(init: BatonErrorInit): BatonError {
  return new BatonError({ effect: unchanged, fatal: true, ...init });
}

/** `: "detail"` of an error body, or "" when it has none. `fields` is left out: it quotes the request. */
function quoteDetail(body: string, asked: Asked): string {
  const detail = detailOf(body);
  return detail ? `: ${printable(asked.redact(detail), quoteLength)}` : "";
}

function detailOf(body: string): string {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== "object" || json === null || !("detail" in json)) return "";
    return typeof json.detail === "string" ? json.detail : "";
  } catch {
    // Proxies answer in HTML; the status says enough.
    return "";
  }
}

function tailOf({ keyTail }: Pick<Asked, "keyTail">): string {
  return keyTail === undefined ? "" : ` (ending in ${keyTail})`;
}

function waitText(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
}

function untilOf({ retryAtMs }: FailureContext): string {
  return retryAtMs === undefined ? "" : ` until ${isoTime(retryAtMs)}`;
}

/** A time far beyond the calendar is `a time far away`. */
function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : "a time far away";
}
