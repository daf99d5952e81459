/** What the keys do at a row of a review. Pure. */
import type { Verdict } from "../../contract/reviews.ts";

/** What is meant; `open` shows the person. */
export type RowKey =
  | { readonly does: "step"; readonly by: 1 | -1 }
  | { readonly does: "decide"; readonly verdict: Verdict }
  | { readonly does: "open" | "note" | "choose-all" | "choose-none" };

const meanings = new Map<string, RowKey>([
  ["arrowdown", { does: "step", by: 1 }],
  ["arrowup", { does: "step", by: -1 }],
  ["enter", { does: "open" }],
  ["escape", { does: "choose-none" }],
  ["k", { does: "decide", verdict: "keep" }],
  ["r", { does: "decide", verdict: "revoke" }],
  ["u", { does: "decide", verdict: "unsure" }],
  ["n", { does: "note" }],
  ["a", { does: "choose-all" }],
]);

/** What a key means; undefined for one that is the browser's. */
export function rowKey({
  key,
  ctrlKey,
  metaKey,
  altKey,
}: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): RowKey | undefined {
  return ctrlKey || metaKey || altKey ? undefined : meanings.get(key.toLowerCase());
}
