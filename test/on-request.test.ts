/** Whole syncs with more than organization, members and teams, held against what the made-up organization has. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import type { Member, Organization, Privilege, Service } from "../sandbox/model.ts";
import { type Sandbox, startSandbox } from "../sandbox/server.ts";
import { type Requested, requestedSettings } from "../src/cloudsmith/on-request/settings.ts";
import { runProgram, scratchDirectory } from "./e2e/program.ts";
import { settingsFor } from "./e2e/sandbox-run.ts";
import { readStoredRows, type StoredRows } from "./e2e/stored-rows.ts";
import { newFile, type SyncOptions, syncSandbox } from "./trust/sandbox-sync.ts";

/** Length of what a file begins with. */
const magicBytes = 5;
const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());

const everything = Object.keys(requestedSettings) as Requested[];

async function sync(sandbox: Sandbox, options: SyncOptions = {}) {
  const path = newFile(scratch.path);
  const run = await syncSandbox(sandbox, path, { key: "owner", requested: everything, ...options });
  return { ...run, path, result: run.end.result, rows: readStoredRows(path) };
}

function ofType(rows: Readonly<Record<string, unknown>>, type: string): readonly string[] {
  return Object.keys(rows).filter((id) => id.startsWith(`${type}:`));
}

/** Explicit grants of everything that is read on request, as `holder has entitlement`, without those of expansion. */
function expectedGrants({ slugPerm, services, onRequest }: Organization): ReadonlySet<string> {
  const grants = new Set<string>();
  for (const { slug, role, memberships } of services) {
    grants.add(`organization:${slugPerm}:${role.toLowerCase()}:service:${slug}`);
    for (const { team, role: place } of memberships) {
      grants.add(`team:${team.slugPerm}:member:service:${slug}`);
      if (place === "Manager") grants.add(`team:${team.slugPerm}:manager:service:${slug}`);
    }
  }
  for (const { slugPerm: id, serviceAccounts } of onRequest.oidcProviders) {
    for (const service of serviceAccounts) grants.add(`service:${service}:assume:oidc-provider:${id}`);
  }
  for (const { slugPerm: id, privileges } of onRequest.repositories) {
    for (const privilege of privileges) {
      grants.add(`repository:${id}:${privilege.level.toLowerCase()}:${holderOf(privilege)}`);
    }
  }
  return grants;
}

function holderOf({ user, team, service }: Privilege): string {
  if (user) return `user:${user.userId}`;
  return team ? `team:${team.slugPerm}` : `service:${service?.slug}`;
}

/** What team privileges on repositories come to for each person and service account. */
function expandedGrants({ members, services, onRequest }: Organization): ReadonlySet<string> {
  const grants = new Set<string>();
  const holders: readonly (Member | Service)[] = [...members, ...services];
  for (const { slugPerm: id, privileges } of onRequest.repositories) {
    for (const { team, level } of privileges) {
      if (!team) continue;
      for (const holder of holders) {
        if (!holder.memberships.some((place) => place.team === team)) continue;
        const principal = "userId" in holder ? `user:${holder.userId}` : `service:${holder.slug}`;
        grants.add(`repository:${id}:${level.toLowerCase()}:${principal}`);
      }
    }
  }
  return grants;
}

function assertHoldsAll({ resources, grants }: StoredRows, organization: Organization): void {
  const { services, onRequest } = organization;
  const { oidcProviders, invites, repositories } = onRequest;
  const count = (type: string) => ofType(resources, type).length;
  assert.deepEqual(
    everything.filter((type) => type !== "team-source").map(count),
    [services, services, oidcProviders, invites, repositories, repositories.flatMap(({ tokens }) => tokens)].map(
      ({ length }) => length,
    ),
  );
  const expected = new Set([...expectedGrants(organization), ...expandedGrants(organization)]);
  const stored = Object.keys(grants).filter((id) => /:service:|^service:|^repository:/.test(id));
  assert.deepEqual(stored.toSorted(), [...expected].toSorted());
  for (const grant of Object.values(grants)) {
    const { resourceType, resource } = (grant as { principal: { id: { resourceType: string; resource: string } } })
      .principal.id;
    assert.ok(`${resourceType}:${resource}` in resources, `${resourceType}:${resource} is in the file`);
  }
}

test("with everything asked for, the file holds what the organization has, and nothing of any secret", async () => {
  await using sandbox = await startSandbox({ organization: { members: 40, teams: 6, repositories: 9 } });
  const { result, rows, end, path, codes } = await sync(sandbox);
  assert.equal(result, "Complete with warnings");
  assert.deepEqual(codes, ["CS-REPOSITORY-DEFAULTS"]);
  assertHoldsAll(rows, sandbox.organization);
  const lists = end.completeness.lists.map(({ list }) => list);
  for (const list of [
    "service-accounts",
    "service-keys",
    "oidc-providers",
    "pending-invitations",
    "repositories",
    "entitlement-tokens",
  ]) {
    assert.ok(lists.includes(list), `${list} in ${lists.join(", ")}`);
  }
  const tails = sandbox.organization.services.map(({ keyTail }) => `*${keyTail}`);
  const bytes = zstdDecompressSync(readFileSync(path).subarray(magicBytes));
  for (const tail of [...tails, "****"]) assert.equal(bytes.includes(tail), false, "no part of a key or token");
  assert.ok(sandbox.requests.every(({ method, query }) => method === "GET" && !query.includes("show_tokens")));
  assertGoReads(path, rows);
});

