/**
 * What a failed request to an API means to the person who runs a connector: what happened, what it means for the data,
 * what to do, with the product's name in it. Texts never hold a secret; what the server wrote is redacted, escaped and cut
 * before it is quoted. What a status means for one product alone is the connector's to say.
 */
import { BatonError, type BatonErrorInit, Status, toBatonError } from "../errors.ts";
import { printable } from "../http/body.ts";
import {
  type ContentFailure,
  describeNetworkFailure,
  type FailureContext,
  type HttpFailure,
  type StatusFailure,
} from "../http/http-failure.ts";
import { parseJsonObject } from "../json-object.ts";
import { emailAddresses, redactedText, SecretRedactor } from "../secret-redactor.ts";
import { type Check, Mismatch } from "./json-check.ts";

/** A product in the words of its errors. */
export interface ApiProduct {
  /** As people know it. */
  readonly name: string;
  /** Codes of its errors begin with it and a hyphen. */
  readonly codePrefix: string;
  /** Where the product says how it is. */
  readonly statusPage: string;
}

/** Code, text and advice of an error; the status follows from that of HTTP unless it is given. */
export type ApiErrorTexts = Omit<BatonErrorInit, "status"> & { readonly status?: Status };

/** What the describer must know besides the failure. */
export interface ApiFailureOptions {
  readonly product: ApiProduct;
  /** Replaces secrets in text. */
  readonly redact: (text: string) => string;
  /** What to check when the credential is not accepted. */
  readonly credentialHint: string;
  /** The credential in a sentence, such as `this API key (ending in ab12)`. */
  readonly credential: string;
  readonly describeStatus?: DescribeStatus | undefined;
}

/** What a status means for a product; undefined where it means what it always does. `said` quotes the server. */
export type DescribeStatus = (
  failure: StatusFailure,
  context: FailureContext,
  said: string,
) => ApiErrorTexts | undefined;

const unchanged = "Nothing new was saved; the last good file stays as it is.";
const quoteLength = 200;

/** The error for a failure. All are fatal, because retries are over, unless the connector says otherwise. */
export function describeApiFailure(
  failure: HttpFailure,
  context: FailureContext,
  options: ApiFailureOptions,
): BatonError {
  const { product, redact } = options;
  switch (failure.kind) {
    case "network":
      return describeNetworkFailure(failure, context);
    case "status":
      return describeStatus(failure, context, options);
    case "content":
      return describeContent(failure, context, options);
    case "redirect":
      return fatal({
        code: `${product.codePrefix}-ANSWER-REDIRECT`,
        status: Status.unknown,
        message: `${context.host} redirected ${context.path} (${failure.status})${targetText(failure, context, redact)}.`,
        hint: "Check the base URL, and whether a proxy or login page stands in between.",
      });
    case "rate-limit":
      return fatal({
        code: `${product.codePrefix}-RATE-WAIT`,
        status: Status.unavailable,
        message: `${product.name}'s rate limit is used up until ${isoTime(failure.retryAtMs)}, longer than ${waitText(failure.maxWaitMs)}, the longest that is waited for here.`,
        hint: "Run again after that time; find out what else uses this key.",
        retryAtMs: failure.retryAtMs,
      });
    default:
      return failure satisfies never;
  }
}

/** Where a redirect leads, as far as it leads to a host, and why it is not followed. */
function targetText(
  { targetOrigin }: Extract<HttpFailure, { readonly kind: "redirect" }>,
  { host }: FailureContext,
  redact: (text: string) => string,
): string {
  const target = URL.parse(targetOrigin ?? "");
  const where = target ? ` to ${printable(redact(target.origin), 120)}` : "";
  return target?.host === host
    ? " to another address of its own; redirects are not followed, because most lead to a sign-in page"
    : `${where}; redirects are not followed, because the API key would go along`;
}

/** The error for a record of the wrong shape; `path` goes from the root of the answer to the field. */
function answerSchemaError(
  { name, codePrefix }: ApiProduct,
  endpoint: string,
  {
    path,
    expected,
    found,
  }: { readonly path: readonly PropertyKey[]; readonly expected: string; readonly found: string },
): BatonError {
  const field = path.length === 0 ? "the answer" : `field '${path.map(String).join(".")}'`;
  return fatal({
    code: `${codePrefix}-ANSWER-SCHEMA`,
    status: Status.unknown,
    message: `Unexpected answer of GET ${endpoint}: ${field} should be ${expected}, but is ${found}.`,
    hint: `${name} may have changed its API: look for a newer version of this connector, or report this message.`,
  });
}

