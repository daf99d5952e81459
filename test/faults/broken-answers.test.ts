import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { FaultMatch } from "../../sandbox/faults/faults.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { CloudsmithClient, endpoints, memberList, teamList } from "../../src/cloudsmith/client.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { always, syncUnderFaults, trueAnswer } from "./fault-bench.ts";

const sandbox = await startSandbox({ organization: { members: 60, teams: 8, inactiveShare: 0.1 } });
after(() => sandbox.close());
const { slug: org, teams, members } = sandbox.organization;
const sizeOf = (slug: string): number =>
  members.filter((one) => one.memberships.some((m) => m.team.slug === slug)).length;
const [team = assert.fail("no team")] = teams.filter(({ slug }) => sizeOf(slug) > 3);
const signal = new AbortController().signal;
const activeMembers: FaultMatch = { path: /\/members\/$/, query: "is_active=true" };

const client = new CloudsmithClient({
  baseUrl: sandbox.baseUrl,
  apiKey: sandbox.keys.service,
  version: "0",
  clock: new VirtualClock(),
  logger: silentLogger,
});
after(() => client.close());

const teamMembers = { ...endpoints.teamMembers, query: { user_kind: "user" } };
const reads = [
  {
    what: "members",
    match: activeMembers,
    path: `/orgs/${org}/members/?is_active=true&sort=user_name&page=1&page_size=500`,
    read: async () => (await client.page(memberList(true), org, { page: 1, signal })).items,
  },
  {
    what: "teams",
    match: { path: /\/teams\/$/ },
    path: `/orgs/${org}/teams/?sort=name&page=1&page_size=500`,
    read: async () => (await client.page(teamList, org, { page: 1, signal })).items,
  },
  {
    what: "the members of a team",
    match: { path: `/teams/${team.slug}/members` },
    path: `/orgs/${org}/teams/${team.slug}/members?user_kind=user`,
    read: async () => (await client.record(teamMembers, org, team.slug, { signal })).members,
  },
];

for (const { what, match, path, read } of reads) {
  test(`T-20: ${what}, cut off at each of 200 points, are asked for again and are whole`, async () => {
    const whole = await read();
    assert.ok(whole.length > 3);
    const bytes = Buffer.byteLength((await trueAnswer(sandbox, path)).text);
    for (let point = 0; point < 200; point++) {
      const afterBytes = Math.floor((point * bytes) / 200);
      sandbox.resetLog();
      const { cut: before = 0 } = sandbox.counters.faultsFired;
      sandbox.addFault({ kind: "cut", afterBytes, match });
      assert.deepEqual(await read(), whole, `cut after ${afterBytes} of ${bytes} bytes`);
      assert.equal(sandbox.counters.faultsFired["cut"], before + 1, "the cut was made");
      assert.equal(sandbox.requests.length, 2, "one request more");
    }
  });
}

for (const [what, match, switches] of [
  ["the member list", activeMembers, {}],
  ["the team list", { path: /\/teams\/$/ }, {}],
  ["the members of a team", { path: /\/teams\/.*\/members$/ }, { membersCarryTeams: false }],
] as const) {
  test(`T-20: ${what}, cut off every time, ends the sync, which seals nothing`, async () => {
    Object.assign(sandbox.switches, switches);
    const faults = [{ kind: "cut", match, times: always }] as const;
    const { fired } = await syncUnderFaults(sandbox, { faults, expected: "NET-CUT" });
    // Several teams are asked for side by side.
    assert.ok(fired >= 10 && fired <= 20, `${fired} attempts`);
    sandbox.switches.membersCarryTeams = true;
    await syncUnderFaults(sandbox, { faults: [{ kind: "cut", match: activeMembers }], expected: "whole" });
  });
}

const stalls = [
  ["no headers come", { kind: "stall", at: "headers" }],
  ["the body stops in the middle", { kind: "stall", at: "body" }],
  ["the body comes byte by byte", { kind: "slow", chunkBytes: 1, everyMs: 2 }],
] as const;

for (const [how, fault] of stalls) {
  for (const [what, match] of [
    ["members", activeMembers],
    ["teams", { path: /\/teams\/$/ }],
    ["the organization", { path: new RegExp(`/orgs/${org}/$`) }],
  ] as const) {
    test(`T-21: ${what} of whom ${how} are given up after a bounded time and asked for again`, async () => {
      // Real time: the shorter bound is for the fault; without it, answers take a few milliseconds.
      const bounds = { silenceTimeoutMs: 150, timeoutMs: fault.kind === "slow" ? 250 : 60_000 };
      await syncUnderFaults(sandbox, { faults: [{ ...fault, match }], expected: "whole", client: bounds });
      const { fired } = await syncUnderFaults(sandbox, {
        faults: [{ ...fault, match, times: always }],
        expected: "NET-TIMEOUT",
        client: { ...bounds, retryLimits: { maxAttempts: 2 } },
      });
      // Of lists, smaller pages are asked for: four sizes.
      assert.equal(fired, what === "the organization" ? 2 : 8);
    });
  }
}
