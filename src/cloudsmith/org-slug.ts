/**
 * The organization slug, read from what people paste: addresses of pages and of the API, assignments. Pure, as the page reads it
 * as well.
 */
import { readPastedSlug, type SlugForms } from "../sdk/config/pasted.ts";

/** Hosts of the web app and the classic site. */
export const webHosts: ReadonlySet<string> = new Set(["app.cloudsmith.com", "cloudsmith.io", "www.cloudsmith.io"]);
/** The host of the API. */
export const apiHost = "api.cloudsmith.io";

const slugForms: SlugForms = {
  thing: "organization",
  names: /(^|[-_.])(org|organi[sz]ation|workspace|owner|namespace|slug)([-_]slug)?$/i,
  // Cloudsmith API: slug pattern.
  pattern: /^[-a-zA-Z0-9_]{1,255}$/,
  mark: "~",
  pageHosts: webHosts,
  apiHosts: new Set([apiHost]),
  // Cloudsmith API; classic site; the app's word for it.
  before: new Set(["orgs", "org", "repos", "namespaces", "workspaces", "workspace"]),
  nobodys: new Set(
    "login logout signup register user users account accounts settings explore docs help pricing product blog".split(
      " ",
    ),
  ),
};

/**
 * The slug of `acme`, `~acme`, `https://app.cloudsmith.com/acme/...`, `https://cloudsmith.io/~acme/...`,
 * `https://cloudsmith.io/orgs/acme/` or `https://api.cloudsmith.io/v1/orgs/acme/`, quoted or assigned as it may be.
 * @throws what `refuse` makes of the problem, which goes on after `The organization slug`, when none is certain
 */
export function readOrgSlug(text: string, refuse: (problem: string) => Error): string {
  return readPastedSlug(text, slugForms, refuse);
}