/** Turns what goes wrong with one API into errors. */
export interface ApiFailures {
  /**
   * The `describe` of a request. An object that is not there is NotFound: between listing and asking it may have vanished,
   * and the engine skips it with a warning. `describeStatus` says what a status means for this request.
   */
  describe(failure: HttpFailure, context: FailureContext, describeStatus?: DescribeStatus): BatonError;
  /** The checked answer to `path`. @throws BatonError `…-ANSWER-SCHEMA`, which names the field and never the value. */
  read<T>(check: Check<T>, json: unknown, path: string): T;
  /** The error for a list that gets longer than it first said, for ever. */
  endless(path: string, page: number): BatonError;
}

/** What a server answers with that declines a question, after the prefix: which it takes for "no right" differs. */
const declining = ["AUTH-401", "AUTH-403", "HTTP-400", "HTTP-402", "HTTP-405", "HTTP-422"];
const rubbish = ["ANSWER-SCHEMA", "ANSWER-TYPE", "ANSWER-JSON"];

/**
 * The answer to a question that a sync can do without; undefined when the server declines to answer it, answers rubbish,
 * or has nothing there. `codes` are the product's own codes for a question that is declined; `onDeclined` is told why.
 */
export async function unlessDeclined<T>(
  looking: Promise<T>,
  codePrefix: string,
  codes: readonly string[] = [],
  onDeclined: (error: BatonError) => void = () => {},
): Promise<T | undefined> {
  try {
    return await looking;
  } catch (caught) {
    const error = toBatonError(caught);
    const { code, status } = error;
    const isDeclined = [...declining, ...rubbish].some((suffix) => code === `${codePrefix}-${suffix}`);
    if (!isDeclined && !codes.includes(code) && status !== Status.notFound) throw caught;
    onDeclined(error);
    return undefined;
  }
}

/** True for an answer that came and makes no sense. */
export function isRubbish({ code }: BatonError, codePrefix: string): boolean {
  return rubbish.some((suffix) => code === `${codePrefix}-${suffix}`);
}

/**
 * The answer to a question on which nothing depends; undefined for whatever else the server answers to it, and when its
 * answer does not come to an end. Only that the server has no room for it now, or is not there, is thrown.
 */
export async function ifAnswered<T>(looking: Promise<T>, codePrefix: string): Promise<T | undefined> {
  try {
    return await looking;
  } catch (caught) {
    const { code } = toBatonError(caught);
    const isAnswered = code.startsWith(`${codePrefix}-`) && !code.startsWith(`${codePrefix}-RATE-`);
    if (isAnswered || endless.has(code)) return undefined;
    throw caught;
  }
}

/** Codes of a server that was reached and whose answer did not come, or not to its end. */
const endless: ReadonlySet<string> = new Set(["NET-TIMEOUT", "NET-CUT", "NET-RESET"]);

const aboutCredential = ["AUTH-401", "AUTH-403", "RATE-429", "RATE-WAIT"];

/**
 * True for an error that proves that the API was reached: it answers to the credential, or has no room for it now.
 * `codes` are the product's own codes that say the same.
 */
export function isAboutCredential(caught: unknown, codePrefix: string, codes: readonly string[] = []): boolean {
  const { code } = toBatonError(caught);
  return codes.includes(code) || aboutCredential.some((suffix) => code === `${codePrefix}-${suffix}`);
}

/** How errors speak of a product's API. */
export interface ApiFailuresOptions extends ApiProduct {
  /** Texts that no error may hold, such as the key. */
  readonly secrets: readonly string[];
  /** What every credential of the product looks like, so that others than these are hidden, too; a global expression. */
  readonly secretForm?: RegExp;
  /** The credential in a sentence; default `the API key`. */
  readonly credential?: string;
  /** What to check when it is not accepted. */
  readonly credentialHint?: () => string;
}

