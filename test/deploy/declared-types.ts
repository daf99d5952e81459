/**
 * Holds values against type declarations that others publish, such as those of Kubernetes: the compiler is the schema's
 * checker, and finds unknown fields, missing ones and wrong values. Knows nothing of what the values are for.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** A value and what it should be. */
export interface Declared {
  /** Module and name of the type. */
  readonly module: string;
  readonly type: string;
  readonly value: unknown;
}

/** What the compiler says against the values; empty when all fit. */
export function typeProblems(declared: readonly Declared[]): string {
  const directory = mkdtempSync(join(tmpdir(), "declared-"));
  try {
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    const text = declared.map(
      ({ module, type, value }, index) =>
        `export const value${index}: import("${module}").${type} = ${JSON.stringify(value, undefined, 1)};\n`,
    );
    writeFileSync(join(directory, "values.ts"), text.join(""));
    const options = { strict: true, noEmit: true, skipLibCheck: true, module: "nodenext", types: [] };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["values.ts"] }));
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const run = spawnSync(process.execPath, [compiler, "-p", directory], { encoding: "utf8" });
    return run.stdout + run.stderr;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
