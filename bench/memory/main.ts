/**
 * `npm run bench:memory [-- TEXT] [--write]`: peak memory of the built package against each server that costs memory, or
 * those with TEXT in their names.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable, withSection } from "../markdown-table.ts";
import { ownPackage } from "../package-under-test.ts";
import { machine, memoryHeading } from "../results-file.ts";
import { measureSituation } from "./measure-situation.ts";
import { situations } from "./situations.ts";

const given = process.argv.slice(2);
const isWritten = given.includes("--write");
const [wanted = ""] = given.filter((text) => text !== "--write");
using built = await ownPackage();
const rows = [["The server answers with", "Peak MB", "CPU s", "Exit"]];
for (const situation of situations.filter(({ name }) => name.includes(wanted))) {
  try {
    const { peakBytes = 0, cpuSeconds = 0, code } = await measureSituation(situation, built.command);
    const row = [situation.name, String(Math.round(peakBytes / 1e6)), cpuSeconds.toFixed(1), String(code)];
    rows.push(row);
    process.stderr.write(`${row.join("  ")}\n`);
  } catch (caught) {
    process.stderr.write(`${situation.name}: ${String(caught)}\n`);
    process.exitCode = 1;
  }
}
const table = markdownTable(rows);
process.stdout.write(`${table}\n`);
if (isWritten) {
  const about = `\`npm run bench:memory -- --write\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${machine()}. One run
each of the package as built; peak memory by the kernel's own count, MB are millions of bytes.`;
  const path = join(import.meta.dirname, "..", "RESULTS.md");
  writeFileSync(
    path,
    withSection(readFileSync(path, "utf8"), memoryHeading, `${memoryHeading}\n\n${about}\n\n${table}`),
  );
}
