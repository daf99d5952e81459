/**
 * Reads a key or token from what people paste, or from a file that other programs wrote. What is certain is understood
 * and said; what cannot be a key is refused by its form, and never shown.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type JsonObject, parseJsonObject } from "../json-object.ts";
import { unwrapPasted } from "./pasted.ts";

/** What a secret is, by its form. */
export interface SecretKind {
  /** `token`: a JSON Web Token, which ends by itself. */
  readonly kind: "key" | "token";
  /** When a token ends, milliseconds since the epoch; undefined for keys and for tokens that do not say. */
  readonly expiresAtMs: number | undefined;
}

/** A secret ready to be sent. */
export interface PastedSecret extends SecretKind {
  readonly value: string;
  /** What was changed about the input, for the user to know; holds nothing of the secret. */
  readonly notices: readonly string[];
  /** True when it stood under a name in the content of a file with sections, as command line tools keep them. */
  readonly isFromSections: boolean;
}

/** What is known of the secret. */
export interface PastedSecretOptions {
  /** What it is called in texts, such as `API key`. */
  readonly label: string;
  /** Names that it is assigned to. */
  readonly names: RegExp;
  /** Section of a file with sections in which it stands; default `default`. */
  readonly section?: string | undefined;
  /** Makes the error; `problem` goes on after the label, `hint` is undefined where the connector's own is best. */
  readonly refuse: (problem: string, hint?: string) => Error;
}

const headerBefore = /^(?:(?:-H|--header)[\s=]+|Authorization:\s*|(?:Bearer|token)(?:\s+|$))/i;

/**
 * Takes off white space, quotes, an assignment, a comment, and a pasted `Bearer ` or `token `; takes the secret out of the
 * content of a file with sections, of variables, or of comments and one line.
 *
 * @throws what `refuse` makes
 */
export function readPastedSecret(text: string, options: PastedSecretOptions): PastedSecret {
  const { label, names, refuse } = options;
  const notices: string[] = [];
  const content = text.replace(/^\ufeff/, "").trim();
  const assigned = assignedIn(content, options);
  let value = assigned ?? onlyLineOf(content);
  for (let before: string | undefined; before !== value; ) {
    before = value;
    const { value: inner, removed } = unwrapPasted(value, names);
    notices.push(...removed.map((what) => `The ${label} had ${what} around it, which was removed.`));
    value = inner;
    const prefix = headerBefore.exec(value)?.[0] ?? "";
    if (prefix === "") continue;
    value = value.slice(prefix.length);
    notices.push(`The ${label} began with '${prefix.trim()}', which was removed.`);
  }
  if (content !== text) notices.push(`The ${label} had white space around it, which was removed.`);
  if (assigned !== undefined) notices.push(`The ${label} was taken from the content of a file.`);
  const [, problem, hint] = otherThings.find(([form]) => form.test(value)) ?? [];
  if (problem !== undefined) throw refuse(problem, hint);
  return { value, notices, isFromSections: assigned !== undefined && content.startsWith("["), ...secretKind(value) };
}

/**
 * What is assigned to one of the names in the content of a file: in the section that counts, else the only one there is.
 * Undefined for a text that is no such content.
 */
function assignedIn(content: string, { names, section, refuse }: PastedSecretOptions): string | undefined {
  const hasSections = content.startsWith("[");
  if (!hasSections && !/[\r\n]/.test(content)) return undefined;
  const sections = parseIni(content.replaceAll(/^\s*export\s+/gm, ""));
  const inSection = (name: string): string | undefined =>
    [...(sections.get(name) ?? [])].find(([key, value]) => names.test(key) && value !== "")?.[1];
  const wanted = section ?? "default";
  const found = inSection(wanted);
  if (found !== undefined) return found;
  const [only, ...rest] = [...sections.keys()].flatMap((name) => inSection(name) ?? []);
  if (only !== undefined && rest.length === 0 && section === undefined) return only;
  if (!hasSections && only === undefined) return undefined;
  throw refuse(
    `is the content of a file with none under [${wanted}]`,
    `Give it alone, or a file in which it stands under [${wanted}].`,
  );
}

