/** Organization slug, base URL and API key, read from what people paste: addresses of pages, of the API, whole files. */
import { parseBaseUrl as parseAnyBaseUrl } from "../sdk/api/base-url.ts";
import { unwrapPasted } from "../sdk/config/pasted.ts";
import { type PastedSecret, readPastedSecret } from "../sdk/config/pasted-secret.ts";
import { type BatonError, settingError } from "../sdk/errors.ts";

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
  const hint = "Use the part after https://app.cloudsmith.com/ in the address of the organization, such as acme-corp.";
  throw settingError({ code: "CS-CONFIG-ORG-SLUG", message: whatItIs(value), hint, fatal: true });
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
  const hint = "Leave base-url unset for https://api.cloudsmith.io/v1.";
  return settingError({ code: "CS-CONFIG-BASE-URL", message: `The base URL ${problem}.`, hint, fatal: true });
}

/** A key ready to be sent. */
export interface ApiKey extends Omit<PastedSecret, "isFromSections"> {
  /** True when it stood in the credentials.ini of the Cloudsmith CLI, or is the one of its variable. */
  readonly isOfCli: boolean;
}

/** The Cloudsmith CLI's environment, as far as it decides which key of its file counts, and which key is its own. */
export interface CliEnvironment {
  readonly CLOUDSMITH_PROFILE?: string | undefined;
  readonly CLOUDSMITH_API_KEY?: string | undefined;
}

/**
 * Takes off what belongs to the place that the key was copied from, saying so. The format of keys is not checked: service
 * accounts may use tokens of another form. What cannot be a key for certain is refused by name.
 *
 * @throws BatonError `CS-CONFIG-API-KEY`; the message never quotes the input
 */
export function parseApiKey(text: string, env: CliEnvironment = {}): ApiKey {
  const { CLOUDSMITH_PROFILE: profile, CLOUDSMITH_API_KEY: ofVariable } = env;
  const options = {
    label: "API key",
    names: /(api[-_]?key|token|^key)$/i,
    section: profile ? `profile:${profile.toLowerCase()}` : undefined,
    refuse: invalidKey,
  };
  if (repositoryAddress.test(text.trim())) {
    throw invalidKey(
      "is the address of a repository; what stands in such addresses are entitlement tokens, for downloads",
    );
  }
  const { isFromSections, ...secret } = readPastedSecret(text, options);
  const isOfVariable = ofVariable !== undefined && unwrapPasted(ofVariable, options.names).value === secret.value;
  return { ...secret, isOfCli: isFromSections || isOfVariable };
}

const repositoryAddress = /^https?:\/\/(?:[^/]*@)?[\w.-]*\bcloudsmith\.(?:io|com)\//i;

function invalidKey(
  problem: string,
  hint = "Copy the key again from Cloudsmith: it is shown when the key is created or refreshed.",
): BatonError {
  return settingError({ code: "CS-CONFIG-API-KEY", message: `The API key ${problem}.`, hint, fatal: true });
}
