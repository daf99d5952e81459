import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { rowsOf } from "../../test/support/plain-c1z.ts";
import { systemClock } from "../sdk/clock.ts";
import type { ResourceId, ResourceTarget } from "../sdk/contracts/model.ts";
import { silentLogger } from "../sdk/log.ts";
import { type RunSyncOptions, runSync } from "../sdk/sync/run-sync.ts";
import { CloudsmithClient } from "./client.ts";
import { CloudsmithConnector } from "./connector.ts";
import { organizationId, teamId, userId } from "./converters.ts";
import type { Requested } from "./on-request/settings.ts";

const directory = mkdtempSync(join(tmpdir(), "cloudsmith-targeted-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;

interface SyncOptions {
  readonly pageSize?: number;
  readonly requested?: ReadonlySet<Requested>;
}

async function sync(sandbox: Sandbox, options: Partial<RunSyncOptions> & SyncOptions = {}) {
  const { pageSize, requested = new Set(), ...rest } = options;
  const client = new CloudsmithClient({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys.owner,
    version: "0",
    clock: systemClock,
    logger: silentLogger,
    ...(pageSize !== undefined && { pageSize }),
  });
  const path = join(directory, `sync-${files++}.c1z`);
  try {
    const outcome = await runSync({
      connector: new CloudsmithConnector({ client, orgSlug: sandbox.organization.slug, requested }),
      path,
      storageEngine: "sqlite",
      signal: new AbortController().signal,
      logger: silentLogger,
      clock: systemClock,
      ...rest,
    });
    return { outcome, rows: outcome.nothingRead ? {} : rowsOf(path, outcome.syncId) };
  } finally {
    client.close();
  }
}

type Rows = Awaited<ReturnType<typeof sync>>["rows"];

/** Rows of one resource, in the order of their ids, for comparing what two syncs say of it. */
function rowsOn(rows: Rows, table: string, { resourceType, resource }: ResourceId): readonly unknown[] {
  return (rows[table] ?? [])
    .filter((row) =>
      table === "v1_resources"
        ? row["external_id"] === `${resourceType}:${resource}`
        : row["resource_type_id"] === resourceType && row["resource_id"] === resource,
    )
    .toSorted((a, b) => String(a["external_id"]).localeCompare(String(b["external_id"])));
}

const tables = ["v1_resources", "v1_entitlements", "v1_grants"] as const;

function assertSame(partial: Rows, full: Rows, id: ResourceId): void {
  for (const table of tables) assert.deepEqual(rowsOn(partial, table, id), rowsOn(full, table, id), table);
}

function requestsTo(sandbox: Sandbox, part: RegExp): number {
  return sandbox.requests.filter(({ path }) => part.test(path)).length;
}

test("a team and a member read by themselves say what a full sync says, where team sources are asked for", async () => {
  await using sandbox = await startSandbox();
  const requested = new Set<Requested>(["team-source"]);
  const { rows } = await sync(sandbox, { requested });
  const { teams, members } = sandbox.organization;
  for (const id of [...teams.map(({ slugPerm }) => teamId(slugPerm)), userId(members[0]?.userId ?? "")]) {
    const partial = await sync(sandbox, { requested, syncResources: [{ id }] });
    assertSame(partial.rows, rows, id);
  }
});

for (const [what, switches] of [
  ["members carry their teams", {}],
  ["members do not carry their teams", { membersCarryTeams: false }],
  ["the list of inactive members holds everybody", { isActiveSemantics: "H1" }],
] as const satisfies readonly (readonly [string, SandboxOptions])[]) {
  test(`a team read by itself is as in a full sync, with its entitlements and grants, when ${what}`, async () => {
    await using sandbox = await startSandbox(switches);
    const full = await sync(sandbox);
    for (const team of sandbox.organization.teams.slice(0, 3)) {
      const id = teamId(team.slugPerm);
      const partial = await sync(sandbox, { syncResources: [{ id }] });
      assertSame(partial.rows, full.rows, id);
      assert.ok((partial.rows["v1_grants"]?.length ?? 0) > 0);
      assert.equal(partial.rows["v1_resources"]?.length, 1);
      assert.deepEqual(partial.outcome.warnings, full.outcome.warnings);
    }
  });
}

test("members read by themselves, active or not, are as in a full sync", async () => {
  await using sandbox = await startSandbox();
  const full = await sync(sandbox);
  const { members } = sandbox.organization;
  const chosen = [members[0], members.find((member) => !member.isActive), members.at(-1), members[7]];
  const targets = chosen.map((member): ResourceTarget => ({ id: userId(member?.userId ?? "") }));
  const partial = await sync(sandbox, { syncResources: targets, pageSize: 10 });
  assert.equal(partial.rows["v1_resources"]?.length, 4);
  for (const { id } of targets) assertSame(partial.rows, full.rows, id);
});

test("the member list is walked no further than needed, and once for everybody looked for", async () => {
  await using sandbox = await startSandbox();
  const { rows } = await sync(sandbox);
  const people = (rows["v1_resources"] ?? []).filter((row) => row["resource_type_id"] === "user");
  const ids = people.map((row) => userId(String(row["external_id"]).slice("user:".length)));
  const [first] = ids;
  assert.ok(first);
  const walk = async (...wanted: readonly ResourceId[]): Promise<number> => {
    sandbox.resetLog();
    await sync(sandbox, { syncResources: wanted.map((id) => ({ id })), pageSize: 5 });
    return requestsTo(sandbox, /members\/$/);
  };
  const wholeList = await walk(userId("nobody"));
  assert.ok(wholeList >= 22 + 3, "108 active and 12 inactive members, 5 a page");
  assert.ok((await walk(first)) < wholeList / 2);
  assert.ok((await walk(...ids)) <= wholeList);
});

test("the organization read by itself brings members, teams and all grants on it", async () => {
  await using sandbox = await startSandbox();
  const full = await sync(sandbox);
  const id = organizationId({ slug: "", slug_perm: sandbox.organization.slugPerm, name: "" });
  const partial = await sync(sandbox, { syncResources: [{ id }] });
  assertSame(partial.rows, full.rows, id);
  assert.equal(partial.rows["v1_resources"]?.length, full.rows["v1_resources"]?.length);
  assert.equal(partial.rows["v1_grants"]?.length, full.rows["v1_grants"]?.length);
});

test("a team is not found by its slug, and nothing is found in another organization", async () => {
  await using sandbox = await startSandbox();
  const [team] = sandbox.organization.teams;
  const [member] = sandbox.organization.members;
  assert.ok(team && member);
  const elsewhere = { resourceType: "organization", resource: "another" };
  for (const target of [
    { id: teamId(team.slug) },
    { id: teamId(team.slugPerm), parentResourceId: elsewhere },
    { id: userId(member.userId), parentResourceId: elsewhere },
    { id: elsewhere },
  ]) {
    const { outcome } = await sync(sandbox, { syncResources: [target] });
    assert.equal(outcome.nothingRead, true, JSON.stringify(target));
    assert.deepEqual(
      outcome.warnings.map(({ code }) => code),
      ["BATON-SKIPPED"],
    );
  }
});

test("without grants no team is asked for its members", async () => {
  await using sandbox = await startSandbox();
  const [team] = sandbox.organization.teams;
  const syncResources = [{ id: teamId(team?.slugPerm ?? "") }];
  const { outcome } = await sync(sandbox, { syncResources, skipGrants: true });
  assert.deepEqual([outcome.stats.entitlements, outcome.stats.grants], [2, 0]);
  assert.equal(requestsTo(sandbox, /teams\/[^/]+\/members$/), 0);
});
