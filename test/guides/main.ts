/**
 * `npm run check:guides [-- --quick] [NAME]`: takes the commands out of the pages for those who run the product, and runs
 * them. What this machine lacks is named and skipped. Fails when a guide does, or when a page has commands that no guide
 * runs and that nobody gave a reason for.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Guide, Skipped } from "./guide.ts";
import { guideBlocks } from "./guide-commands.ts";
import { guides, notRun } from "./guides.ts";

const lastRun = join(import.meta.dirname, "..", "..", "docs", "guides-run.md");
const { values, positionals } = parseArgs({ options: { quick: { type: "boolean" } }, allowPositionals: true });

const blocks = guideBlocks();
const named = new Set([...guides.flatMap((guide) => guide.blocks), ...notRun.keys()]);
const problems = [
  ...[...blocks.keys()].filter((name) => !named.has(name)).map((name) => `${name} is run by no guide`),
  ...[...named].filter((name) => !blocks.has(name)).map((name) => `${name} is in no page`),
];
for (const problem of problems) process.stdout.write(`FAIL ${problem}\n`);

/** What this machine lacks for the guide. */
function lacking({ needs, asRoot = false }: Guide): readonly string[] {
  const missing = needs.filter((name) => spawnSync("bash", ["-c", `command -v ${name}`]).status !== 0);
  if (!missing.includes("docker") && needs.includes("docker") && spawnSync("docker", ["info"]).status !== 0) {
    missing.push("a Docker engine");
  }
  return asRoot && process.getuid?.() !== 0 ? [...missing, "root"] : missing;
}

const skipped = "skipped: ";

async function follow(guide: Guide, scratch: string): Promise<string> {
  const missing = lacking(guide);
  if (missing.length > 0) return `${skipped}${missing.join(", ")}`;
  try {
    await guide.run(
      guide.blocks.map((name) => blocks.get(name)?.commands ?? ""),
      scratch,
    );
    return "passed";
  } catch (error) {
    if (error instanceof Skipped) return `passed, without ${error.message}`;
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return "failed";
  }
}

const scratch = mkdtempSync(join(tmpdir(), "guides-"));
const results: [name: string, result: string, seconds: number][] = [];
for (const guide of guides) {
  if (values.quick && !guide.quick) continue;
  if (positionals.length > 0 && !positionals.some((word) => guide.name.includes(word))) continue;
  const startedMs = performance.now();
  const result = await follow(guide, scratch);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  results.push([guide.name, result, seconds]);
  process.stdout.write(`${result === "failed" ? "FAIL" : "ok"} ${guide.name}: ${result} (${seconds} s)\n`);
}
rmSync(scratch, { recursive: true, force: true });

/** Rows of the page by guide: those of guides that were not run this time, or lacked what they need, stay. */
function rows(): ReadonlyMap<string, string> {
  const before = existsSync(lastRun) ? readFileSync(lastRun, "utf8").split("\n") : [];
  const today = new Date().toISOString().slice(0, 10);
  const kept = before.map((line): [string, string] => [line.split(" | ")[0]?.slice(2) ?? "", line]);
  const followed = results.filter(([, result]) => !result.startsWith(skipped));
  const written = followed.map(([name, result, seconds]): [string, string] => [
    name,
    `| ${name} | ${result} | ${seconds} s | ${today} |`,
  ]);
  return new Map([...kept, ...written]);
}

if (!values.quick) {
  const known = rows();
  const table = guides.map(({ name }) => known.get(name) ?? `| ${name} | never run | | |`);
  const why = [...notRun].map(([name, reason]) => `| ${name} | ${reason} |`);
  const lines = [
    ...[
      "# Guides, as last run",
      "",
      "Written by `npm run check:guides`, whose guides run the commands of the pages.",
      "",
    ],
    ...["| Guide | Result | Time | Last run |", "| --- | --- | --- | --- |", ...table, ""],
    ...["Not run, by page, heading and number of the block:", ""],
    ...["| Commands | Reason |", "| --- | --- |", ...why, ""],
  ];
  writeFileSync(lastRun, lines.join("\n"));
}
if (problems.length > 0 || results.some(([, result]) => result === "failed")) process.exitCode = 1;