/** What most connectors need: errors in the product's words, with nothing of its own. */
export function apiFailures(options: ApiFailuresOptions): ApiFailures {
  const { secrets, secretForm, credential = "the API key", credentialHint, ...product } = options;
  const redactor = new SecretRedactor();
  for (const secret of secrets) redactor.add(secret);
  const redact = (text: string): string => {
    const redacted = redactor.redact(text);
    return secretForm ? redacted.replace(secretForm, redactedText) : redacted;
  };
  const notFound: DescribeStatus = ({ status }, { path }, said) => {
    if (status !== 404 && status !== 410) return undefined;
    return {
      code: `${product.codePrefix}-NOT-FOUND`,
      message: `${product.name} has nothing at ${path} (${status}${said}).`,
      hint: "Check the base URL, and the settings that name what is read.",
      fatal: false,
    };
  };
  return {
    describe(failure, context, describeStatus = notFound) {
      const hint = credentialHint?.() ?? `Give ${credential} that ${product.name} accepts.`;
      return describeApiFailure(failure, context, {
        product,
        credential,
        credentialHint: hint,
        redact,
        describeStatus,
      });
    },
    endless: (path, page) => endlessListError(product, path, page),
    read(check, json, path) {
      try {
        return check(json);
      } catch (caught) {
        if (!(caught instanceof Mismatch)) throw caught;
        throw answerSchemaError(product, path, caught);
      }
    },
  };
}

function endlessListError({ codePrefix }: ApiProduct, endpoint: string, page: number): BatonError {
  return fatal({
    code: `${codePrefix}-PAGES-ENDLESS`,
    status: Status.unknown,
    message: `GET ${endpoint} still announces more at page ${page}, far more pages than it announced first.`,
    hint: "Try again; if it stays, report this message.",
  });
}

/** An error after which nothing is tried again, and that leaves the file as it was. */
export function fatal(init: BatonErrorInit): BatonError {
  return new BatonError({ effect: unchanged, fatal: true, ...init });
}

/** The text `detail` of an error body (Django REST framework, RFC 9457); "" when it has none. */
export function detailOf(body: string): string {
  // Proxies answer in HTML; the status says enough.
  const detail = parseJsonObject(body)?.["detail"];
  return typeof detail === "string" ? detail : "";
}

const answeredByPage = "It answered with a web page: a proxy, firewall or login page in between may have done so.";

function describeStatus(failure: StatusFailure, context: FailureContext, options: ApiFailureOptions): BatonError {
  const detail = detailOf(failure.body);
  const said = detail ? `: ${quoted(options.redact(detail))}` : "";
  const texts = options.describeStatus?.(failure, context, said) ?? generalTexts(failure, context, options, said);
  // The API itself answers in JSON.
  const isPage = failure.status < 500 && /^\s*</.test(failure.body);
  const hint = isPage ? `${texts.hint ?? ""} ${answeredByPage}`.trim() : texts.hint;
  return fatal({ status: grpcStatusOf(failure.status), ...texts, hint });
}

function generalTexts(
  { status }: StatusFailure,
  context: FailureContext,
  { product, credential, credentialHint }: ApiFailureOptions,
  said: string,
): ApiErrorTexts {
  const { name, codePrefix } = product;
  const tries = context.attempts === 1 ? "" : `, ${context.attempts} attempts`;
  if (status === 401) {
    return {
      code: `${codePrefix}-AUTH-401`,
      message: `${name} did not accept ${credential} for ${context.path} (401${said}).`,
      hint: credentialHint,
    };
  }
  if (status === 429) {
    const { retryAtMs } = context;
    return {
      code: `${codePrefix}-RATE-429`,
      message: `${name}'s rate limit is used up${retryAtMs === undefined ? "" : ` until ${isoTime(retryAtMs)}`} (429 at ${context.path}${tries}).`,
      hint: "Run again after that; find out what else uses this key.",
      retryAtMs,
    };
  }
  if (status >= 500 || grpcStatusOf(status) === Status.unavailable) return troubleTexts(status, context, product, said);
  return {
    code: `${codePrefix}-HTTP-${status}`,
    message: isSuccess(status)
      ? `${name} answered ${context.path} without what was asked for (${status}${said}${tries}).`
      : `${name} refused ${context.path} (${status}${said}${tries}).`,
    hint: "Check the settings, the base URL among them; if they are right, report this message.",
  };
}

