/** What the keys do at a row of a review. Pure. */
import type { Verdict } from "../../contract/reviews.ts";

/** What is meant; `open` shows the person. */
export type RowKey =
  | { readonly does: "step"; readonly by: 1 | -1 }
  | { readonly does: "decide"; readonly verdict: Verdict }
  | { readonly does: "open" | "note" | "choose-all" | "choose-none" };

const looking = new Map<string, RowKey>([
  ["arrowdown", { does: "step", by: 1 }],
  ["arrowup", { does: "step", by: -1 }],
  ["enter", { does: "open" }],
  ["escape", { does: "choose-none" }],
]);

const deciding = new Map<string, RowKey>([
  ["k", { does: "decide", verdict: "keep" }],
  ["r", { does: "decide", verdict: "revoke" }],
  ["u", { does: "decide", verdict: "unsure" }],
  ["n", { does: "note" }],
  ["a", { does: "choose-all" }],
]);

/** What a key means; undefined for one that is the browser's, and for one that decides where nobody may. */
export function rowKey(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  mayDecide: boolean,
): RowKey | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const name = key.toLowerCase();
  return looking.get(name) ?? (mayDecide ? deciding.get(name) : undefined);
}