/** Where the Go tool is there, it lists the same. */
function assertGoReads(path: string, rows: StoredRows): void {
  const { status, stdout } = spawnSync("baton", ["stats", "-f", path, "-o", "json"], { encoding: "utf8" });
  if (status === null) return;
  assert.equal(status, 0);
  for (const type of everything.filter((one) => one !== "team-source")) {
    const count = ofType(rows.resources, type).length;
    assert.match(stdout, new RegExp(`"?${type}"?:? ?"?${count}\\b`), `${count} of ${type} in ${stdout}`);
  }
}

test("with nothing asked for, not one more request is sent, and the file names no more types", async () => {
  await using sandbox = await startSandbox({ organization: { members: 12, teams: 3 } });
  const { rows } = await sync(sandbox, { requested: [] });
  assert.deepEqual(Object.keys(rows.resourceTypes).toSorted(), ["organization", "team", "user"]);
  assert.ok(sandbox.requests.every(({ path }) => /^\/(user|orgs\/[^/]+\/(members|teams|services\/|$))/.test(path)));
});

for (const what of everything) {
  test(`${requestedSettings[what]} alone asks for its own and for nothing else`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 12, teams: 3 } });
    const run = await runProgram(["-f", `${what}.c1z`, `--${requestedSettings[what]}`], {
      cwd: scratch.path,
      env: settingsFor(sandbox, "owner"),
    });
    assert.equal(run.code, 0, run.stderr);
    const { resources, grants, entitlements } = readStoredRows(`${scratch.path}/${what}.c1z`);
    const types = new Set(Object.keys(resources).map((id) => id.split(":")[0]));
    const own = what === "team-source" ? [] : [what];
    assert.deepEqual([...types].toSorted(), ["organization", "team", "user", ...own].toSorted());
    const isTold = JSON.stringify(resources).includes("directory_synced");
    assert.equal(isTold, what === "team-source");
    assert.equal(JSON.stringify(entitlements).includes('"service"'), what === "service");
    assert.equal(
      Object.keys(grants).some((id) => id.includes(":service:")),
      what === "service",
    );
  });
}

test("a Manager's key sees services and teams whole, and the repositories that it does not see are named", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, teams: 4, repositories: 5 } });
  const { result, rows, end, error } = await sync(sandbox, { key: "manager" });
  assert.equal(error, undefined);
  assert.equal(result, "Partial roster");
  assert.equal(ofType(rows.resources, "service").length, sandbox.organization.services.length);
  assert.equal(ofType(rows.resources, "repository").length, 5);
  const named = end.warnings.filter(({ code }) => code === "CS-REPOSITORY-UNSEEN").map(({ message }) => message);
  assert.ok(named.length > 0 && named.every((message) => /repository '[^']+'/.test(message)));
});

for (const [what, path] of [
  ["service", "/services/"],
  ["service-key", "/services/"],
  ["oidc-provider", "/openid-connect"],
  ["invitation", "/invites"],
  ["repository", "/repos/"],
  ["entitlement-token", "/entitlements/"],
] as const) {
  for (const status of [402, 403, 404]) {
    test(`a ${status} for the list of ${what} makes the roster partial, and the rest is there`, async () => {
      await using sandbox = await startSandbox({ organization: { members: 10, teams: 2 } });
      sandbox.addFault({ kind: "status", status, match: { path }, times: Number.POSITIVE_INFINITY });
      const { result, rows, codes } = await sync(sandbox, { requested: [what] });
      assert.equal(result, "Partial roster");
      assert.ok(codes.includes("CS-LIST-UNSEEN"), codes.join());
      assert.equal(ofType(rows.resources, "user").length, 10);
      assert.equal(ofType(rows.resources, what).length, 0);
    });
  }
}

test("lists without paging headers are read to their end", async () => {
  await using sandbox = await startSandbox({
    organization: { members: 8, teams: 2, repositories: 23, services: 21 },
    paginationHeaders: false,
  });
  const { rows } = await sync(sandbox, { pageSize: 10 });
  assertHoldsAll(rows, sandbox.organization);
});

