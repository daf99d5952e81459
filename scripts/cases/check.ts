/**
 * `npm run check:cases`: what others have met with servers, settings, files and neighbours, judged by what a user sees.
 * The cases stand beside the checkout, in ../shared/field-cases; without them there is nothing to run. Those that
 * settled.json names must pass. `-- --all` runs every case and says which others pass by now.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureConsoleBuilt } from "../build-console.ts";

interface CaseResult {
  readonly name: string;
  readonly outcome: "PASS" | "FAIL" | "SKIP";
  readonly reason: string;
  readonly seconds: number;
}

const root = join(import.meta.dirname, "..", "..");
const home = join(root, "..", "shared", "field-cases");
const listFile = "scripts/cases/settled.json";

/** Cases side by side: many measure seconds and memory, so that the processors must not be shared by more. */
const jobs = 2;

/** Runs cases, in a directory that links to them, because the runner takes a directory and no list of names. */
function run(names: readonly string[], jobCount: number): readonly CaseResult[] {
  const directory = mkdtempSync(join(tmpdir(), "settled-cases-"));
  try {
    for (const name of names) symlinkSync(join(home, "cases", `${name}.mjs`), join(directory, `${name}.mjs`));
    const { stdout, status } = spawnSync(
      process.execPath,
      [
        join(home, "run.mjs"),
        ...["--product", join(root, "bin", "baton-cloudsmith"), "--cases", directory],
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
function judged(names: readonly string[]): readonly CaseResult[] {
  const results = run(names, jobs);
  const again = results.filter(({ outcome }) => outcome === "FAIL").map(({ name }) => name);
  const second = new Map(again.length === 0 ? [] : run(again, 1).map((result) => [result.name, result]));
  return results.map((result) => second.get(result.name) ?? result);
}

function lineOf({ outcome, name, reason, seconds }: CaseResult): string {
  return `${outcome} ${name}${reason === "" ? "" : `: ${reason}`} (${seconds} s)\n`;
}

async function main(): Promise<number> {
  if (!existsSync(home)) {
    process.stdout.write("skipped: there is no ../shared/field-cases beside this checkout\n");
    return 0;
  }
  const settled: readonly string[] = JSON.parse(readFileSync(join(root, listFile), "utf8"));
  const known = readdirSync(join(home, "cases")).map((file) => file.replace(/\.mjs$/, ""));
  const lost = settled.filter((name) => !known.includes(name));
  for (const name of lost) process.stderr.write(`${name} is in ${listFile}, and there is no such case\n`);
  await ensureConsoleBuilt();
  const isAll = process.argv.includes("--all");
  const results = judged(isAll ? known : settled.filter((name) => known.includes(name)));
  for (const result of results) if (isAll || result.outcome !== "PASS") process.stdout.write(lineOf(result));
  const broken = results.filter(({ name, outcome }) => outcome === "FAIL" && settled.includes(name));
  const more = results.filter(({ name, outcome }) => outcome === "PASS" && !settled.includes(name));
  for (const { name } of more) process.stdout.write(`passes and is not settled yet: ${name}\n`);
  const passed = results.filter(({ outcome }) => outcome === "PASS").length;
  const open = known.length - settled.length;
  process.stdout.write(`${passed} of ${results.length} cases pass; ${open} are not settled yet\n`);
  return lost.length + broken.length > 0 ? 1 : 0;
}

process.exitCode = await main();
