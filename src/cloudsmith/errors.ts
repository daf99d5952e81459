/** What a failed request means for Cloudsmith in particular; what is the same for every API is said by sdk/api. */
import {
  type ApiErrorTexts,
  type ApiProduct,
  endlessListError as anyEndlessListError,
  answerSchemaError as anySchemaError,
  describeApiFailure,
  detailOf,
  fatal,
} from "../sdk/api/api-failures.ts";
import { BatonError, Status, toBatonError } from "../sdk/errors.ts";
import type { FailureContext, HttpFailure, StatusFailure } from "../sdk/http/http-failure.ts";

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

const product: ApiProduct = {
  name: "Cloudsmith",
  codePrefix: "CS",
  statusPage: "https://status.cloudsmith.com",
};

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
/** The one error text that clients rely on (Cloudsmith API: page out of range). */
const invalidPageDetail = "Invalid page.";

/** The error for a failure. All are fatal, because retries are over, except the 404 of a single member, service or team. */
export function describeFailure(failure: HttpFailure, context: FailureContext, asked: Asked): BatonError {
  return describeApiFailure(failure, context, {
    product,
    redact: asked.redact,
    credential: `this API key${tailOf(asked)}`,
    credentialHint: keyHintOf(asked),
    describeStatus: (status, at, said) => statusTexts(status, at, asked, said),
  });
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
  return anySchemaError(product, endpoint, { path, expected, found });
}

/** The error for a list that gets longer than it first said, for ever. */
export function endlessListError(endpoint: string, page: number): BatonError {
  return anyEndlessListError(product, endpoint, page);
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

function statusTexts(
  { status, body }: StatusFailure,
  context: FailureContext,
  asked: Asked,
  said: string,
): ApiErrorTexts | undefined {
  if (status === 402) {
    return {
      code: "CS-PLAN-402",
      message: `Cloudsmith refused ${context.path} until '${asked.organization}' pays for it (402${said}).`,
      hint: "Either the organization's plan does not include it, or the quota of its plan is used up or unpaid: look at plan, usage and billing in Cloudsmith.",
    };
  }
  if (status === 403) return forbiddenTexts(context, asked, said);
  return status === 404 ? notFoundTexts(context, asked, said, body) : undefined;
}

function forbiddenTexts(context: FailureContext, asked: Asked, said: string): ApiErrorTexts {
  if (asked.subject !== "caller") {
    return {
      code: "CS-AUTH-403",
      message: `The API key is valid but not allowed to read ${context.path} (403${said}).`,
      hint: "Use a key of an Owner or Manager, best of a service account with role Manager. A key that worked before may be older than the key policy allows, or its owner lacks the required two-factor authentication.",
    };
  }
  // Nobody needs a right to ask who they are, so here it is the key itself that is refused.
  return {
    code: "CS-AUTH-REFUSED",
    status: Status.unauthenticated,
    message: `Cloudsmith refused this API key${tailOf(asked)}: it may not even ask whose key it is (403${said}).`,
    hint: `${keyHintOf(asked)} A key that worked before is most likely older than the key policy allows.`,
  };
}

function notFoundTexts(context: FailureContext, asked: Asked, said: string, body: string): ApiErrorTexts {
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

function tailOf({ keyTail }: Pick<Asked, "keyTail">): string {
  return keyTail === undefined ? "" : ` (ending in ${keyTail})`;
}

/** Code of an answer of which nothing but its status is known. */
export function refusalCode(status: number): string {
  return status >= 500 ? `CS-SERVER-${status}` : `CS-HTTP-${status}`;
}

/** Codes with which a server declines a question. Which it takes for "no right" differs by page and age. */
const declining: ReadonlySet<string> = new Set([
  "CS-AUTH-401",
  "CS-AUTH-403",
  "CS-PLAN-402",
  "CS-ORG-404",
  "CS-MEMBER-404",
  "CS-SERVICE-404",
  "CS-TEAM-404",
  refusalCode(400),
  refusalCode(405),
  refusalCode(422),
  "CS-ANSWER-SCHEMA",
  "CS-ANSWER-TYPE",
  "CS-ANSWER-JSON",
]);

/** The answer to a question that a sync can do without; undefined when the server declines to answer it or answers rubbish. */
export async function unlessUnseen<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (caught) {
    const { code, status } = toBatonError(caught);
    if (declining.has(code) || status === Status.notFound) return undefined;
    throw caught;
  }
}