test("a privilege whose holder no list shows is said, and the others stand", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, teams: 2, repositories: 1 } });
  const [repository] = sandbox.organization.onRequest.repositories;
  const [member] = sandbox.organization.members;
  assert.ok(repository && member);
  const gone = { ...member, user: "left-long-ago", userId: "leftLongAgo0" };
  const twice = [
    { level: "Read", user: member },
    { level: "Read", user: member },
  ] as const;
  repository.privileges = [{ level: "Admin", user: gone }, ...twice];
  const { result, codes, rows } = await sync(sandbox, { requested: ["repository"] });
  assert.equal(result, "Partial roster");
  assert.ok(codes.includes("CS-PRIVILEGE-HOLDER-UNLISTED"));
  assert.deepEqual(ofType(rows.grants, "repository"), [`repository:${repository.slugPerm}:read:user:${member.userId}`]);
});

test("events prints what happened, oldest first; a plan without an audit log is an error", async () => {
  await using sandbox = await startSandbox({ organization: { members: 12, auditEvents: 60 } });
  const env = settingsFor(sandbox, "owner");
  const { code, stdout, stderr } = await runProgram(["events", "--since", "2026-08-15T00:00:00Z"], {
    cwd: scratch.path,
    env,
  });
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split("\n");
  assert.ok(lines.length > 10 && lines.every((line) => line >= "2026-08-15"));
  const times = lines.map((line) => line.split("  ")[0]);
  assert.deepEqual(times, times.toSorted());
  assert.match(stdout, /^\S+ {2}user .+ {2}used {2}organization Sandbox Organization$/m);
  sandbox.addFault({ kind: "status", status: 402, match: { path: "/audit-log" }, times: Number.POSITIVE_INFINITY });
  const refused = await runProgram(["events"], { cwd: scratch.path, env });
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /CS-PLAN-402/);
});

interface Reported {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly counts: Readonly<Record<string, number>>;
}

test("reports say who answers for a machine, what never expires, who may change a repository, and who becomes owner", async () => {
  await using sandbox = await startSandbox({
    organization: { members: 30, teams: 5, services: 5, oidcProviders: 3, invites: 4, repositories: 3 },
  });
  const { organization, edit } = sandbox;
  const [first, second] = organization.services;
  const [maker, leaver] = organization.members.slice(5);
  assert.ok(first && second && maker && leaver);
  first.createdBy = "left-long-ago";
  second.createdBy = leaver.user;
  edit.changeMember(leaver.user, { isActive: false });
  const { path } = await sync(sandbox);
  const report = async (...argv: readonly string[]): Promise<Reported> => {
    const { code, stdout, stderr } = await runProgram(["report", ...argv, "-f", path, "--output", "json"], {
      cwd: scratch.path,
    });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Reported; // the shape is what the test asserts
  };
  const machines = await report("service-accounts");
  const { services, onRequest } = organization;
  assert.deepEqual(
    machines.rows.slice(0, 2).map(({ id, answerable }) => [id, answerable]),
    [
      [first.slug, "gone"],
      [second.slug, "disabled"],
    ],
  );
  assert.equal(machines.rows.length, services.length);
  const keys = await report("credentials");
  assert.equal(keys.rows.length, services.length + onRequest.repositories.flatMap(({ tokens }) => tokens).length);
  const never = services.filter(({ keyExpiresAt }) => keyExpiresAt === null).map(({ slug }) => slug);
  const told = keys.rows.filter(({ type, concern }) => type === "service-key" && concern === "never expires");
  assert.deepEqual(told.map(({ id }) => String(id)).toSorted(), never.toSorted());
  const providers = await report("identity-providers");
  const broad = providers.rows.filter(({ broad: is }) => is === "broad").map(({ name }) => name);
  assert.deepEqual(broad, ["CircleCI"]);
  const invited = await report("invitations");
  assert.equal(invited.rows.length, 4);
  assert.deepEqual(
    invited.rows.map(({ role }) => role),
    ["owner", "manager", "member", "collaborator"],
  );
  const rights = await report("repository");
  const one = await report("repository", "production");
  const expected = [...expectedGrants(organization), ...expandedGrants(organization)];
  const onRepositories = new Set(expected.filter((id) => id.startsWith("repository:")));
  assert.equal(rights.rows.length, onRepositories.size);
  assert.deepEqual(new Set(one.rows.map(({ repository }) => repository)), new Set(["production"]));
  for (const name of ["dormant", "two-factor"]) {
    const { rows } = await report(name);
    assert.ok(
      rows.every(({ type }) => type === "user"),
      `${name} is about people`,
    );
  }
});

test("what may not be decided is no review of access, and a service account's rights on a repository are", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, teams: 2, repositories: 2 } });
  const { path } = await sync(sandbox);
  const start = (name: string) =>
    runProgram(["review", "start", name, "-f", path, "--out", `${name}.review`], { cwd: scratch.path });
  assert.equal((await start("repository")).code, 0);
  assert.equal((await start("service-accounts")).code, 0);
  for (const name of ["credentials", "invitations"]) {
    const { code, stderr } = await start(name);
    assert.notEqual(code, 0);
    assert.match(stderr, /about nobody's access/);
  }
});
