/** Organization slug, base URL and API key, read from what people paste: addresses of pages, of the API, whole files. */
import { parseBaseUrl as parseAnyBaseUrl } from "../sdk/api/base-url.ts";
import { unwrapPasted } from "../sdk/config/pasted.ts";
import { type PastedSecret, readPastedSecret } from "../sdk/config/pasted-secret.ts";
import { type BatonError, settingError } from "../sdk/errors.ts";
import type { CliEnvironment } from "./cli-files.ts";
import { distrustOfHost } from "./config.ts";
import { apiHost, readOrgSlug, webHosts } from "./org-slug.ts";

/** Hosts that show pages and are no API. */
const pageHosts: ReadonlySet<string> = new Set([...webHosts, "cloudsmith.com", "www.cloudsmith.com"]);

/** True for an address of one of Cloudsmith's own hosts, over a secure connection. */
export function isVendorUrl(text: string): boolean {
  return URL.parse(text)?.protocol === "https:" && distrustOfHost(text) === undefined;
}

/**
 * The slug in what was pasted, as {@link readOrgSlug} takes it.
 *
 * @throws BatonError `CS-CONFIG-ORG-SLUG` when there is no slug in it, or none that is certain
 */
export function parseOrgSlug(text: string): string {
  return readOrgSlug(text, (problem) => {
    const hint =
      "Use the part after https://app.cloudsmith.com/ in the address of the organization, such as acme-corp.";
    return settingError({
      code: "CS-CONFIG-ORG-SLUG",
      message: `The organization slug ${problem}.`,
      hint,
      fatal: true,
    });
  });
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
  if (hostname !== apiHost) return base;
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
