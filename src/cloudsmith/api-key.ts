/** Reads the API key from what people paste, and shows as little of it as tells two keys apart. */
import { createHash } from "node:crypto";
import { parseIni } from "../sdk/config/ini.ts";
import { unwrapPasted } from "../sdk/config/pasted.ts";
import { BatonError, Status } from "../sdk/errors.ts";

/** What a key is, by its form. */
export interface KeyKind {
  /** `token`: a short-lived token of an identity provider or of OIDC, which Cloudsmith takes in a key's place. */
  readonly kind: "key" | "token";
  /** When a token ends, milliseconds since the epoch; undefined for keys and for tokens that do not say. */
  readonly expiresAtMs: number | undefined;
}

/** A key ready to be sent. */
export interface ApiKey extends KeyKind {
  readonly value: string;
  /** What was changed about the input, for the user to know; holds nothing of the key. */
  readonly notices: readonly string[];
  /** True when it stood in a file of the Cloudsmith CLI. */
  readonly isOfCli: boolean;
}

/** The Cloudsmith CLI's environment, as far as it decides which key of its file counts. */
export interface CliEnvironment {
  readonly CLOUDSMITH_PROFILE?: string | undefined;
}

const assignedTo = /(api[-_]?key|token|^key)$/i;
const headerBefore = /^(?:(?:-H|--header)[\s=]+|Authorization:\s*|(?:Bearer|token)(?:\s+|$))/i;

/**
 * Takes off white space, quotes, an assignment, a comment, and a pasted `Bearer ` or `token `, saying so; takes the key
 * out of the content of the CLI's credentials.ini. The format of keys is not checked: service accounts may use tokens
 * of another form. What cannot be a key for certain is refused by name.
 *
 * @throws BatonError `CS-CONFIG-API-KEY`; the message never quotes the input
 */
export function parseApiKey(text: string, env: CliEnvironment = {}): ApiKey {
  const notices: string[] = [];
  const stored = keyOfCredentials(text, env);
  const value = unwrapped(stored ?? text, notices);
  if (stored !== undefined) notices.push("The API key was taken from the content of a Cloudsmith CLI file.");
  refuseOtherThings(value);
  return { value, notices, isOfCli: stored !== undefined, ...keyKind(value) };
}

function unwrapped(text: string, notices: string[]): string {
  let value = text;
  for (let before: string | undefined; before !== value; ) {
    before = value;
    const { value: inner, removed } = unwrapPasted(value, assignedTo);
    notices.push(...removed.map((what) => `The API key had ${what} around it, which was removed.`));
    value = inner;
    const prefix = headerBefore.exec(value)?.[0] ?? "";
    if (prefix === "") continue;
    value = value.slice(prefix.length);
    notices.push(`The API key began with '${prefix.trim()}', which was removed.`);
  }
  return value;
}

/**
 * The key in the content of the CLI's credentials.ini: of the profile that CLOUDSMITH_PROFILE names, else of [default],
 * else the only one. Undefined for a text that is no such content.
 */
function keyOfCredentials(text: string, { CLOUDSMITH_PROFILE: profile }: CliEnvironment): string | undefined {
  const content = text.replace(/^\ufeff/, "").trim();
  if (!content.startsWith("[") && !/[\r\n]/.test(content)) return undefined;
  // A file of variables has several assignments, too, and no sections.
  const sections = parseIni(content.replaceAll(/^\s*export\s+/gm, ""));
  const keyIn = (name: string): string | undefined => {
    const entries = [...(sections.get(name) ?? [])];
    return entries.find(([key, value]) => /(^|_)api[-_]?key$/.test(key) && value !== "")?.[1];
  };
  const wanted = profile ? `profile:${profile.toLowerCase()}` : "default";
  const found = keyIn(wanted);
  if (found !== undefined) return found;
  const others = [...sections.keys()].flatMap((name) => keyIn(name) ?? []);
  const [only, ...rest] = others;
  if (only !== undefined && rest.length === 0 && !profile) return only;
  if (content.startsWith("[") || others.length > 0) {
    throw invalid(
      `is the content of a file with no api_key under [${wanted}]`,
      "Give the key itself, or a credentials.ini of the Cloudsmith CLI with api_key under [default].",
    );
  }
  return undefined;
}

