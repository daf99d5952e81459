/**
 * Takes off what belongs to the place that a value was copied from: quotes, an assignment, a comment, the end of a line.
 * Values are those that hold neither white space nor quotes themselves, such as keys, slugs and addresses. Slugs are read
 * from the addresses of pages and APIs as well.
 */

/** What can be taken off, in words for people. */
export type PastedWrapping =
  | "white space"
  | "quotation marks"
  | "an assignment"
  | "a comment"
  | "a separator"
  | "%-escapes";

/** A value without its wrapping. */
export interface Unwrapped {
  readonly value: string;
  /** What was taken off, each once, in the order in which it was found. */
  readonly removed: readonly PastedWrapping[];
}

/** White space, the byte order mark, and characters that take no room. */
const blank = String.raw`[\s\u200b-\u200d\u2060\ufeff]`;
const blanksAround = new RegExp(`^${blank}+|${blank}+$`, "g");
/** Escapes of what is never a part of such a value, at its ends: white space and quotation marks. */
const escapesAround = /^(?:%(?:0[9ad]|2[027]))+|(?:%(?:0[9ad]|2[027]))+$/gi;
const quotePairs = ['""', "''", "``", "“”", "„“", "„”", "‘’", "‚‘", "«»", "‹›"] as const;
const commentAfter = /\s+#.*$/s;
const separatorAfter = /[,;]+$/;

/**
 * Unwraps `text` until nothing more comes off.
 * @param name what an assignment may be to, such as `/api[-_]?key/i`; any other name is left where it is.
 */
export function unwrapPasted(text: string, name: RegExp): Unwrapped {
  const removed = new Set<PastedWrapping>();
  let value = text;
  const take = (wrapping: PastedWrapping, shorter: string): void => {
    if (shorter === value) return;
    value = shorter;
    removed.add(wrapping);
  };
  for (let before: string | undefined; before !== value; ) {
    before = value;
    take("white space", value.replaceAll(blanksAround, ""));
    take("%-escapes", value.replaceAll(escapesAround, ""));
    if (!/[\r\n]/.test(value)) take("a comment", value.replace(commentAfter, ""));
    take("a separator", value.replace(separatorAfter, ""));
    // First, because the name may have quotation marks of its own.
    take("an assignment", withoutAssignment(value, name));
    take("quotation marks", withoutQuotes(value));
  }
  return { value, removed: [...removed] };
}

/** The value as it is written between a pair of quotes; the same value when there is no such pair. */
function withoutQuotes(value: string): string {
  const bare = value.startsWith('\\"') && value.endsWith('\\"') ? value.slice(1, -2).concat('"') : value;
  if (bare.length < 2) return value;
  const isQuoted = quotePairs.some((pair) => bare.startsWith(pair.charAt(0)) && bare.endsWith(pair.charAt(1)));
  return isQuoted ? bare.slice(1, -1) : value;
}

/** `export NAME=value`, `set NAME=value`, `$env:NAME = value`, `name: value`, each on one line. */
function withoutAssignment(value: string, name: RegExp): string {
  const [, , assigned = "", rest = ""] =
    /^(?:(?:export|set|declare -x|ENV)\s+|\$env:)?(["']?)([A-Za-z_][\w.-]*)\1\s*[=:]\s*(.*)$/i.exec(value) ?? [];
  return name.test(assigned) ? rest : value;
}

/** How a product writes slugs and addresses. */
export interface SlugForms {
  /** What the slug is of, such as `organization`. */
  readonly thing: string;
  /** Names that it is assigned to. */
  readonly names: RegExp;
  readonly pattern: RegExp;
  /** A character that stands before it in some addresses, such as `~`. */
  readonly mark: string;
  /** Hosts of pages, on which it is the first segment of a path. */
  readonly pageHosts: ReadonlySet<string>;
  /** Hosts of the API, whose paths may begin with a version. */
  readonly apiHosts: ReadonlySet<string>;
  /** Segments after which it stands. */
  readonly before: ReadonlySet<string>;
  /** First segments of pages that belong to nobody, in lower case. */
  readonly nobodys: ReadonlySet<string>;
}

/**
 * The slug, its case kept.
 * @throws what `refuse` makes of the problem, which goes on after `The … slug`, when none is certain
 */
export function readPastedSlug(text: string, forms: SlugForms, refuse: (problem: string) => Error): string {
  const { value } = unwrapPasted(text, forms.names);
  const slug = isAddress(value)
    ? slugOfAddress(value, forms)
    : unmarked(unescaped(value.replace(/^\/|\/+$/g, "")), forms);
  if (slug !== undefined && forms.pattern.test(slug)) return slug;
  throw refuse(problemOf(value, forms));
}

function problemOf(value: string, forms: SlugForms): string {
  if (isAddress(value)) return `is an address in which no ${forms.thing} can be told for certain`;
  const [first = "", ...rest] = value.split(/[/?#]/);
  const owner = unmarked(first, forms);
  if (rest.length > 0 && forms.pattern.test(owner)) {
    return `goes on after '${owner}', as OWNER/REPO or the end of an address does: the slug is the part before`;
  }
  return "may hold letters, digits, hyphens and underscores only";
}

function isAddress(value: string): boolean {
  return value.includes("://") || /^[\w-]+(\.[\w-]+)+(\/|$)/.test(value);
}

function slugOfAddress(value: string, forms: SlugForms): string | undefined {
  const address = value.includes("://") ? value : `https://${value}`;
  // Not URL.parse, which browsers of two years ago lack.
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const { pageHosts, apiHosts, before, nobodys } = forms;
  const segments = url.pathname.split("/").filter(Boolean).map(unescaped);
  const [first = "", second] = segments;
  if (apiHosts.has(url.hostname)) {
    const [kind = "", slug] = /^v\d+$/.test(first) ? segments.slice(1) : segments;
    return before.has(kind) ? slug : undefined;
  }
  if (!pageHosts.has(url.hostname) || nobodys.has(first.toLowerCase())) return undefined;
  return unmarked(before.has(first) ? (second ?? "") : first, forms);
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A percent sign that begins no escape: no slug has one.
    return segment;
  }
}

function unmarked(segment: string, { mark }: SlugForms): string {
  return segment.startsWith(mark) ? segment.slice(mark.length) : segment;
}