/** What a server wrote may be data: addresses of people belong into no log. */
function quoted(text: string): string {
  return printable(text.replaceAll(emailAddresses, "(address)"), quoteLength);
}

/** What is not about the request, and may be over later. */
function troubleTexts(
  status: number,
  { path, attempts }: FailureContext,
  { name, codePrefix, statusPage }: ApiProduct,
  said: string,
): ApiErrorTexts {
  if (status === 511) {
    return {
      code: `${codePrefix}-SERVER-${status}`,
      message: `A network on the way to ${name} wants a sign-in before it lets anything through (511 at ${path}).`,
      hint: "Sign in to that network, or run this elsewhere.",
    };
  }
  const tries = attempts === 1 ? "" : `, ${attempts} attempts`;
  const [kind, message] =
    status >= 500 ? ["SERVER", `is having trouble: ${path} failed`] : ["HTTP", `does not answer ${path} at the moment`];
  return {
    code: `${codePrefix}-${kind}-${status}`,
    message: `${name} ${message} (${status}${said}${tries}).`,
    hint: `Try again later; see ${statusPage}.`,
  };
}

const contentTexts: Readonly<Record<ContentFailure["problem"], { readonly suffix: string; readonly what: string }>> = {
  "content-type": { suffix: "TYPE", what: "unexpected content type" },
  "content-encoding": { suffix: "ENCODING", what: "the body cannot be decompressed" },
  "too-large": { suffix: "SIZE", what: "the body is too large" },
  "not-utf-8": { suffix: "JSON", what: "the body is not UTF-8" },
  "not-json": { suffix: "JSON", what: "the body is not JSON" },
  "not-http": { suffix: "HTTP", what: "it breaks the rules of HTTP" },
};

function describeContent(
  failure: ContentFailure,
  context: FailureContext,
  { product, redact }: ApiFailureOptions,
): BatonError {
  const redacted = withoutData(redact(failure.excerpt)).trim();
  const { suffix, what } = contentTexts[failure.problem];
  return fatal({
    code: `${product.codePrefix}-ANSWER-${suffix}`,
    status: failure.problem === "too-large" ? Status.resourceExhausted : Status.unknown,
    message: `Unexpected answer of GET ${context.path}: ${what} (${redact(failure.detail)}).`,
    ...(redacted !== "" && { quote: quoted(redacted) }),
    hint: "Check the base URL, and whether a proxy or login page stands in between; else try again later.",
  });
}

/** JSON in which only texts about the answer itself stand: those of rows tell of people. */
function withoutData(text: string): string {
  return text.replaceAll(
    /("(?!(?:code|detail|error|message|reason|title)")[^"]{0,64}"\s*:\s*")(?:[^"\\]|\\.)+/gi,
    "$1…",
  );
}

function waitText(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
}

/** A time far beyond the calendar is `a time far away`. */
function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : "a time far away";
}

/** True for an answer that refuses nothing, and is none: without a body, a part, or "as before" to who has nothing. */
function isSuccess(status: number): boolean {
  return status < 300 || status === 304;
}

/**
 * HTTP status to gRPC status, as the Baton SDK maps them, but for those that mean something else to who only reads:
 * nothing is to be made that could be there already (409), and what is gone (410) is not there.
 */
const statusByHttpStatus: Readonly<Record<number, Status>> = {
  400: Status.invalidArgument,
  401: Status.unauthenticated,
  403: Status.permissionDenied,
  404: Status.notFound,
  408: Status.deadlineExceeded,
  409: Status.unavailable,
  410: Status.notFound,
  423: Status.unavailable,
  425: Status.unavailable,
  429: Status.unavailable,
  501: Status.unimplemented,
};

/** The gRPC status of an HTTP status outside 200 to 299 (Baton SDK: uhttp). 1xx and 3xx are Unknown. */
function grpcStatusOf(httpStatus: number): Status {
  const known = statusByHttpStatus[httpStatus];
  if (known !== undefined) return known;
  if (httpStatus >= 500 && httpStatus <= 599) return Status.unavailable;
  return httpStatus >= 400 && httpStatus <= 499 ? Status.invalidArgument : Status.unknown;
}
