/** bench/RESULTS.md: the last whole measurement, with machine, date and command, beside the figures of the Go connectors. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { consoleHeading } from "./console/table.ts";
import { sectionOf, withSection } from "./markdown-table.ts";
import { caseTable, growthLine, stepTable } from "./report.ts";
import type { CaseResult } from "./run-cases.ts";

/**
 * Measured with a plain Go connector that reads over HTTP from one local server, 2 cores: once alone with baton-sdk 0.25.0,
 * and by turns with ours with 0.26.0 while the machine was in other use.
 */
const goFigures = `baton-sdk 0.25.0, a quiet machine:

| Organization                              | Go, default engine (v3) | Go, SQLite engine (v1) |
|-------------------------------------------|-------------------------|------------------------|
| 1,000 members, 50 teams, 5,000 grants     | 0.36 s, 61 MB           | 1.2 s, 66 MB           |
| 10,000 members, 500 teams, 50,000 grants  | 2.7 s, 84 MB            | 12 s, 76 MB            |
| the same, every answer 100 ms late        | 8.5 s                   | not measured           |
| 100,000 members, 1,000 teams, 1,100,000 grants | 35 s, 630 MB       | 327 s, 89 MB           |

baton-sdk 0.26.0 and ours by turns, both with version 3 files, \`npm run bench -- --cases 1k,10k,100k --runs 3 --peer PROGRAM\` (100k: 2
runs), 2026-11-28. Nine tenths of the machine were in other use, so that times by the clock say nothing; processor time,
which such use stretches for both, memory and file do:

| Organization | Ours | Go |
| --- | --- | --- |
| 1,000 members, 5,477 grants | 0.64 s, 128 MB, file 0.4 MB, 9 requests | 0.20 s, 121 MB, file 0.5 MB, 55 requests |
| 10,000 members, 54,334 grants | 1.66 s, 156 MB, file 4.1 MB, 28 requests | 1.49 s, 166 MB, file 4.9 MB, 541 requests |
| 100,000 members, 1,209,275 grants | 10.4 s, 317 MB, file 70.9 MB, 210 requests | 21.4 s, 793 MB, file 83.3 MB, 1,402 requests |`;

/** Heading of what `npm run bench:memory` writes. */
export const memoryHeading = "## Memory, whatever the server answers";

/** Heading of reports of one large file, measured by hand as it says there. */
const reportsHeading = "## Reports of a large file";

/** Everything that was measured. */
export interface Results {
  readonly cases: readonly CaseResult[];
  /** Table of the layers, as Markdown. */
  readonly layers: string;
  readonly date: Date;
}

/** Writes the page. */
export function writeResults(results: Results): void {
  const path = join(import.meta.dirname, "RESULTS.md");
  const before = readFileSync(path, "utf8");
  let page = resultsPage(results);
  for (const heading of [reportsHeading, memoryHeading, consoleHeading]) {
    const kept = sectionOf(before, heading);
    if (kept !== undefined) page = withSection(page, heading, kept);
  }
  writeFileSync(path, page);
}

/** The page as Markdown. */
export function resultsPage({ cases, layers, date }: Results): string {
  const runs = cases.map((one) => `${one.case} ${one.runs}`).join(", ");
  return `# Measured

\`npm run bench -- --write\` makes this page; [docs/performance.md](../docs/performance.md) says what is behind the numbers.

- Machine: ${machine()}
- Node ${process.version}, ${date.toISOString().slice(0, 10)}
- The package as built, started by its launcher; the server in a process of its own, answers rendered beforehand
- Medians (smallest to largest) after one run to warm up; runs: ${runs}. MB are millions of bytes
- Others %: what the machine did besides the program, of all its processor time; about 10 is the server. With much more
  the machine was in other use, and the times are too long
- Every file was opened and its rows counted against the organization

## Syncs and starting up

${caseTable(cases)}

${growthLine(cases) ?? ""}

## Where the time of a sync goes

${stepTable(cases)}

## Layers alone

${layers}

## The Go connectors

A plain connector over HTTP against one local server, 2 cores.

${goFigures}
`;
}

/** Processors, memory and system. */
export function machine(): string {
  const [first] = cpus();
  const model = first?.model.trim() || "unknown processor";
  return `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
}
