/**
 * `npm run generate:readme`: puts the program's own help text into README.md, and its table of exit codes there and into
 * docs/operations.md, so that they say the same. test/readme.test.ts fails when they do not.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { exitCodeTable } from "./render-config-docs.ts";

const root = join(import.meta.dirname, "..");
const readmePath = join(root, "README.md");
const heading = "\n## Command line usage\n";
const opening = "```text\n";
const closing = "```\n";

/** What `baton-cloudsmith --help` prints when its output is not a terminal. */
export function helpText(): string {
  const { BATON_CONFIG_PATH: _ignored, ...env } = process.env;
  return execFileSync(process.execPath, [join(root, "bin/baton-cloudsmith"), "--help"], { env, encoding: "utf8" });
}

/** The help text that a README shows. Throws when it has no such block. */
export function shownHelp(readme: string): string {
  const { start, end } = findHelp(readme);
  return readme.slice(start, end);
}

/** The README with `help` in the place of the help text that it shows. */
export function withHelp(readme: string, help: string): string {
  const { start, end } = findHelp(readme);
  return readme.slice(0, start) + help + readme.slice(end);
}

function findHelp(readme: string): { start: number; end: number } {
  const section = readme.indexOf(heading);
  const block = readme.indexOf(opening, section);
  const end = readme.indexOf(closing, block + opening.length);
  if (section < 0 || block < 0 || end < 0) throw new Error(`README.md has no text block under "${heading.trim()}"`);
  return { start: block + opening.length, end };
}

/** Pages that show the exit codes under a heading of that name. */
export const exitCodePages = [readmePath, join(root, "docs", "operations.md")];

/** The page with the program's table of exit codes in the place of the first table under that heading. */
export function withExitCodes(page: string): string {
  const heading = /^#+ Exit codes$/m.exec(page);
  if (!heading) throw new Error("the page has no heading for exit codes");
  const start = page.indexOf("\n| ", heading.index) + 1;
  const end = page.indexOf("\n\n", start);
  if (start === 0 || end < 0) throw new Error("the page has no table of exit codes");
  return page.slice(0, start) + exitCodeTable() + page.slice(end);
}

if (import.meta.main) {
  writeFileSync(readmePath, withHelp(readFileSync(readmePath, "utf8"), helpText()));
  for (const path of exitCodePages) writeFileSync(path, withExitCodes(readFileSync(path, "utf8")));
}
