/** Reads the organization slug from what people paste, which is often the address of a page. */
import { BatonError, Status } from "../sdk/errors.ts";

/** Characters of a slug (Cloudsmith API: slug pattern). */
const slugPattern = /^[-a-zA-Z0-9_]{1,255}$/;
/** Hosts of the web app and the classic site. */
const webHosts: ReadonlySet<string> = new Set(["app.cloudsmith.com", "cloudsmith.io", "www.cloudsmith.io"]);

/**
 * The slug of `acme`, `~acme`, `acme/`, `https://app.cloudsmith.com/acme/...` or `https://cloudsmith.io/~acme/...`.
 * Case is kept.
 *
 * @throws BatonError `CS-CONFIG-ORG-SLUG` when there is no slug in it
 */
export function parseOrgSlug(text: string): string {
  const slug = slugIn(text.trim()).replace(/^~/, "").replace(/\/+$/, "");
  if (slugPattern.test(slug)) return slug;
  throw new BatonError({
    code: "CS-CONFIG-ORG-SLUG",
    status: Status.unknown,
    message: "The organization slug may hold letters, digits, hyphens and underscores only.",
    effect: "Nothing was sent.",
    hint: "Use the part after https://app.cloudsmith.com/ in the address of the organization, such as acme-corp.",
    fatal: true,
  });
}

function slugIn(text: string): string {
  const candidate = /^(app\.cloudsmith\.com|(www\.)?cloudsmith\.io)\//i.test(text) ? `https://${text}` : text;
  const url = /^https?:\/\//i.test(candidate) ? URL.parse(candidate) : null;
  if (url === null || !webHosts.has(url.hostname)) return text;
  return url.pathname.split("/").find((segment) => segment !== "") ?? "";
}
