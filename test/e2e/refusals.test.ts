import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import type { Switches } from "../../sandbox/switches.ts";
import { rowsOf } from "../support/plain-c1z.ts";
import { type Finished, logLines, runProgram, scratchDirectory } from "./program.ts";
import { assertRefused, plainError, type Refusal } from "./refusal.ts";
import { settingsFor } from "./sandbox-run.ts";
import { sealedSyncIds } from "./stored-rows.ts";

const golden = join(import.meta.dirname, "..", "golden");

const wrongKeys: readonly (readonly [Switches["wrongKey"], Pick<Refusal, "code" | "error" | "says">])[] = [
  ["401", { code: 16, error: "CS-AUTH-401", says: /did not accept this API key/ }],
  ["403", { code: 16, error: "CS-AUTH-REFUSED", says: /refused this API key/ }],
  ["anonymous", { code: 16, error: "CS-AUTH-ANONYMOUS", says: /as to an anonymous caller/ }],
];

for (const [wrongKey, refusal] of wrongKeys) {
  test(`T-33: a wrong key that is answered as ${wrongKey} ends with exit ${refusal.code} and nothing written`, async () => {
    await using sandbox = await startSandbox({ wrongKey });
    await assertRefused({ env: { ...settingsFor(sandbox), BATON_API_KEY: "f".repeat(40) }, ...refusal });
  });
}

test("T-33: a wrong slug ends with exit 5, names the organizations that the key can see, and writes nothing", async () => {
  await using sandbox = await startSandbox();
  await assertRefused({
    env: { ...settingsFor(sandbox), BATON_ORG_SLUG: "sandbox-orgg" },
    code: 5,
    error: "CS-ORG-404",
    says: /no organization 'sandbox-orgg'[\s\S]*Did you mean sandbox-org\?/,
  });
});

test("types without the organization, which all others are found through, are refused: nobody would be read", async () => {
  await using sandbox = await startSandbox();
  const env = { ...settingsFor(sandbox), BATON_SYNC_RESOURCE_TYPES: "user,team" };
  await assertRefused({ env, code: 2, error: "CS-CONFIG-TYPES", says: /user and team[\s\S]*Add organization/ });
});

test("somebody outside the organization is told that their key sees none, with exit 5", async () => {
  await using sandbox = await startSandbox();
  const env = settingsFor(sandbox, "outsider");
  await assertRefused({ env, code: 5, error: "CS-ORG-404", says: /This key can see no organization/ });
});

/** Runs with a fault in the middle of the member list, over a file that holds older syncs. */
async function failInTheMiddle(sandbox: Sandbox): Promise<{ readonly run: Finished; readonly unchanged: boolean }> {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "kept.c1z");
  copyFileSync(join(golden, "minimal-v1.c1z"), file);
  const before = sealed(file);
  const run = await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  return { run, unchanged: JSON.stringify(sealed(file)) === JSON.stringify(before) };
}

function sealed(file: string): unknown {
  return sealedSyncIds(file).map((id) => [id, rowsOf(file, id)]);
}

const midRun = [
  { status: 401, code: 16, error: "CS-AUTH-401" },
  { status: 403, code: 7, error: "CS-AUTH-403" },
] as const;

for (const { status, code, error } of midRun) {
  test(`T-33: ${status} in the middle of the member list ends with exit ${code}, seals nothing and keeps older syncs`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 1700 } });
    sandbox.addFault({ kind: "status", status, match: { path: "/members/", page: 3, query: "is_active=true" } });
    const { run, unchanged } = await failInTheMiddle(sandbox);
    assert.equal(run.code, code, run.stderr);
    assert.equal(plainError(run)[0], error);
    assert.equal(sandbox.counters.faultsFired["status"], 1);
    assert.match(run.stderr, /What was read so far is kept as an unfinished sync/);
    assert.doesNotMatch(run.stderr, /Nothing new was saved/);
    assert.ok(unchanged, "the syncs that were there are there, and no other is sealed");
    assert.equal(logLines(run).at(-1)?.["code"], error);
  });
}

test("404 in the middle of the member list, once, is a page that went: the list is read again, and nobody is missing", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1700 } });
  const body = '{"detail":"Not found."}';
  sandbox.addFault({
    kind: "status",
    status: 404,
    body,
    match: { path: "/members/", page: 3, query: "is_active=true" },
  });
  using scratch = scratchDirectory();
  const run = await runProgram([], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(sandbox.counters.faultsFired["status"], 1);
  assert.match(run.stderr, /CS-ROSTER-MOVED/);
});
