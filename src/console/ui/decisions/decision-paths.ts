/** Addresses of reviews that are decided. Pure. */
import type { RowFilter } from "../../contract/reviews.ts";
import { withQuery } from "../access/source-address.ts";

/** Address of a review's screen. */
export function decisionPath(id: string, show: RowFilter = "all"): string {
  return withQuery(`/reviews/${encodeURIComponent(id)}`, { show: show === "all" ? "" : show });
}

/** Address of the answer about a review, or of what is done with it. */
export function decisionApi(id: string, action = "", query: Readonly<Record<string, string>> = {}): string {
  return withQuery(`/api/reviews/${encodeURIComponent(id)}${action}`, query);
}

/** Address of the screen on which a list of people is looked for. */
export function listPath(source: string): string {
  return `/sources/${encodeURIComponent(source)}/list`;
}
