/** Takes off the apostrophes that a text was given, so that no spreadsheet takes it, or a part of it, for a formula. */
import { formulaSafe } from "../../src/reports/render/cell-text.ts";

/** What `formulaSafe` or `csvSafe` was given. */
export function unprefixed(text: string): string {
  const whole = text.replaceAll(/[\s\p{Cf}\0"';|]+/gu, (stretch, at: number) =>
    formulaSafe(text.slice(at + stretch.length).slice(0, 1)).startsWith("'")
      ? stretch.replaceAll(/([;|\t\r\n])'/g, "$1")
      : stretch,
  );
  const inner = whole.slice(1);
  return whole.startsWith("'") && formulaSafe(inner) !== inner ? inner : whole;
}
