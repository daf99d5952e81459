/** A run that must be refused: it says why, and nothing is written, neither anew nor over a file that is there. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, runProgram, scratchDirectory } from "./program.ts";
import type { Settings } from "./sandbox-run.ts";

const golden = join(import.meta.dirname, "..", "golden");

/** What must be refused and how. */
export interface Refusal {
  readonly env: Settings;
  readonly code: number;
  /** Code of the error. */
  readonly error: string;
  readonly says: RegExp;
}

/** Runs once without a file and once over an existing one: neither run may leave or change anything. */
export async function assertRefused({ env, code, error, says }: Refusal): Promise<void> {
  using scratch = scratchDirectory();
  const kept = join(scratch.path, "kept.c1z");
  copyFileSync(join(golden, "minimal-v1.c1z"), kept);
  const before = fingerprint(kept);
  const runs = await Promise.all(
    ["new.c1z", "kept.c1z"].map((file) => runProgram(["-f", file], { cwd: scratch.path, env })),
  );
  for (const run of runs) {
    assert.equal(run.code, code, run.stderr);
    assert.equal(plainError(run)[0], error);
    assert.match(run.stderr, says);
    assert.match(run.stderr, /Nothing new was saved/);
    assert.doesNotMatch(run.stderr, /^ {4}at /m, "no stack trace");
    assert.equal(run.stdout, "");
    assert.ok(!run.stderr.includes(env.BATON_API_KEY), "the key is not printed");
  }
  assert.equal(fingerprint(kept), before);
  assert.deepEqual(readdirSync(scratch.path), ["kept.c1z"], "nothing is left beside it");
}

/** Code and text of the error as printed for people. */
export function plainError({ stderr }: Finished): readonly [code: string | undefined, text: string | undefined] {
  const [, code, text] = /^([A-Z0-9]+(?:-[A-Z0-9]+)+): (.*)$/m.exec(stderr) ?? [];
  return [code, text];
}

/** Changes with any byte of the file. */
export function fingerprint(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