/** The one line that is neither blank nor a comment; the whole content when there are more. */
function onlyLineOf(content: string): string {
  const lines = content.split(/[\r\n]+/).filter((line) => !/^\s*(?:#|$)/.test(line));
  return lines.length === 1 ? (lines[0] ?? content) : content;
}

/** What people give in a key's place, in the order in which it is looked for. */
const otherThings: readonly (readonly [form: RegExp, problem: string, hint?: string])[] = [
  [/^$/, "is empty"],
  // Servers take headers of 8 KiB.
  [/^.{8001}/s, "is longer than any key or token: it looks like a whole file"],
  [/^(?:\{(?!\{)|\[)/, "is JSON or a list", "Give the value alone, without names and braces."],
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
    "To have it read from a file, set the setting that ends in -file (_FILE in the environment) to the path.",
  ],
  [/^["'`“”„‘’«»]|["'`“”„‘’«»]$/, "has a quotation mark on one side", "Give it without quotation marks."],
  [/%[0-9a-f]{2}/i, "has %-escapes, as in an address", "Give it as the product shows it."],
  [/[^\x21-\x7e]/, "has white space, control or non-ASCII characters inside"],
];

/** First 12 hexadecimal digits of a secret's SHA-256, which tell it from others in logs and history. */
export function secretFingerprint(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex").slice(0, 12);
}

/** Last four characters, as products show them; undefined for secrets so short that this would be a good part of them. */
export function secretTail(secret: string): string | undefined {
  return secret.length >= 20 ? secret.slice(-4) : undefined;
}

/** Key or token that ends by itself, told by the form alone (RFC 7519). */
export function secretKind(value: string): SecretKind {
  const payload = tokenPayload(value);
  const exp = payload?.["exp"];
  return {
    kind: payload ? "token" : "key",
    expiresAtMs: typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : undefined,
  };
}

/** What a JSON Web Token says; undefined for what is none. Its signature is the server's business. */
function tokenPayload(value: string): JsonObject | undefined {
  const [header, payload, ...rest] = value.split(".").map(objectIn);
  return header && "alg" in header && payload && rest.length === 1 ? payload : undefined;
}

function objectIn(part: string): JsonObject | undefined {
  return parseJsonObject(Buffer.from(part, "base64url").toString("utf8"));
}

/** What to say of a token, before it is sent and when it is refused; undefined for keys. */
export function tokenNotice({ kind, expiresAtMs }: SecretKind, nowMs: number): string | undefined {
  if (kind !== "token") return undefined;
  const instead = "An API key does not end by itself.";
  if (expiresAtMs === undefined) {
    return `This is a short-lived token, not an API key; it does not say when it expires. ${instead}`;
  }
  const time = new Date(expiresAtMs);
  const when = Number.isNaN(time.getTime()) ? "at a time far away" : `at ${time.toISOString()}`;
  const verb = expiresAtMs <= nowMs ? "expired" : "expires";
  return `This is a short-lived token, not an API key; it ${verb} ${when}. ${instead}`;
}

/** A secret in the words of errors, as `apiFailures` takes them. */
export interface SecretTexts {
  /** As in `this API key (ending in ab12)`. */
  readonly credential: string;
  /** What to check when it is not accepted. */
  readonly credentialHint: () => string;
}

/** The words for a secret that is called `label`: `hint` for a key, `tokenHint` after what there is to say of a token. */
export function secretTexts(
  secret: string,
  { label, hint, tokenHint, nowMs }: Record<"label" | "hint" | "tokenHint", string> & { readonly nowMs: () => number },
): SecretTexts {
  const tail = secretTail(secret);
  const kind = secretKind(secret);
  return {
    credential: `this ${label}${tail === undefined ? "" : ` (ending in ${tail})`}`,
    credentialHint: () => {
      const notice = tokenNotice(kind, nowMs());
      return notice === undefined ? hint : `${notice} ${tokenHint}`;
    },
  };
}

/** What {@link parseIni} reads in a file; nothing when it is not there, or not for this user. */
export function readIni(path: string): ReturnType<typeof parseIni> {
  try {
    return parseIni(readFileSync(path, "utf8"));
  } catch {
    return new Map();
  }
}

/** Values by section and key, both in lower case; what stands before the first section has the section "". */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const [, header] = /^\[([^\]]*)\]$/.exec(line) ?? [];
    if (header !== undefined) {
      current = header.trim().toLowerCase();
      continue;
    }
    const [, key = "", value = ""] = /^([^=:]+)[=:](.*)$/.exec(line) ?? [];
    if (key === "") continue;
    const section = sections.get(current) ?? new Map<string, string>();
    section.set(key.trim().toLowerCase(), value.trim());
    sections.set(current, section);
  }
  return sections;
}
