/** What a failed request means for Cloudsmith in particular; what is the same for every API is said by sdk/api. */
import type { ApiErrors } from "../sdk/api/api-client.ts";
import {
  type ApiErrorTexts,
  apiFailures,
  detailOf,
  fatal,
  isAboutCredential,
  unlessDeclined,
} from "../sdk/api/api-failures.ts";
import type { Clock } from "../sdk/clock.ts";
import { type SecretTexts, secretTexts } from "../sdk/config/pasted-secret.ts";
import { type BatonError, Status } from "../sdk/errors.ts";
import type { FailureContext, StatusFailure } from "../sdk/http/http-failure.ts";

/** What was asked for; decides what a 404 means. A list's 404 means the organization. */
export type Subject = "caller" | "organizations" | "organization" | "list" | "member" | "service" | "team";

/** The product in the words of errors, and what their codes begin with. */
export const product = { name: "Cloudsmith", codePrefix: "CS" } as const;
/** What codes begin with. */
export const { codePrefix } = product;
/** Code of the error for a page past the end of a list; walks take it for the end. */
export const invalidPageCode = "CS-PAGE-404";
/** The one error text that clients rely on (Cloudsmith API: page out of range). */
const invalidPageDetail = "Invalid page.";

/**
 * Makes the errors of one client, with no secret in them. All are fatal, because retries are over, except the 404 of a
 * single member, service or team.
 */
export interface CloudsmithErrors extends ApiErrors<Subject> {
  /** The error for a key that Cloudsmith treats as no key at all. */
  anonymous(): BatonError;
}

/** What a text is told from. */
interface Told extends SecretTexts {
  readonly at: FailureContext;
  /** What the server said, with a colon before it; "" when nothing. */
  readonly said: string;
  readonly subject: Subject;
  readonly organization: string;
}

const keyHint =
  "Possible causes: a typo, or the key was refreshed or revoked, is older than the key policy allows, is limited to other IP addresses, or has no access to this organization. Copy the key again from Cloudsmith.";

const tokenHint = "Fetch a new token, or use the API key of a service account.";

/** The errors of a client that sends this key. */
export function cloudsmithErrors(apiKey: string, clock: Clock): CloudsmithErrors {
  const texts = secretTexts(apiKey, { label: "API key", hint: keyHint, tokenHint, nowMs: () => clock.nowMs() });
  const failures = apiFailures({
    ...product,
    statusPage: "https://status.cloudsmith.com",
    secrets: [apiKey],
    secretForm: /csa_[a-f0-9]{30}[A-Za-z0-9]{6}/g,
    ...texts,
  });
  return {
    read: failures.read,
    endless: failures.endless,
    about: (subject, organization) => (failure, context) =>
      failures.describe(failure, context, (status, at, said) =>
        textsOf(status, { at, said, subject, organization, ...texts }),
      ),
    anonymous: () =>
      fatal({
        code: "CS-AUTH-ANONYMOUS",
        status: Status.unauthenticated,
        message: `Cloudsmith did not accept ${texts.credential}: it answered as to an anonymous caller.`,
        hint: texts.credentialHint(),
      }),
  };
}

function textsOf({ status, body }: StatusFailure, told: Told): ApiErrorTexts | undefined {
  const { at, said, organization, subject } = told;
  switch (status) {
    case 402:
      return {
        code: "CS-PLAN-402",
        message: `Cloudsmith refused ${at.path} until ${organization ? `'${organization}' pays for it` : "it is paid for"} (402${said}).`,
        hint: "Either the organization's plan does not include it, or the quota of its plan is used up or unpaid: look at plan, usage and billing in Cloudsmith.",
      };
    case 403:
      if (subject !== "caller") {
        return {
          code: "CS-AUTH-403",
          message: `The API key is valid but not allowed to read ${at.path} (403${said}).`,
          hint: "Use a key of an Owner or Manager, best of a service account with role Manager. A key that worked before may be older than the key policy allows, or its owner lacks the required two-factor authentication.",
        };
      }
      // Nobody needs a right to ask who they are, so that it is the key itself that is refused.
      return {
        code: "CS-AUTH-REFUSED",
        status: Status.unauthenticated,
        message: `Cloudsmith refused ${told.credential}: it may not even ask whose key it is (403${said}).`,
        hint: `${told.credentialHint()} A key that worked before is most likely older than the key policy allows.`,
      };
    case 404:
    case 410:
      if (detailOf(body) !== invalidPageDetail) return notFoundTexts(told, status);
      return { code: invalidPageCode, message: `${at.path} is past the end of the list (${status}${said}).` };
    default:
      return undefined;
  }
}

function notFoundTexts({ at, organization, subject }: Told, status: number): ApiErrorTexts {
  switch (subject) {
    case "list":
      return {
        code: "CS-ORG-404",
        message: `Cloudsmith has nothing at ${at.path} (${status}): either this key cannot see the organization '${organization}' any more, or not this list.`,
        hint: "Check the slug and the role of the key's owner; if both are right, try again in a minute: what is new is not found at once.",
      };
    case "organization":
      return {
        code: "CS-ORG-404",
        message: `There is no organization '${organization}' that this key can see (${status} at ${at.path}).`,
        hint: "Check the slug: it is the part after https://app.cloudsmith.com/. It changes when the organization is renamed.",
      };
    case "member":
    case "service":
    case "team":
      return {
        code: `CS-${subject.toUpperCase()}-404`,
        message: `There is no such ${subject}, or this key cannot see it: ${at.path} (${status}).`,
        effect: `Whatever depends on this ${subject} is missing.`,
        fatal: false,
      };
    default:
      return {
        code: "CS-API-404",
        message: `${at.host} does not know ${at.path} (${status}): it does not look like the Cloudsmith API.`,
        hint: "Check the base URL; the default is https://api.cloudsmith.io/v1.",
      };
  }
}

/** True for an error that proves that the API was reached: what is wrong is the key, or its budget. */
export function isAboutKey(caught: unknown): boolean {
  return isAboutCredential(caught, codePrefix, ["CS-AUTH-ANONYMOUS", "CS-AUTH-REFUSED"]);
}

/**
 * The answer to a question that a sync can do without; undefined when Cloudsmith declines to answer it or answers rubbish.
 * `onDeclined` is told why.
 */
export function unlessUnseen<T>(looking: Promise<T>, onDeclined?: (error: BatonError) => void): Promise<T | undefined> {
  return unlessDeclined(looking, codePrefix, ["CS-PLAN-402"], onDeclined);
}
