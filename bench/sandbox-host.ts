/** The benchmark's side of the sandbox process: starts it, counts requests, ends it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What to serve. */
export interface SandboxRequest {
  readonly members: number;
  readonly teams: number;
  readonly teamsPerMember: number;
  readonly latencyMs: number;
}

/** Where it is served, and what a correct sync of it must find. */
export interface SandboxReport {
  readonly baseUrl: string;
  readonly orgSlug: string;
  readonly apiKey: string;
  readonly resources: number;
  readonly grants: number;
}

/** A sandbox in another process. */
export class SandboxHost implements AsyncDisposable {
  readonly report: SandboxReport;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, report: SandboxReport) {
    this.#child = child;
    this.report = report;
  }

  /** How many requests arrived since this was last asked. */
  async takeRequests(): Promise<number> {
    const answer = once(this.#child, "message");
    this.#child.send("take");
    const [count] = await answer;
    return Number(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.disconnect();
    await exit;
  }
}

/**
 * Starts a sandbox and waits until it serves.
 * @throws Error when it ends before.
 */
export async function startSandboxProcess(request: SandboxRequest): Promise<SandboxHost> {
  const child = fork(join(import.meta.dirname, "sandbox-process.ts"), [JSON.stringify(request)]);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the sandbox ended with ${String(code)} before it served`);
  });
  const [report] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => {
    // It served; how it ends later is for who ends it.
  });
  return new SandboxHost(child, report);
}
