/** Takes off the apostrophe that a text was given, so that no spreadsheet takes it for a formula. */
import { formulaSafe } from "../../src/reports/render/cell-text.ts";

/** What `formulaSafe` was given. */
export function unprefixed(text: string): string {
  const inner = text.slice(1);
  return text.startsWith("'") && formulaSafe(inner) !== inner ? inner : text;
}
