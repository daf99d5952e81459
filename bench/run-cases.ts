/**
 * Runs the cases against one package, or against two by turns, so that what disturbs the machine disturbs both. Every
 * sync is held against what the organization holds: a fast wrong answer is no result.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartCase, SyncCase, Targets } from "./cases.ts";
import { checkFile } from "./check-file.ts";
import { type Measurement, measureProcess } from "./measure-process.ts";
import type { PackageUnderTest } from "./package-under-test.ts";
import { type SandboxHost, type SandboxReport, startSandboxProcess } from "./sandbox-host.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** One case measured on one package. */
export interface CaseResult {
  readonly case: string;
  readonly title: string;
  /** Name of the package; "" when only one is measured. */
  readonly package: string;
  readonly runs: number;
  readonly wallSeconds: Spread;
  readonly cpuSeconds: Spread | undefined;
  readonly peakMegabytes: Spread | undefined;
  /** What the machine did besides, percent of all its processor time. */
  readonly othersPercent: Spread | undefined;
  /** Most of any run; undefined for commands that ask nothing. */
  readonly requests: number | undefined;
  readonly fileMegabytes: number | undefined;
  readonly grants: number | undefined;
  /** Median milliseconds by step, in order; `start and end` is what the process takes around them. */
  readonly stepMs: Readonly<Record<string, number>>;
  readonly targets: Targets;
}

/** How often, and where to say how far it is. */
export interface RunOptions {
  /** Measured runs of every case; default: the case's own number. */
  readonly runs?: number;
  onRun(text: string): void;
}

interface SyncRun extends Measurement {
  readonly requests: number;
  readonly fileBytes: number;
  readonly stepMs: Readonly<Record<string, number>>;
}

/** Measures a sync. @throws Error when a run fails or its file does not hold what it must. */
export async function runSyncCase(
  one: SyncCase,
  packages: readonly PackageUnderTest[],
  options: RunOptions,
): Promise<CaseResult[]> {
  await using sandbox = await startSandboxProcess(one);
  const runs = await byTurns(one, packages, options, (tested, directory) => syncOnce(tested, sandbox, directory));
  return packages.map((tested) => syncResult(one, tested, sandbox.report, runs.get(tested) ?? []));
}

/** Measures a command that ends at once. @throws Error when it fails. */
export async function runStartCase(
  one: StartCase,
  packages: readonly PackageUnderTest[],
  options: RunOptions,
): Promise<CaseResult[]> {
  const runs = await byTurns(one, packages, options, ({ command: [command, ...argv] }, directory) =>
    measureProcess({ command, argv: [...argv, ...one.argv], env: environment(directory) }),
  );
  return packages.map((tested) => ({
    ...figures(one, tested, runs.get(tested) ?? []),
    requests: undefined,
    fileMegabytes: undefined,
    grants: undefined,
    stepMs: {},
  }));
}

/** One run each to warm up, then the measured ones, package by package in turn. `run` gets a directory of the package's own. */
async function byTurns<T extends Measurement>(
  one: SyncCase | StartCase,
  packages: readonly PackageUnderTest[],
  { runs = one.runs, onRun }: RunOptions,
  run: (tested: PackageUnderTest, directory: string) => Promise<T>,
): Promise<ReadonlyMap<PackageUnderTest, readonly T[]>> {
  const measured = packages.map((tested) => ({
    tested,
    directory: mkdtempSync(join(tmpdir(), "bench-")),
    results: [] as T[],
  }));
  try {
    for (let n = 0; n <= runs; n++) {
      for (const { tested, directory, results } of measured) {
        const result = await run(tested, directory);
        const label = n === 0 ? "warm-up" : `run ${n} of ${runs}`;
        onRun(`${one.name} ${tested.name} ${label}: ${(result.wallMs / 1000).toFixed(2)} s`);
        if (n > 0) results.push(result);
      }
    }
  } finally {
    for (const { directory } of measured) rmSync(directory, { recursive: true, force: true });
  }
  return new Map(measured.map(({ tested, results }) => [tested, results]));
}

async function syncOnce(tested: PackageUnderTest, sandbox: SandboxHost, directory: string): Promise<SyncRun> {
  const path = join(directory, "sync.c1z");
  for (const left of [path, `${path}.previous`]) rmSync(left, { force: true });
  const { report } = sandbox;
  const [command, ...argv] = tested.command;
  await sandbox.takeRequests();
  const measurement = await measureProcess({
    command,
    argv: [...argv, "--file", path, "--log-format", "json", "--log-level", "info"],
    env: {
      ...environment(directory),
      BATON_API_KEY: report.apiKey,
      BATON_ORG_SLUG: report.orgSlug,
      BATON_BASE_URL: report.baseUrl,
    },
  });
  const requests = await sandbox.takeRequests();
  await checkFile(path, report);
  const stepMs = tested.isPeer ? {} : stepsOf(measurement);
  return { ...measurement, requests, fileBytes: statSync(path).size, stepMs };
}

/**
 * Settings of the person who runs the benchmark must not reach what is measured, nor the compiled code that another package
 * keeps in the system's place: by turns each would find the other's, and compile.
 */
function environment(directory: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:BATON|CLOUDSMITH|NODE|SSL_CERT)_/.test(name));
  return { ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ""])), TMPDIR: directory };
}

/** Steps as the program logs them with its last line. */
function stepsOf({ stderr, wallMs }: Measurement): Record<string, number> {
  const line = stderr.split("\n").find((text) => text.includes('"Sync complete."'));
  const steps: Record<string, number> = line === undefined ? {} : JSON.parse(line).sync_step_durations_ms;
  const inSteps = Object.values(steps).reduce((sum, ms) => sum + ms, 0);
  return { ...steps, "start and end": wallMs - inSteps };
}

function syncResult(
  one: SyncCase,
  tested: PackageUnderTest,
  report: SandboxReport,
  runs: readonly SyncRun[],
): CaseResult {
  const steps = Object.keys(runs[0]?.stepMs ?? {});
  return {
    ...figures(one, tested, runs),
    requests: Math.max(...runs.map((run) => run.requests)),
    fileMegabytes: spreadOf(runs.map((run) => run.fileBytes / 1e6)).median,
    grants: report.grants,
    stepMs: Object.fromEntries(steps.map((step) => [step, spreadOf(runs.map((run) => run.stepMs[step] ?? 0)).median])),
  };
}

function figures(one: SyncCase | StartCase, tested: PackageUnderTest, runs: readonly Measurement[]) {
  return {
    case: one.name,
    title: one.title,
    package: tested.name,
    targets: one.targets,
    runs: runs.length,
    wallSeconds: spreadOf(runs.map((run) => run.wallMs / 1000)),
    cpuSeconds: spreadOfKnown(runs.map((run) => run.cpuSeconds)),
    peakMegabytes: spreadOfKnown(runs.map((run) => run.peakBytes && run.peakBytes / 1e6)),
    othersPercent: spreadOfKnown(runs.map(({ othersShare }) => othersShare && othersShare * 100)),
  };
}

function spreadOfKnown(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : spreadOf(known);
}