/** What people give in a key's place, in the order in which it is looked for. */
const otherThings: readonly (readonly [form: RegExp, problem: string, hint?: string])[] = [
  [/^$/, "is empty"],
  [/^(?:\{(?!\{)|\[)/, "is JSON or a list", "Give the value alone, without names and braces."],
  [
    /^https?:\/\/(?:[^/]*@)?[\w.-]*\bcloudsmith\.(?:io|com)\//i,
    "is the address of a repository; what stands in such addresses are entitlement tokens, for downloads",
  ],
  [/^[a-z][a-z0-9+.-]*:\/\//i, "is an address, not a key"],
  [/^Basic\s/i, "is a name and a password (Basic), not a key"],
  [/^<.*>$/, "stands between < and >, as a placeholder does"],
  [
    /^(?:\$\{?\w+\}?|%\w+%|\{\{.*\}\}|\$\(.*\))$/,
    "is the name of a variable that nothing was put in the place of",
    "Check the file or the program that sets it: variables are not replaced everywhere.",
  ],
  [/[*•…]{2}|…|\.{3}/, "is shortened or masked, as pages show it"],
  [
    /^(?:~|\.{0,2}[\\/]|[a-z]:[\\/]).*|\.(?:ini|txt|env|json|ya?ml|key)$/i,
    "is the path of a file, not a key",
    "To have the key read from a file, a credentials.ini of the Cloudsmith CLI too, set api-key-file (BATON_API_KEY_FILE) to its path.",
  ],
  [/^["'`“”„‘’«»]|["'`“”„‘’«»]$/, "has a quotation mark on one side", "Give the key without quotation marks."],
  [/%[0-9a-f]{2}/i, "has %-escapes, as in an address", "Give the key as Cloudsmith shows it."],
  [/[^\x21-\x7e]/, "has white space, control or non-ASCII characters inside"],
];

function refuseOtherThings(value: string): void {
  const [, problem, hint] = otherThings.find(([form]) => form.test(value)) ?? [];
  if (problem !== undefined) throw invalid(problem, hint);
}

/** Key or short-lived token, told by the form alone (Cloudsmith API: OIDC tokens are JSON Web Tokens). */
export function keyKind(value: string): KeyKind {
  const payload = tokenPayload(value);
  const exp = payload?.["exp"];
  return {
    kind: payload ? "token" : "key",
    expiresAtMs: typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : undefined,
  };
}

/** What a JSON Web Token says; undefined for what is none. Its signature is the server's business. */
function tokenPayload(value: string): Readonly<Record<string, unknown>> | undefined {
  const [header, payload, ...rest] = value.split(".").map(objectIn);
  return header && "alg" in header && payload && rest.length === 1 ? payload : undefined;
}

function objectIn(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof json === "object" && json !== null ? { ...json } : undefined;
  } catch {
    // Not JSON, so that it is no part of a token.
    return undefined;
  }
}

/** What to say of a token, before it is sent and when it is refused; undefined for keys. */
export function tokenNotice({ kind, expiresAtMs }: KeyKind, nowMs: number): string | undefined {
  if (kind !== "token") return undefined;
  const instead = "An API key does not end by itself.";
  if (expiresAtMs === undefined)
    return `This is a short-lived token, not an API key; it does not say when it expires. ${instead}`;
  const time = new Date(expiresAtMs);
  const when = Number.isNaN(time.getTime()) ? "at a time far away" : `at ${time.toISOString()}`;
  const verb = expiresAtMs <= nowMs ? "expired" : "expires";
  return `This is a short-lived token, not an API key; it ${verb} ${when}. ${instead}`;
}

/** First 12 hexadecimal digits of the key's SHA-256, for logs and history. */
export function apiKeyFingerprint(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex").slice(0, 12);
}

/** Last four characters, as Cloudsmith itself shows them; undefined for keys so short that this would be a good part of it. */
export function apiKeyTail(key: string): string | undefined {
  return key.length >= 20 ? key.slice(-4) : undefined;
}

/**
 * Makes a function that replaces the key, and whatever looks like a Cloudsmith key, in text that goes to people or logs.
 */
export function createRedactor(key: string): (text: string) => string {
  const forms = [...new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)])];
  return (text) => {
    let redacted = text;
    for (const form of forms) redacted = redacted.replaceAll(form, "REDACTED");
    return redacted.replaceAll(/csa_[a-f0-9]{30}[A-Za-z0-9]{6}/g, "REDACTED");
  };
}

function invalid(
  problem: string,
  hint = "Copy the key again from Cloudsmith: it is shown when the key is created or refreshed.",
): BatonError {
  return new BatonError({
    code: "CS-CONFIG-API-KEY",
    status: Status.unknown,
    message: `The API key ${problem}.`,
    effect: "Nothing was sent.",
    hint,
    fatal: true,
  });
}
