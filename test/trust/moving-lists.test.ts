import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { createRandom } from "../../sandbox/random.ts";
import { type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { type Ended, expectedIds, idsIn, newFile, type SyncOptions, syncSandbox } from "./sandbox-sync.ts";

const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());
const file = (): string => newFile(scratch.path);
const always = Number.POSITIVE_INFINITY;

interface Oddity {
  readonly name: string;
  readonly sandbox?: SandboxOptions;
  readonly options?: SyncOptions;
  /** `whole`: everybody is there. `incomplete`: the run says so and keeps nothing. */
  readonly ends: "whole" | "partial" | "incomplete";
}

const page2 = { path: /\/members\/$/, query: "is_active=true", page: 2 };
const ordinary: SandboxOptions = { organization: { members: 130, teams: 70 } };

/** Five people of each name, and as many teams. */
function namesakes(): SandboxOptions {
  const organization = createOrganization({ members: 130, teams: 70, inactiveShare: 0.3 });
  for (const [index, member] of organization.members.entries()) member.userName = `Name ${index % 26}`;
  for (const [index, team] of organization.teams.entries()) team.name = `Team ${index % 14}`;
  return { organization };
}

const oddities: readonly Oddity[] = [
  { name: "an order that changes with every request", sandbox: { unstableSort: true }, ends: "whole" },
  {
    name: "a page that repeats the one before, once",
    sandbox: { faults: [{ kind: "repeat-page", match: page2 }] },
    ends: "whole",
  },
  {
    name: "a page that repeats the one before, always",
    sandbox: { faults: [{ kind: "repeat-page", match: page2, times: always }] },
    ends: "whole",
  },
  { name: "a page that is skipped, once", sandbox: { faults: [{ kind: "skip-page", match: page2 }] }, ends: "whole" },
  {
    name: "a page that is skipped, always",
    sandbox: { faults: [{ kind: "skip-page", match: page2, times: always }] },
    ends: "whole",
  },
  {
    name: "a page that is empty in the middle, once",
    sandbox: { faults: [{ kind: "empty-page", match: page2 }] },
    ends: "whole",
  },
  {
    name: "a page that is empty in the middle, always",
    sandbox: { faults: [{ kind: "empty-page", match: page2, times: always }] },
    ends: "whole",
  },
  {
    name: "a page of teams that is skipped, once",
    sandbox: { faults: [{ kind: "skip-page", match: { path: /\/teams\/$/, page: 2 } }] },
    ends: "whole",
  },
  { name: "a count that is three times as high", sandbox: { paginationHeaders: "lying-count" }, ends: "partial" },
  { name: "a number of pages that grows for ever", sandbox: { paginationHeaders: "endless" }, ends: "partial" },
  {
    name: "pages of 30 whatever is asked for",
    sandbox: { ignorePageSize: true },
    options: { pageSize: 500 },
    ends: "whole",
  },
  ...(["page", "page-size"] as const).map((tiesTurn): Oddity => {
    return {
      name: `namesakes in an order that turns by ${tiesTurn}`,
      sandbox: { ...namesakes(), tiesTurn },
      ends: "whole",
    };
  }),
  { name: "no announcement at all", sandbox: { paginationHeaders: false }, ends: "whole" },
];

for (const { name, sandbox: odd = {}, options, ends } of oddities) {
  test(`T-44: lists with ${name} end ${ends}`, async () => {
    await using sandbox = await startSandbox({ ...ordinary, ...odd });
    const path = file();
    const run = await syncSandbox(sandbox, path, { pageSize: 25, ...options });
    if (ends !== "incomplete") {
      assert.equal(run.error, undefined);
      assert.equal(run.end.result === "Partial roster", ends === "partial");
      assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
    } else {
      assert.equal(run.error?.code, "BATON-INCOMPLETE", run.error?.message);
      assert.equal(run.end.replaced, false);
    }
    // At most five sweeps over some dozen pages each and look-ups in two of them, and never a walk without an end.
    assert.ok(sandbox.requests.length <= 150, `${sandbox.requests.length} requests`);
  });
}

for (const apart of [1, 40]) {
  test(`T-45: a member of one id and login that stands twice, ${apart} rows apart, in every reading is one user, and said`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 90, teams: 5, inactiveShare: 0 } });
    const rows = sandbox.organization.members.toSorted((a, b) => (a.userName < b.userName ? -1 : 1));
    const [first] = rows;
    assert.ok(first);
    sandbox.addFault({
      kind: "rewrite",
      match: { path: /\/members\/$/, query: "is_active=true" },
      times: always,
      // Another row of the same person, with another role, right behind it or on another page.
      rewrite: (json) => {
        if (!Array.isArray(json)) return json;
        const at = json.findIndex((row) => row.user_id === (apart === 1 ? first.userId : rows[apart]?.userId));
        const copy = { ...json[at], user_id: first.userId, user: first.user, email: first.email, role: "Collaborator" };
        return at < 0 ? json : json.toSpliced(at + 1, 0, copy);
      },
    });
    const path = file();
    const run = await syncSandbox(sandbox, path, { pageSize: 100 });
    const ids = idsIn(path, run, "v1_resources");
    assert.equal(ids.filter((id) => id === `user:${first.userId}`).length, 1);
    const roles = idsIn(path, run, "v1_grants").filter((id) => id.startsWith("organization:"));
    assert.equal(roles.filter((id) => id.endsWith(`:${first.userId}`)).length, 1);
    assert.ok(run.codes.includes("CS-ROW-TWICE"), run.codes.join());
  });
}

