/**
 * Runs the program as its users do: bin/baton-cloudsmith as a process of its own, with an environment that holds
 * nothing but what the test gives. Knows the program's outside only.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts the sources: for what is put into them. */
export const checkoutLauncher: string = join(import.meta.dirname, "..", "..", "bin", "baton-cloudsmith");
/** The launcher: of the package as `npm test` builds it, which starts in half the time, or of the sources. */
export const launcher: string = process.env["LAUNCHER_UNDER_TEST"] ?? checkoutLauncher;

/** How to start the program. */
export interface ProgramOptions {
  /** Working directory; default the scratch directory given to {@link scratchDirectory}'s caller is up to the test. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Starts the checkout's launcher as an executable with whatever `node` this PATH finds, instead of with the Node of the tests. */
  readonly path?: string;
  /** What is started; default {@link launcher}. */
  readonly program?: string;
  /** Runs it as this user, without a home; for tests that run as root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** How a run ended. */
export interface Finished {
  /** Exit code; 128 plus the signal's number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run under way. */
export interface RunningProgram {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** What it has written so far. */
  output(): Pick<Finished, "stdout" | "stderr">;
  /** Resolves once its log says `text`; never when it does not. */
  said(text: string): Promise<void>;
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
}

const signalNumbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Starts the program. */
export function startProgram(argv: readonly string[], options: ProgramOptions): RunningProgram {
  const { cwd, env = {}, path, program = launcher, user } = options;
  const command = path === undefined ? process.execPath : checkoutLauncher;
  const args = path === undefined ? [program, ...argv] : argv;
  const child = spawn(command, args, {
    cwd,
    env: { ...(!user && { HOME: cwd }), PATH: path ?? "/usr/bin:/bin", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  });
  const written = { stdout: "", stderr: "" };
  return {
    pid: child.pid ?? 0,
    finished: finish(child, written),
    output: () => ({ ...written }),
    said: (text) => logSays(child, text, written.stderr),
    kill: (signal) => void child.kill(signal),
  };
}

/** Resolves once the log of `child` says `text`; `written` is what it has said already. */
export function logSays(child: ChildProcess, text: string, written = ""): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let all = written;
  const look = (more: string | Buffer): void => {
    all += String(more);
    if (all.includes(text)) resolve();
  };
  look("");
  child.stderr?.on("data", look);
  return promise;
}

/** Runs the program to its end. No warning of Node about what the program itself uses reaches who reads its output. */
export async function runProgram(argv: readonly string[], options: ProgramOptions): Promise<Finished> {
  const run = await startProgram(argv, options).finished;
  assert.doesNotMatch(run.stderr, /^\(node:\d+\) (?:Experimental|Deprecation)Warning/m);
  return run;
}

/** Runs any program to its end, with an environment that holds nothing but what is given. */
export function runCommand(command: string, args: readonly string[], options: ProgramOptions): Promise<Finished> {
  const { cwd, env = {}, path = "/usr/bin:/bin" } = options;
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  return finish(spawn(command, args, { cwd, env: { HOME: cwd, PATH: path, ...env }, stdio }));
}

async function finish(child: ChildProcess, written = { stdout: "", stderr: "" }): Promise<Finished> {
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    written.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    written.stderr += text;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code: code ?? 128 + (signalNumbers[signal ?? "SIGKILL"] ?? 0), ...written };
}

/** A directory of the test's own, removed with everything in it when its scope ends. */
export function scratchDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "baton e2e ü "));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The log lines of a run that is not on a terminal. */
export function logLines({ stderr }: Pick<Finished, "stderr">): readonly Readonly<Record<string, unknown>>[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>); // one JSON object a line is what is logged
}

/** Codes of the warnings in a run's log, in order of first appearance. */
export function warningCodes(finished: Pick<Finished, "stderr">): readonly string[] {
  const codes = logLines(finished)
    .filter((line) => line["level"] === "warn" && typeof line["code"] === "string")
    .map((line) => String(line["code"]));
  return [...new Set(codes)];
}
