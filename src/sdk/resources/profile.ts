/** What is shown of a resource, from fields that may be unknown, and e-mail addresses as APIs give them. */
import type { Profile, ProfileValue } from "../contracts/model.ts";

type Values = Readonly<Record<string, ProfileValue | null | undefined>>;

/**
 * Leaves out what is unknown or empty: a profile never holds null. Keys keep their order. What is all known is the profile
 * itself, as no copy of each row is needed.
 */
export function profileOf(values: Values): Profile {
  // Without Object.entries: this runs for every row.
  for (const key in values) if (!isKnown(values[key])) return known(values);
  return values as Profile; // Each value was looked at.
}

function known(values: Values): Profile {
  const profile: Record<string, ProfileValue> = {};
  for (const key in values) {
    const value = values[key];
    if (isKnown(value)) profile[key] = value;
  }
  return profile;
}

function isKnown(value: Values[string]): value is ProfileValue {
  return value !== undefined && value !== null && value !== "";
}

/** Most values among which looking at each takes less than a set. */
const few = 32;

/** Each value once, in order. */
export function distinct<T>(values: readonly T[]): readonly T[] {
  const areDistinct = values.length <= few && values.every((one, index) => values.indexOf(one) === index);
  return areDistinct ? values : [...new Set(values)];
}

/** Finds the one of `names` that a text is, whatever its case and the space around it. */
export function inAnyCase<Name extends string>(names: readonly Name[]): (text: string | undefined) => Name | undefined {
  // Nearly all are written as documented.
  const known = new Map<string, Name>();
  for (const name of names) known.set(name, name).set(name.toLowerCase(), name);
  return (text) => (text === undefined ? undefined : (known.get(text) ?? known.get(text.trim().toLowerCase())));
}

/** Characters that show nothing. */
const invisible = /^[\s\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u2800\u3164\uffa0]*$/u;

/** True for text in which there is nothing to be seen. */
export function isBlank(value: string): boolean {
  return invisible.test(value);
}

/** The name, or "" for one in which there is nothing to be seen: something else must stand in its place then. */
export function shown(name: string | null | undefined): string {
  return name === undefined || name === null || isBlank(name) ? "" : name;
}

const plain =
  /^(?!mailto:|'|"(?![^"]+"@))[^\s@*<>…•●◦█■▪░▒▓\p{Cf}]+@[^\s@*<>…•●◦█■▪░▒▓\p{Cf}]*[^\s@*<>…•●◦█■▪░▒▓.,;"'\p{Cf}]$/iu;

/**
 * The address when it is one, repaired where its form is odd: space or invisible characters in it, `mailto:`, a name
 * before `<a@b>`, quotation marks around it, a dot or a separator at its end. Text with `*` or dots and blocks as they stand for hidden characters, with an ellipsis or without
 * `@`, as it stands in place of redacted addresses, is undefined: it is never to be passed on as an address.
 */
export function usableEmail(email: string | null | undefined): string | undefined {
  if (!email) return undefined;
  const address = plain.test(email) ? email : repaired(email);
  return address?.includes("..") ? undefined : address;
}

function repaired(email: string): string | undefined {
  const visible = email.replaceAll(/\p{Cf}/gu, "").replace(/[\s,;]+$/, "");
  const inBrackets = /<([^<>]*)>$/.exec(visible)?.[1] ?? visible;
  const address = inBrackets
    .trim()
    .replace(/^mailto:\s*/i, "")
    .replace(/\?.*$/, "")
    .replace(/[.,;]+$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
  return plain.test(address) ? address : undefined;
}

const filler = /([x#?_-])\1\1/i;
const word = /(?:^|[^a-z])(?:redacted|masked|hidden|withheld|anonymi[sz]ed)(?![a-z])|\.invalid$/i;

/**
 * True for an address of the right form that may well stand in place of another: three fillers in a row, or a word for
 * it. For those who know that addresses may be hidden from them; real addresses can look so, too.
 */
export function looksMasked(email: string): boolean {
  return filler.test(email) || word.test(email);
}