test("T-45: people of one e-mail address, and teams of one name, stay apart", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, teams: 3, inactiveShare: 0 } });
  sandbox.edit.addMember({ user: "twin-a", email: "twin@example.com", userName: "Twin" });
  sandbox.edit.addMember({ user: "twin-b", email: "twin@example.com", userName: "Twin" });
  sandbox.edit.addTeam({ slug: "same-a", name: "Same" });
  sandbox.edit.addTeam({ slug: "same-b", name: "Same" });
  const path = file();
  const run = await syncSandbox(sandbox, path);
  assert.equal(run.end.result, "Complete");
  assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
});

test("T-45: a user slug that another person takes over during the sync mixes up nobody", async () => {
  await using sandbox = await startSandbox({ organization: { members: 60, teams: 3, inactiveShare: 0 } });
  const [one, other] = sandbox.organization.members.slice(-2);
  assert.ok(one && other);
  const slug = one.user;
  let requests = 0;
  sandbox.onRequest(() => {
    if (++requests === 6) {
      sandbox.edit.changeMember(slug, { user: "somebody-renamed" });
      sandbox.edit.changeMember(other.user, { user: slug });
    }
    return undefined;
  });
  const path = file();
  const run = await syncSandbox(sandbox, path, { pageSize: 25, concurrency: 1 });
  assert.equal(run.error, undefined);
  assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
});

for (const [name, organization] of [
  ["one member and no team", { members: 1, teams: 0 }],
  ["members without a team", { members: 12, teams: 0 }],
  ["teams without a member", { members: 1, teams: 40, teamsPerMember: 0 }],
  ["nobody active", { members: 30, teams: 3, inactiveShare: 1 }],
  ["somebody in 600 teams", { members: 8, teams: 600, teamsPerMember: 600 }],
] as const) {
  test(`T-48: an organization with ${name} is complete`, async () => {
    await using sandbox = await startSandbox({ organization });
    const path = file();
    const run = await syncSandbox(sandbox, path);
    assert.equal(run.end.result, "Complete", JSON.stringify(run.end.warnings));
    assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
  });
}

test("T-48: an organization without any member is incomplete, because each has an owner: nothing is written", async () => {
  await using sandbox = await startSandbox({ organization: { members: 0, teams: 0 } });
  const run = await syncSandbox(sandbox, file());
  assert.deepEqual([run.end.result, run.error?.exitCode, run.signals], ["Incomplete", 21, { R5: 1 }]);
});

test("T-48: a role that nobody knows is kept as text, grants nothing and is said aloud", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, teams: 2 } });
  const someone = sandbox.organization.members.at(-1);
  Object.assign(someone ?? {}, { overrides: { role: "Auditor" } });
  const path = file();
  const run = await syncSandbox(sandbox, path);
  assert.deepEqual([run.end.result, run.codes], ["Complete with warnings", ["CS-ROLE-UNKNOWN"]]);
  assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
  const grants = idsIn(path, run, "v1_grants").filter((id) => id.startsWith("organization:"));
  assert.ok(grants.every((id) => !id.endsWith(`:${someone?.userId}`)));
  assert.equal(grants.length, 9);
});

/** Changes the organization before some requests, as chance has it. */
async function syncWhileMoving(seed: number): Promise<void> {
  const random = createRandom(seed, "moving");
  await using sandbox = await startSandbox({ organization: { seed, members: 110, teams: 30 } });
  const { organization, edit } = sandbox;
  const there = new Set(organization.members.map(({ userId }) => userId));
  let [left, requests] = [3, 0];
  sandbox.onRequest(() => {
    if (++requests < 4 || left === 0 || !random.chance(0.15)) return undefined;
    left--;
    for (let i = 0; i < 1 + random.below(3); i++) {
      const { user, userId } = random.pick(organization.members);
      const kind = random.below(4);
      if (kind === 0 && organization.members.length > 1) {
        edit.removeMember(user);
        there.delete(userId);
      } else if (kind === 1) edit.addMember({ user: `new-${seed}-${requests}-${i}`, userName: `${random.below(99)}` });
      else if (kind === 2) edit.changeMember(user, { userName: `renamed ${random.below(99)}` });
      else edit.changeTeam(random.pick(organization.teams).slug, { slug: `team-${seed}-${requests}-${i}` });
    }
    return undefined;
  });
  const path = file();
  const run = await syncSandbox(sandbox, path, { pageSize: 25, concurrency: 3 });
  assert.equal(run.error, undefined, `seed ${seed}: ${run.error?.message}`);
  checkHeld(path, run, there, seed);
}

function checkHeld(path: string, run: Ended, there: ReadonlySet<string>, seed: number): void {
  const ids = idsIn(path, run, "v1_resources");
  assert.equal(new Set(ids).size, ids.length);
  const known = new Set(ids);
  for (const id of there) assert.ok(known.has(`user:${id}`), `seed ${seed}: ${id} is missing`);
  for (const grant of idsIn(path, run, "v1_grants")) {
    const [type, resource, , principalType, principal] = grant.split(":");
    assert.ok(known.has(`${type}:${resource}`) && known.has(`${principalType}:${principal}`), `seed ${seed}: ${grant}`);
  }
}

test("T-40 to T-43: over HTTP, too, anyone who is there all the time while the lists move is there once", async () => {
  for (let seed = 1; seed <= 40; seed++) await syncWhileMoving(seed);
});
