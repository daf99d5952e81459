/** How results of checks are shown, by every command that makes some. */
import { styleText } from "node:util";
import type { CheckResult } from "../../contracts/connector.ts";
import { quoted, Status } from "../../errors.ts";
import { escapeControls, padEndToWidth } from "../terminal-text.ts";

const marks = {
  pass: ["✔", "green"],
  warn: ["!", "yellow"],
  fail: ["✘", "red"],
  skip: ["-", "dim"],
} as const satisfies Record<CheckResult["outcome"], readonly [string, Parameters<typeof styleText>[0]]>;

/** The results as JSON, ending with a newline. */
export function checksAsJson(checks: readonly CheckResult[]): string {
  return `${JSON.stringify({ checks }, undefined, 2)}\n`;
}

/** The results as lines for people, with a sum at the end. */
export function checksAsText(checks: readonly CheckResult[], color: boolean): string {
  const width = Math.max(0, ...checks.map(({ title }) => title.length));
  const lines = checks.flatMap(({ outcome, title, detail: found, quote, code, fix }) => {
    const detail = quote === undefined ? found : quoted(found, quote);
    const [mark, style] = marks[outcome];
    const word = `${mark} ${outcome}`;
    const shown = color ? styleText(style, word, { validateStream: false }) : word;
    const first = `${shown}  ${padEndToWidth(escapeControls(title), width)}  ${escapeControls(detail)}`.trimEnd();
    const more = [code, fix].filter((part) => part !== undefined).map(escapeControls);
    return more.length > 0 ? [first, `        ${more.join(": ")}`] : [first];
  });
  const failed = checks.filter(({ outcome }) => outcome === "fail").length;
  const warned = checks.filter(({ outcome }) => outcome === "warn").length;
  lines.push("", `${checks.length} checks, ${failed} failed, ${warned} with warnings`);
  return `${lines.join("\n")}\n`;
}

/** The exit code: the status of the first failed check, 0 when none failed. */
export function exitCodeOf(checks: readonly CheckResult[]): number {
  const failed = checks.find(({ outcome }) => outcome === "fail");
  return failed ? failed.status || Status.unknown : 0;
}
