/**
 * Says whether src/sdk/proto/gen is what proto/ generates: exit code 0 if so, else 1 with the names of the files
 * that differ, are missing or should not be there. Changes nothing. Run by `npm run check:generated`.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generatedDirectory, generateProto } from "./generate-proto.ts";

/** Paths below both directories whose files differ or exist in one of them only, sorted. */
export function differingFiles(expected: string, actual: string): string[] {
  const wanted = readTree(expected);
  const found = readTree(actual);
  const paths = new Set([...wanted.keys(), ...found.keys()]);
  return [...paths].filter((path) => wanted.get(path) !== found.get(path)).sort((a, b) => a.localeCompare(b));
}

function readTree(directory: string): Map<string, string> {
  const files = globSync("**/*.ts", { cwd: directory });
  return new Map(files.map((path) => [path, readFileSync(join(directory, path), "utf8")]));
}

function main(): number {
  const fresh = mkdtempSync(join(tmpdir(), "generated-"));
  try {
    generateProto(fresh);
    const differing = differingFiles(fresh, join(import.meta.dirname, "..", generatedDirectory));
    if (differing.length === 0) return 0;
    process.stderr.write(`Not what proto/ generates; run "npm run generate" and commit:\n`);
    for (const path of differing) process.stderr.write(`  ${generatedDirectory}/${path}\n`);
    return 1;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = main();
