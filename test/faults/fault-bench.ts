/**
 * Whole syncs of a sandbox under faults, with the real client, engine and writer on a clock that jumps, and the one
 * verdict that there is: either the whole organization is in the file, or an error is named and nothing is sealed.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { Fault } from "../../sandbox/faults/faults.ts";
import type { Sandbox } from "../../sandbox/server.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { scratchDirectory } from "../e2e/program.ts";
import type { Sight } from "../e2e/sandbox-oracle.ts";
import { assertHolds } from "../e2e/sandbox-run.ts";
import { sealedSyncIds } from "../e2e/stored-rows.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { type Ended, newFile, type SyncOptions, syncSandbox } from "../trust/sandbox-sync.ts";

/** Without end: how often a fault of a test fires that must not be survived by chance. */
export const always: number = Number.POSITIVE_INFINITY;

/** What a run under faults must come to: `whole`, or the code of the error that ends it. */
export type Expected = "whole" | (string & {});

/** How a run went. */
export interface UnderFaults {
  /** Undefined when the run was refused before it began to read. */
  readonly ended: Ended | undefined;
  readonly error: BatonError | undefined;
  readonly clock: VirtualClock;
  /** Requests that the sandbox saw during the run. */
  readonly requests: number;
  /** How often the faults fired during the run, whatever their names. */
  readonly fired: number;
}

/** What else a run can be told. */
export interface FaultRun extends Omit<SyncOptions, "clock"> {
  /** Default one of the run's own. */
  readonly clock?: VirtualClock;
  readonly expected: Expected;
  readonly faults?: readonly Fault[];
  /** What the key can see; default everything. */
  readonly sight?: Sight;
  /** Named in failures. */
  readonly label?: string;
}

/**
 * Syncs once under the faults, checks that they fired, and judges. The sandbox is as before afterwards.
 * Faults that a test makes in other ways (hooks, switches) it proves to have happened itself.
 */
export async function syncUnderFaults(sandbox: Sandbox, run: FaultRun): Promise<UnderFaults> {
  const { expected, faults = [], sight = {}, label = expected, clock = new VirtualClock(Date.now()), ...options } = run;
  using scratch = scratchDirectory();
  const path = newFile(scratch.path);
  sandbox.clearFaults();
  sandbox.resetLog();
  const before = firedSoFar(sandbox);
  for (const fault of faults) sandbox.addFault(fault);
  const { ended, error } = await endOf(syncSandbox(sandbox, path, { clock, ...options }));
  const fired = firedSoFar(sandbox) - before;
  sandbox.clearFaults();
  if (faults.length > 0) assert.ok(fired > 0, `${label}: no fault fired`);
  if (expected === "whole") {
    assert.equal(error, undefined, `${label}: ${error?.message}`);
    await assertHolds(path, sandbox, sight, ended?.end.sync?.id);
  } else {
    assert.equal(error?.code, expected, `${label}: ${error?.message}`);
    assert.ok(error.hint, `${label}: says what to do`);
    if (existsSync(path)) assert.deepEqual(sealedSyncIds(path), [], `${label}: nothing is sealed`);
  }
  return { ended, error, clock, requests: sandbox.requests.length, fired };
}

/** Before anything is read, an error is thrown; later it is part of how the run ended. */
async function endOf(run: Promise<Ended>): Promise<Pick<UnderFaults, "ended" | "error">> {
  try {
    const ended = await run;
    return { ended, error: ended.error };
  } catch (caught) {
    if (caught instanceof BatonError) return { ended: undefined, error: caught };
    throw caught;
  }
}

function firedSoFar({ counters }: Sandbox): number {
  return Object.values(counters.faultsFired).reduce((sum, count) => sum + count, 0);
}

/** The true answer to a request of the program's, as text, to be changed and served in its place. */
export async function trueAnswer(sandbox: Sandbox, path: string): Promise<{ text: string; headers: Headers }> {
  const answer = await fetch(`${sandbox.baseUrl}${path}`, { headers: { "X-Api-Key": sandbox.keys.service } });
  return { text: await answer.text(), headers: answer.headers };
}
