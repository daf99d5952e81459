/**
 * `npm start`: shows on this machine alone that the connector works. Starts a sandbox organization, runs the real
 * program against it as a child, reads the written file back and holds its counts against the sandbox's own.
 * `npm start -- EXECUTABLE` runs that program instead, for example one that `npm run build:executable` made.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Sandbox, startSandbox } from "../sandbox/server.ts";
import { type RosterSummary, summarizeRoster } from "../src/reports/roster-summary.ts";
import { openC1z } from "../src/sdk/c1z/read/reader.ts";
import { formatBytes } from "../src/sdk/cli/terminal-text.ts";
import { compareCounts, renderComparison } from "./compare-counts.ts";

const [executable] = process.argv.slice(2);
const launcher = join(import.meta.dirname, "..", "bin", "baton-cloudsmith");
const [command, ...before] = executable === undefined ? [process.execPath, launcher] : [resolve(executable)];

interface Run {
  readonly code: number;
  readonly stderr: string;
  readonly durationMs: number;
}

/** Runs the program into `file`; settings of the person at the keyboard are kept away from it. */
async function sync(sandbox: Sandbox, file: string): Promise<Run> {
  const own = Object.entries(process.env).filter(([name]) => !/^(BATON|CLOUDSMITH)_/.test(name));
  const startedMs = performance.now();
  const child = spawn(command, [...before, "--file", file], {
    env: {
      ...Object.fromEntries(own),
      BATON_API_KEY: sandbox.keys.service,
      BATON_ORG_SLUG: sandbox.organization.slug,
      BATON_BASE_URL: sandbox.baseUrl,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await once(child, "close");
  return { code: child.exitCode ?? 1, stderr, durationMs: performance.now() - startedMs };
}

async function readBack(file: string): Promise<RosterSummary> {
  using reader = await openC1z(file);
  return summarizeRoster(reader.view());
}

async function main(): Promise<number> {
  await using sandbox = await startSandbox();
  const { organization, baseUrl } = sandbox;
  const file = resolve("sync.c1z");
  print(`A made-up Cloudsmith organization, ${organization.name} (${organization.slug}), is served at ${baseUrl}.`);
  print("The connector syncs it, as it would a real one ...");
  const run = await sync(sandbox, file);
  if (run.code !== 0) {
    process.stderr.write(`${run.stderr}The connector ended with exit code ${run.code}.\n`);
    return run.code;
  }
  const summary = await readBack(file);
  const counts = compareCounts(summary, organization);
  print(renderComparison(counts));
  const { length: requests } = sandbox.requests;
  const writes = sandbox.requests.filter(({ method }) => method !== "GET").length;
  print(`  Requests   ${requests}, ${writes === 0 ? "all of them GET" : `${writes} of them other than GET`}`);
  print(`  Duration   ${(run.durationMs / 1000).toFixed(2)} s, start of the process included`);
  print(`  File       ${file} (${formatBytes(statSync(file).size)})`);
  print(`  Sync       ${summary.syncId ?? "none"}\n`);
  const different = counts.filter(({ inFile, inSandbox }) => inFile !== inSandbox);
  if (different.length > 0) {
    const named = different.map(({ label, inFile, inSandbox }) => `${label} (${inFile} instead of ${inSandbox})`);
    process.stderr.write(`The file differs from the sandbox: ${named.join(", ")}.\n`);
    return 1;
  }
  print(`All ${counts.length} counts in the file equal the sandbox's own.\n`);
  print(nextSteps);
  return 0;
}

const nextSteps = `Next
  bin/baton-cloudsmith sandbox     keep such an organization running, and see the settings to sync it
  bin/baton-cloudsmith validate    with your own BATON_API_KEY and BATON_ORG_SLUG: check the access
  bin/baton-cloudsmith             sync your own organization into sync.c1z
  bin/baton-cloudsmith --help      everything else`;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
