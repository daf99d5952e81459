/** Plants one bug at a time in a copy of the repository and runs tests there. The repository itself is never changed. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Mutant } from "./mutants.ts";

const root = join(import.meta.dirname, "..", "..");
/** What tests do not need, or must share. */
const leftOut = new Set([".git", "node_modules", "dist", "coverage"]);

/** A copy of the repository; disposing of it removes it. */
export interface Copy extends Disposable {
  readonly path: string;
}

/** Copies the sources; the packages are the same ones. */
export function copyRepository(): Copy {
  const path = mkdtempSync(join(tmpdir(), "mutants-"));
  cpSync(root, path, { recursive: true, filter: (source) => !leftOut.has(relative(root, source)) });
  symlinkSync(join(root, "node_modules"), join(path, "node_modules"), "dir");
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * The file with the bug in it.
 * @throws Error when the text to replace is not there exactly once: the bug cannot be planted as it is written.
 */
export function mutated({ name, file, find, replace }: Mutant, directory: string = root): string {
  const source = readFileSync(join(directory, file), "utf8");
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${name}: the text to replace stands ${found} times in ${file}`);
  return source.replace(find, () => replace);
}

/** Plants the bug; the returned function takes it out again. */
export function plant(mutant: Mutant, { path }: Copy): () => void {
  const file = join(path, mutant.file);
  const before = readFileSync(file, "utf8");
  writeFileSync(file, mutated(mutant, path));
  return () => writeFileSync(file, before);
}

/** How tests ended: with the first that failed, or none. */
export interface TestOutcome {
  readonly passed: boolean;
  /** Name of the first test that failed, or what the runner said instead. */
  readonly firstFailure: string;
}

/** Runs test files in the copy, one after the other, and stops at the first failure. */
export async function runTests(files: readonly string[], { path }: Copy): Promise<TestOutcome> {
  for (const file of files) {
    const outcome = await runFile(file, path);
    if (!outcome.passed) return outcome;
  }
  return { passed: true, firstFailure: "" };
}

const timeoutMs = 180_000;

async function runFile(file: string, cwd: string): Promise<TestOutcome> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(BATON_|CLOUDSMITH_|NODE_TEST_CONTEXT)/.test(name)),
  );
  const argv = ["--test", "--test-reporter=tap", `--test-timeout=${timeoutMs}`, file];
  const child = spawn(process.execPath, argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve } = Promise.withResolvers<TestOutcome>();
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const [, name] = /^ *not ok \d+ - (.*)$/m.exec(text) ?? [];
    if (name === undefined) return;
    resolve({ passed: false, firstFailure: name });
    child.kill("SIGKILL");
  });
  child.stderr.resume();
  child.on("exit", (code) => resolve({ passed: code === 0, firstFailure: code === 0 ? "" : `exit ${code}` }));
  return await promise;
}
