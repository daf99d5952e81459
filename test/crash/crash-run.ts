/** A whole crash run: the sandbox in its own process, the uninterrupted runs to compare with, and the lanes. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { StorageEngine } from "../../src/sdk/c1z/write/engine.ts";
import { startProgram } from "../e2e/program.ts";
import { type Baseline, type Counts, CrashLane, noCounts } from "./crash-lane.ts";
import { checkFile } from "./file-check.ts";

/** How much is done. */
export interface CrashRunOptions {
  /** Kills to make. */
  readonly kills: number;
  /** Files that are worked on at the same time. */
  readonly lanes: number;
  /** What writes them, in turn. */
  readonly engines: readonly StorageEngine[];
  /** No new round begins after this long. */
  readonly seconds: number;
  readonly seed: number;
  readonly members: number;
  readonly latencyMs: number;
  /** Told after each round. */
  readonly onProgress?: (counts: Counts) => void;
}

/** What was done, and how long an uninterrupted run takes. */
export interface CrashRunResult {
  readonly counts: Counts;
  readonly baselineMs: number;
}

/** Runs it. Throws at the first file or run that is not as promised. */
export async function runCrashes(options: CrashRunOptions): Promise<CrashRunResult> {
  const directory = mkdtempSync(join(tmpdir(), "crash-run-"));
  const sandbox = await startSandbox(options);
  try {
    const engines: (readonly [env: Readonly<Record<string, string>>, baseline: Baseline])[] = [];
    for (const engine of options.engines) {
      const env = { ...sandbox.env, BATON_STORAGE_ENGINE: engine };
      engines.push([env, await measureBaseline(join(directory, engine), env)]);
    }
    const endMs = performance.now() + options.seconds * 1000;
    const lanes = Array.from({ length: options.lanes }, (_, index) => {
      const own = join(directory, `lane-${index}`);
      mkdirSync(own);
      const [env, baseline] = engines[index % engines.length] ?? assert.fail();
      return new CrashLane({ directory: own, env, random: randomOf(options.seed + index), baseline });
    });
    const total = (): Counts => sum(lanes.map((lane) => lane.counts));
    await Promise.all(
      lanes.map(async (lane) => {
        while (total().kills < options.kills && performance.now() < endMs) {
          await lane.round();
          options.onProgress?.(total());
        }
        await lane.finish();
      }),
    );
    return { counts: total(), baselineMs: Math.min(...engines.map(([, { durationMs }]) => durationMs)) };
  } finally {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureBaseline(directory: string, env: Readonly<Record<string, string>>): Promise<Baseline> {
  const rows = new Set<string>();
  const durations: number[] = [];
  for (const name of ["baseline-1", "baseline-2"]) {
    const cwd = join(directory, name);
    mkdirSync(cwd, { recursive: true });
    const startedMs = performance.now();
    const { code, stderr } = await startProgram([], { cwd, env }).finished;
    durations.push(performance.now() - startedMs);
    assert.equal(code, 0, stderr);
    const file = await checkFile(join(cwd, "sync.c1z"));
    rows.add(file?.rows ?? "");
  }
  const [first = ""] = rows;
  assert.ok(first !== "" && rows.size === 1, "two uninterrupted runs give the same rows");
  return { rows: first, durationMs: Math.min(...durations) };
}

interface RunningSandbox {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function startSandbox({ members, latencyMs }: CrashRunOptions): Promise<RunningSandbox> {
  const main = join(import.meta.dirname, "../../src/main.ts");
  const teams = Math.ceil(members / 20);
  const args = ["--members", members, "--teams", teams, "--latency-ms", latencyMs].map(String);
  const child = spawn(process.execPath, [main, "sandbox", ...args, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(child.stdout), "line");
  const said = JSON.parse(String(line)) as { baseUrl: string; orgSlug: string; keys: { service: string } }; // its own format
  return {
    env: {
      BATON_API_KEY: said.keys.service,
      BATON_ORG_SLUG: said.orgSlug,
      BATON_BASE_URL: said.baseUrl,
    },
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

function sum(all: readonly Counts[]): Counts {
  const total = noCounts();
  for (const counts of all) {
    for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key]; // the keys of the object itself
  }
  return total;
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
