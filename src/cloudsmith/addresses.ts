/** Organization slug and base URL, read from what people paste: addresses of pages, of repositories, of the API. */
import { parseBaseUrl as parseAnyBaseUrl } from "../sdk/api/base-url.ts";
import { unwrapPasted } from "../sdk/config/pasted.ts";
import { BatonError, Status } from "../sdk/errors.ts";

/** Characters of a slug (Cloudsmith API: slug pattern). */
const slugPattern = /^[-a-zA-Z0-9_]{1,255}$/;
/** Hosts of the web app and the classic site. */
const webHosts: ReadonlySet<string> = new Set(["app.cloudsmith.com", "cloudsmith.io", "www.cloudsmith.io"]);
/** Hosts that show pages and are no API. */
const pageHosts: ReadonlySet<string> = new Set([...webHosts, "cloudsmith.com", "www.cloudsmith.com"]);
/** Segments of a path after which the organization stands (Cloudsmith API; classic site; the app's word for it). */
const beforeSlug: ReadonlySet<string> = new Set(["orgs", "org", "repos", "namespaces", "workspaces", "workspace"]);
/** Pages of the web app and the classic site that belong to no organization. */
const noOrganization: ReadonlySet<string> = new Set(
  "login logout signup register user users account accounts settings explore docs help pricing product blog".split(" "),
);

/** True for an address of one of Cloudsmith's own hosts, over a secure connection. */
export function isVendorUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && /(?:^|\.)cloudsmith\.(?:io|com)$/.test(url.hostname);
}

/**
 * The slug of `acme`, `~acme`, `https://app.cloudsmith.com/acme/...`,
 * `https://cloudsmith.io/~acme/...`, `https://cloudsmith.io/orgs/acme/` or `https://api.cloudsmith.io/v1/orgs/acme/`,
 * quoted or assigned as it may be. Case is kept.
 *
 * @throws BatonError `CS-CONFIG-ORG-SLUG` when there is no slug in it, or none that is certain
 */
export function parseOrgSlug(text: string): string {
  const { value } = unwrapPasted(text, /(^|[-_.])(org|organi[sz]ation|workspace|owner|namespace|slug)([-_]slug)?$/i);
  const slug = slugIn(value);
  if (slug !== undefined && slugPattern.test(slug)) return slug;
  throw new BatonError({
    code: "CS-CONFIG-ORG-SLUG",
    status: Status.unknown,
    message: whatItIs(value),
    effect: "Nothing was sent.",
    hint: "Use the part after https://app.cloudsmith.com/ in the address of the organization, such as acme-corp.",
    fatal: true,
  });
}

function whatItIs(value: string): string {
  if (isAddress(value)) return "The organization slug is an address in which no organization can be told for certain.";
  const [first = "", ...rest] = value.split(/[/?#]/);
  const owner = withoutTilde(first) ?? "";
  if (rest.length > 0 && slugPattern.test(owner)) {
    return `The organization slug goes on after '${owner}', as OWNER/REPO or the end of an address does: the slug is the part before.`;
  }
  return "The organization slug may hold letters, digits, hyphens and underscores only.";
}

function isAddress(value: string): boolean {
  return value.includes("://") || /^[\w-]+(\.[\w-]+)+(\/|$)/.test(value);
}

function slugIn(value: string): string | undefined {
  if (!isAddress(value)) return withoutTilde(unescaped(value.replace(/\/+$/, "")));
  const url = URL.parse(value.includes("://") ? value : `https://${value}`);
  if (url === null) return undefined;
  const segments = segmentsOf(url.pathname);
  const [first = ""] = segments;
  if (url.hostname === "api.cloudsmith.io") {
    const path = /^v\d+$/.test(first) ? segments.slice(1) : segments;
    return beforeSlug.has(path[0] ?? "") ? path[1] : undefined;
  }
  if (!webHosts.has(url.hostname) || noOrganization.has(first.toLowerCase())) return undefined;
  return beforeSlug.has(first) ? withoutTilde(segments[1]) : withoutTilde(first);
}

/** The parts of a path, escapes undone, without what follows a question mark or a hash. */
function segmentsOf(path: string): readonly string[] {
  const [before = ""] = path.split(/[?#]/);
  return before
    .split("/")
    .filter((segment) => segment !== "")
    .map(unescaped);
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A percent sign that begins no escape: no slug has one.
    return segment;
  }
}

function withoutTilde(segment: string | undefined): string | undefined {
  return segment?.replace(/^~/, "");
}

/**
 * The base URL of the API, without slashes at its end. At Cloudsmith's own hosts the version is added when it is left
 * out, because the bare host means the newest one.
 *
 * @throws BatonError `CS-CONFIG-BASE-URL`; the message does not repeat the value, which may hold a password
 */
export function parseBaseUrl(text: string): string {
  const base = parseAnyBaseUrl(text, baseUrlError);
  const { hostname, pathname } = new URL(base);
  if (pageHosts.has(hostname)) throw baseUrlError("is the address of a web page, not of the API");
  if (hostname !== "api.cloudsmith.io") return base;
  if (pathname === "/") return `${base}/v1`;
  if (pathname !== "/v1") throw baseUrlError("must end after /v1: paths are added, and no other version has members");
  return base;
}

function baseUrlError(problem: string): BatonError {
  return new BatonError({
    code: "CS-CONFIG-BASE-URL",
    status: Status.unknown,
    message: `The base URL ${problem}.`,
    effect: "Nothing was sent.",
    hint: "Leave base-url unset for https://api.cloudsmith.io/v1.",
    fatal: true,
  });
}
