/** Whole syncs from a sandbox that behaves as Cloudsmith was seen to, one switch at a time, each with its sibling. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { type Ended, expectedIds, idsIn, newFile, type SyncOptions, syncSandbox } from "./sandbox-sync.ts";

const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());

interface Run extends Ended {
  readonly sandbox: Sandbox;
  readonly path: string;
  readonly sizes: ReadonlySet<string | null>;
}

/** Syncs once; `change` is made before. */
async function run(
  options: SandboxOptions,
  check: (run: Run) => void | Promise<void>,
  change: (sandbox: Sandbox) => void = () => {},
  syncOptions: SyncOptions = {},
): Promise<void> {
  await using sandbox = await startSandbox(options);
  change(sandbox);
  const path = newFile(scratch.path);
  const ended = await syncSandbox(sandbox, path, syncOptions);
  const sizes = new Set(sandbox.requests.map(({ query }) => new URLSearchParams(query).get("page_size")));
  await check({ ...ended, sandbox, path, sizes });
}

/** Grants that a correct sync of all has, sorted. */
function expectedGrants({ organization }: Sandbox): readonly string[] {
  const { slugPerm, members } = organization;
  const grants = members.flatMap(({ userId, role, memberships }) => [
    `organization:${slugPerm}:${role.toLowerCase()}:user:${userId}`,
    ...memberships.flatMap(({ team, role: place }) =>
      (place === "Manager" ? ["member", "manager"] : ["member"]).map(
        (slug) => `team:${team.slugPerm}:${slug}:user:${userId}`,
      ),
    ),
  ]);
  return grants.sort();
}

function assertWhole({ sandbox, path, ...ended }: Run): void {
  assert.deepEqual(idsIn(path, ended, "v1_resources"), expectedIds(sandbox));
  assert.deepEqual(idsIn(path, ended, "v1_grants"), expectedGrants(sandbox));
}

test("rows that are summaries make a partial roster of the details that they leave out, with every role and team", async () => {
  await run({ summaryRows: true }, (ended) => {
    assert.equal(ended.end.result, "Partial roster");
    assert.deepEqual(ended.signals, { R6: 120 });
    assert.deepEqual(ended.codes, ["CS-TWO-FACTOR-UNKNOWN"]);
    assertWhole(ended);
  });
});

test("rows that are summaries and have no teams either: memberships come from the teams' own lists", async () => {
  await run({ summaryRows: true, membersCarryTeams: false }, (ended) => {
    assert.equal(ended.end.result, "Partial roster");
    assert.ok(ended.sandbox.requests.some(({ path }) => /\/teams\/[^/]+\/members$/.test(path)));
    assertWhole(ended);
  });
});

const large = { organization: { members: 700, teams: 300 } };

test("pages too large to be served in time are asked for in smaller ones, and the roster is whole", async () => {
  await run(
    { ...large, largePages: { over: 100, end: "504" } },
    (ended) => {
      assert.ok(ended.end.replaced, ended.error?.message);
      assert.ok(ended.sizes.has("500") && ended.sizes.has("100"));
      assertWhole(ended);
    },
    undefined,
    { clock: new VirtualClock() },
  );
});

test("pages too large that never end are asked for in smaller ones, too", async () => {
  const client = { silenceTimeoutMs: 100 };
  await run(
    { ...large, largePages: { over: 250, end: "silence" } },
    (ended) => {
      assert.ok(ended.end.replaced, ended.error?.message);
      assertWhole(ended);
    },
    undefined,
    { clock: new VirtualClock(), client },
  );
});

test("a server that is too slow for any page ends the run, and seals nothing", async () => {
  await run(
    { largePages: { over: 10, end: "504" } },
    ({ end, error }) => {
      assert.equal(end.replaced, false);
      assert.match(error?.message ?? "", /504/);
    },
    undefined,
    { clock: new VirtualClock() },
  );
});

/** A sandbox in which a team was made a moment ago, and a sync that waits on the sandbox's clock. */
async function runWithNewTeam(newTeamMs: number, check: (ended: Run, team: string) => void): Promise<void> {
  const clock = new VirtualClock();
  const options = { membersCarryTeams: false, clock };
  await run(
    { ...options, organization: { members: 30, teams: 3 } },
    (ended) => check(ended, ended.sandbox.organization.teams.at(-1)?.slugPerm ?? ""),
    (sandbox) => {
      sandbox.switches.newTeamMs = newTeamMs;
      sandbox.edit.addTeam({ slug: "newcomers" });
      for (const { user } of sandbox.organization.members.slice(0, 5)) sandbox.edit.addToTeam(user, "newcomers");
    },
    { clock },
  );
}

test("a team that was made a moment ago, and has no member list yet, is waited for, and its members are in the file", async () => {
  await runWithNewTeam(20_000, (ended, team) => {
    assert.deepEqual([ended.end.result, ended.codes], ["Complete", []]);
    assertWhole(ended);
    assert.equal(idsIn(ended.path, ended, "v1_grants").filter((id) => id.startsWith(`team:${team}:member`)).length, 5);
  });
});

test("a team whose member list does not come within a minute makes the run incomplete, and seals nothing", async () => {
  await runWithNewTeam(10 * 60_000, ({ end, codes }) => {
    assert.equal(end.result, "Incomplete");
    assert.equal(end.replaced, false);
    assert.ok(codes.includes("CS-ROSTER-INCOMPLETE"));
  });
});

const day = 24 * 3_600_000;

test("a rule for keys that replaces none yet leaves the roster complete", async () => {
  const keyRule = { maxAgeHours: 24, enforceRefresh: true };
  await run({ keyRule }, (ended) => {
    assert.deepEqual([ended.end.result, ended.codes], ["Complete", []]);
    assertWhole(ended);
  });
});

test("an old key that the rule does not replace goes on", async () => {
  const clock = new VirtualClock();
  const keyRule = { maxAgeHours: 24, enforceRefresh: false };
  await run({ keyRule, clock }, assertWhole, () => clock.advance(30 * day));
});

test("a key that the rule replaced is refused by name, and nothing is sealed", async () => {
  const clock = new VirtualClock();
  await using sandbox = await startSandbox({ keyRule: { maxAgeHours: 24, enforceRefresh: true }, clock });
  clock.advance(day);
  const path = newFile(scratch.path);
  await assert.rejects(syncSandbox(sandbox, path), /did not accept this API key .*401/);
  assert.equal(existsSync(path), false);
});

test("a key that the rule replaces in the middle of a sync ends the run, and seals nothing", async () => {
  const clock = new VirtualClock();
  const keyRule = { maxAgeHours: 24, enforceRefresh: true };
  await run(
    { keyRule, clock, organization: { members: 1200, teams: 3 } },
    ({ end, error, sandbox }) => {
      assert.ok(sandbox.requests.some(({ status, path }) => status === 200 && path.endsWith("/members/")));
      assert.equal(end.replaced, false);
      assert.match(error?.code ?? "", /^CS-AUTH-/);
    },
    (sandbox) => {
      sandbox.onRequest(({ path, page }) => {
        if (path.endsWith("/members/") && page > 1) clock.advance(day);
        return undefined;
      });
    },
  );
});
