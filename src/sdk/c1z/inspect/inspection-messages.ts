/** What the thread that inspects a file while it is written is told, and what it answers. */
import type { InspectProblem } from "./inspect-problems.ts";
import type { WrittenFrame } from "./written-file.ts";

/** A message; the thread takes them in their order. */
export type InspectionMessage =
  | { readonly kind: "take"; readonly frame: WrittenFrame; readonly content: Uint8Array }
  | { readonly kind: "finish"; readonly header: Uint8Array; readonly tail: Uint8Array; readonly size: number };

/** The answer to a message: that it is done, what is wrong when it was the last, or why the thread failed. */
export type InspectionAnswer =
  | { readonly kind: "done" }
  | { readonly kind: "found"; readonly problems: readonly InspectProblem[] }
  | { readonly kind: "failed"; readonly message: string };
