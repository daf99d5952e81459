/** `npm run check:imports [-- DIR]`: fails, naming each, when a file imports a room that its own may not. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findViolations } from "./import-rules.ts";

const root = process.argv[2] ?? join(import.meta.dirname, "..");
const paths = globSync("{src,sandbox,scripts,bench,test}/**/*.{ts,tsx}", { cwd: root }).map((path) =>
  path.replaceAll("\\", "/"),
);
const files = new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
const violations = findViolations(files);
for (const { file, imports, reason } of violations) process.stderr.write(`${file} imports ${imports}: ${reason}\n`);
process.stdout.write(`${files.size} files, ${violations.length} imports against the rules\n`);
process.exitCode = violations.length > 0 || files.size === 0 ? 1 : 0;
