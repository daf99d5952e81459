/** `npm run test:referee`: the Go command line judges the version 3 file of 100,000 people and 1,200,000 grants. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startSandbox } from "../../sandbox/server.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { accept, hasBaton } from "./acceptance.ts";

assert.ok(hasBaton, "there is no `baton` program on the PATH");
using scratch = scratchDirectory();
await using sandbox = await startSandbox({
  organization: { members: 100_000, teams: 1000, teamsPerMember: 10 },
  prepare: true,
});
const { BATON_STORAGE_ENGINE: _, ...env } = settingsFor(sandbox);
const run = await runProgram(["-f", "sync.c1z"], { cwd: scratch.path, env });
assert.equal(run.code, 0, run.stderr);
const [{ userId } = assert.fail()] = sandbox.organization.members;
await accept(join(scratch.path, "sync.c1z"), scratch.path, {
  principals: [{ resourceType: "user", resource: userId }],
  comparesLists: false,
});
process.stdout.write("every command takes it, and what they write is sound\n");
