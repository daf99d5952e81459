/** The files that the rules look at: their text, what they import (types included), and their syntax tree on demand. */
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type Program, parseSync } from "oxc-parser";

/** One source file. Paths are relative to the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Files of the repository that it imports or re-exports, types included, in order, without repetition. */
  readonly imports: readonly string[];
  readonly program: Program;
}

/** What breaks a rule: where, and what is wrong. */
export interface Violation {
  readonly file: string;
  readonly problem: string;
}

/** True for tests: what they assert is the product as a whole, and texts are what a user sees. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith("test/");
}

/** Reads every source file below `root`; generated code is left out. */
export function readSourceFiles(root: string): readonly SourceFile[] {
  return globSync("{src,sandbox,scripts,bench,examples,test}/**/*.{ts,tsx}", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !/(?:^|\/)(?:node_modules|gen)\//.test(path))
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
}

/** @throws Error for a text that is no TypeScript. */
export function sourceFile(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  const { staticImports, staticExports, dynamicImports } = module;
  const requested = [
    ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? "")),
    ...dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
    // `import("./a.ts").Type`, which the module record leaves out.
    ...[...text.matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(([, target = ""]) => target),
  ].filter((target) => target.startsWith("."));
  const imports = [...new Set(requested.map((target) => posix.join(posix.dirname(path), target)))];
  return { path, text, imports, program };
}
