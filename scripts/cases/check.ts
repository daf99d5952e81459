/**
 * `npm run check:cases`: what others have met with servers, settings, files and neighbours, judged by what a user sees.
 * The cases stand beside the checkout, in ../shared/field-cases; without them there is nothing to run. Those that
 * settled.json names must pass. `-- --all` runs every case and says which others pass by now.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureConsoleBuilt } from "../build.ts";

interface CaseResult {
  readonly name: string;
  readonly outcome: "PASS" | "FAIL" | "SKIP";
  readonly reason: string;
  readonly seconds: number;
}

/** What to run, and against what. */
export interface CasesOptions {
  /** Directory of the runner and its cases. */
  readonly home: string;
  /** Names of the cases that must pass. */
  readonly settled: readonly string[];
  /** The program. */
  readonly product: string;
  /** Runs every case, and says which could be settled. */
  readonly isAll: boolean;
  readonly write: (line: string) => void;
}

/** Cases side by side: many measure seconds and memory, so that the processors must not be shared by more. */
const jobs = 2;

/** Runs cases, in a directory that links to them, because the runner takes a directory and no list of names. */
function run({ home, product }: CasesOptions, names: readonly string[], jobCount: number): readonly CaseResult[] {
  if (names.length === 0) return [];
  const directory = mkdtempSync(join(tmpdir(), "settled-cases-"));
  try {
    for (const name of names) symlinkSync(join(home, "cases", `${name}.mjs`), join(directory, `${name}.mjs`));
    const { stdout, status } = spawnSync(
      process.execPath,
      [
        join(home, "run.mjs"),
        ...["--product", product, "--cases", directory],
        ...["--jobs", String(jobCount), "--json"],
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 64 * 1024 * 1024 },
    );
    if (status !== 0 && status !== 1) throw new Error(`the runner of the cases ended with ${status}`);
    // The runner's own form.
    return (JSON.parse(stdout) as { readonly results: readonly CaseResult[] }).results;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A case that failed beside others is run once more alone: a busy machine is no fault of the product. */
function judged(options: CasesOptions, names: readonly string[]): readonly CaseResult[] {
  const results = run(options, names, jobs);
  const again = results.filter(({ outcome }) => outcome === "FAIL").map(({ name }) => name);
  const second = new Map(run(options, again, 1).map((result) => [result.name, result]));
  return results.map((result) => second.get(result.name) ?? result);
}

/** Runs the cases and writes what came out. @returns true when every settled case is there and none of them fails. */
export function checkCases(options: CasesOptions): boolean {
  const { home, settled, isAll, write } = options;
  if (!existsSync(home)) {
    write(`skipped, because there is no ../shared/field-cases beside this checkout: ${settled.join(", ")}`);
    return true;
  }
  const known = readdirSync(join(home, "cases")).map((file) => file.replace(/\.mjs$/, ""));
  const lost = settled.filter((name) => !known.includes(name));
  for (const name of lost) write(`LOST ${name}: it is settled, and there is no such case`);
  const results = judged(options, isAll ? known : settled.filter((name) => known.includes(name)));
  for (const { outcome, name, reason, seconds } of results) {
    if (isAll || outcome !== "PASS") write(`${outcome} ${name}${reason === "" ? "" : `: ${reason}`} (${seconds} s)`);
  }
  const passed = results.filter(({ outcome }) => outcome === "PASS");
  for (const { name } of passed) if (!settled.includes(name)) write(`passes and is not settled yet: ${name}`);
  write(`${passed.length} of ${results.length} cases pass; ${known.length - settled.length} are not settled yet`);
  return lost.length === 0 && !results.some(({ name, outcome }) => outcome === "FAIL" && settled.includes(name));
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..", "..");
  const home = join(root, "..", "shared", "field-cases");
  // Its page is not in a checkout, and the console does not start without.
  if (existsSync(home)) await ensureConsoleBuilt();
  const isGood = checkCases({
    home,
    settled: JSON.parse(readFileSync(join(import.meta.dirname, "settled.json"), "utf8")),
    product: join(root, "bin", "baton-cloudsmith"),
    isAll: process.argv.includes("--all"),
    write: (line) => process.stdout.write(`${line}\n`),
  });
  process.exitCode = isGood ? 0 : 1;
}
