import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { OrganizationOptions } from "../../sandbox/organization/organization.ts";
import { type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { logLines, runProgram, scratchDirectory, warningCodes } from "./program.ts";
import type { Sight } from "./sandbox-oracle.ts";
import { assertHolds, assertOnlyReads, settingsFor } from "./sandbox-run.ts";

interface Shape {
  readonly name: string;
  readonly options: SandboxOptions;
  readonly sight?: Sight;
  readonly warnings?: readonly string[];
  /** Most requests that the run may make. */
  readonly maxRequests?: number;
}

const size = (members: number, teams: number): OrganizationOptions => ({
  members,
  teams,
  seed: members + 3,
});

const shapes: readonly Shape[] = [
  { name: "one member and no team", options: { organization: size(1, 0) }, maxRequests: 8 },
  { name: "120 members in 12 teams", options: {}, maxRequests: 8 },
  {
    name: "2,500 members in 40 teams, in at most 13 requests",
    options: { organization: { ...size(2500, 40), inactiveShare: 0.2 } },
    maxRequests: 13,
  },
  { name: "is_active=false meaning everyone", options: { isActiveSemantics: "H1" }, maxRequests: 8 },
  { name: "is_active absent meaning the inactive", options: { isActiveSemantics: "H2" }, maxRequests: 8 },
  { name: "nobody inactive", options: { organization: { ...size(40, 3), inactiveShare: 0 } } },
  { name: "everybody inactive", options: { organization: { ...size(40, 3), inactiveShare: 1 } } },
  { name: "lists without pagination headers", options: { organization: size(611, 40), paginationHeaders: false } },
  {
    name: "pages of 30 whatever was asked for",
    options: { organization: size(200, 40), ignorePageSize: true },
  },
  {
    name: "pages of 30, without pagination headers",
    options: { organization: size(95, 31), ignorePageSize: true, paginationHeaders: false },
  },
  {
    name: "memberships without their teams, as in older releases",
    options: { organization: size(60, 8), membersCarryTeams: false },
    sight: { teamsOnMemberships: false },
    maxRequests: 8 + 8,
  },
  {
    name: "e-mail addresses redacted",
    options: { redactedEmails: true },
    sight: { seesEmail: () => false },
    warnings: ["CS-EMAIL-UNUSABLE"],
  },
  {
    name: "members in more teams than a profile lists",
    options: { organization: { ...size(20, 70), teamsPerMember: 60 } },
  },
];

const concurrency = 2;

test("a sync holds exactly what the organization does", { concurrency }, async (t) => {
  await Promise.all(shapes.map((shape) => t.test(`with ${shape.name}`, () => checkShape(shape))));
});

async function checkShape(shape: Shape): Promise<void> {
  const { options, sight = {}, warnings = [], maxRequests } = shape;
  await using sandbox = await startSandbox(options);
  using scratch = scratchDirectory();
  const file = join(scratch.path, "roster.c1z");
  const run = await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout, "");
  assert.deepEqual(warningCodes(run), warnings);
  assert.equal(logLines(run).at(-1)?.["msg"], warnings.length > 0 ? "sync completed with warnings" : "Sync complete.");
  await assertHolds(file, sandbox, sight);
  assertOnlyReads(sandbox);
  if (maxRequests !== undefined)
    assert.ok(sandbox.requests.length <= maxRequests, `${sandbox.requests.length} requests`);
}
