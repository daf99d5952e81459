/**
 * Reads the slug of an organization, or of what else a product has one slug of, from what people paste: the slug, quoted
 * or assigned, or the address of one of its pages or of its API.
 */
import { unwrapPasted } from "./pasted.ts";

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
  const url = URL.parse(value.includes("://") ? value : `https://${value}`);
  if (url === null) return undefined;
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
