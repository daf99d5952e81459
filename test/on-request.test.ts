/** Whole syncs with more than organization, members and teams, held against what the made-up organization has. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { type Sandbox, startSandbox } from "../sandbox/server.ts";
import { requestedSettings } from "../src/cloudsmith/on-request/settings.ts";
import { readV3Manifest } from "../src/sdk/c1z/container/v3-manifest.ts";
import { runProgram, scratchDirectory } from "./e2e/program.ts";
import { assertHoldsAll, everything, expandedGrants, explicitGrants, ofType } from "./e2e/requested-oracle.ts";
import { settingsFor } from "./e2e/sandbox-run.ts";
import { readStoredRows, type StoredRows } from "./e2e/stored-rows.ts";
import { VirtualClock } from "./support/virtual-clock.ts";
import { newFile, type SyncOptions, syncSandbox } from "./trust/sandbox-sync.ts";

/** Length of what a file begins with. */
const magicBytes = 5;
const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());

async function sync(sandbox: Sandbox, options: SyncOptions = {}) {
  const path = newFile(scratch.path);
  const run = await syncSandbox(sandbox, path, { key: "owner", requested: everything, ...options });
  return { ...run, path, result: run.end.result, rows: readStoredRows(path) };
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

test("expansion gives every person and service account what the Go SDK gives them, and by the same path", async () => {
  await using sandbox = await startSandbox({
    organization: { members: 60, teams: 12, services: 5, oidcProviders: 2, invites: 3, repositories: 9 },
  });
  const path = newFile(scratch.path);
  await syncSandbox(sandbox, path, { key: "owner", requested: everything, storageEngine: "pebble" });
  // The digest of all grants, sources included, in the file that the syncer of the Go SDK v0.26.0 wrote when this
  // connector answered it. At 10,000 members, 100 service accounts and 500 repositories the two were equal as well.
  assert.deepEqual((await readV3Manifest(path)).digestRoot, { xor: "085df2164547a4e2", count: 403, abiVersion: 1 });
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
    const page = `https://app.cloudsmith.com/${sandbox.organization.slug}`;
    for (const id of [...ofType(resources, "team"), ...ofType(resources, "user")]) {
      assert.equal(JSON.stringify(resources[id]).includes(`"url":"${page}"`), what === "team-source", id);
    }
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
      const { result, rows, codes } = await sync(sandbox, { requested: [what], clock: new VirtualClock() });
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

test("privileges are read to their end, however many a page has and however many there are", async () => {
  for (const [holders, pageSize] of [
    [75, 30],
    [60, 30],
    [30, 500],
    [29, 500],
  ] as const) {
    await using sandbox = await startSandbox({ organization: { members: 80, teams: 2, repositories: 1 } });
    const [repository] = sandbox.organization.onRequest.repositories;
    assert.ok(repository);
    const members = sandbox.organization.members.slice(0, holders);
    repository.privileges = members.map((user) => ({ level: "Read" as const, user }));
    const { rows } = await sync(sandbox, { requested: ["repository"], pageSize });
    assert.equal(ofType(rows.grants, "repository").length, holders, `${holders} in pages of ${pageSize}`);
  }
});

for (const [holder, code] of [
  ["user", "CS-PRIVILEGE-HOLDER-UNLISTED"],
  ["service", "CS-PRIVILEGE-HOLDER-UNLISTED"],
  ["team", "CS-TEAM-UNLISTED"],
] as const) {
  test(`a privilege whose ${holder} no list shows is said, and the others stand`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 10, teams: 2, services: 1, repositories: 1 } });
    const { members, services, teams, onRequest } = sandbox.organization;
    const [[repository], [member], [service], [team]] = [onRequest.repositories, members, services, teams];
    assert.ok(repository && member && service && team);
    const gone = {
      user: { ...member, user: "left-long-ago", userId: "leftLongAgo0" },
      service: { ...service, slug: "gone-long-ago" },
      team: { ...team, slug: "gone-long-ago", slugPerm: "goneLongAgo0" },
    };
    repository.privileges = [
      { level: "Admin", [holder]: gone[holder] },
      { level: "Read", user: member },
      { level: "Read", user: member },
    ];
    const { result, codes, rows } = await sync(sandbox, { requested: ["repository", "service"] });
    assert.equal(result, "Partial roster");
    assert.ok(codes.includes(code), codes.join());
    assert.deepEqual(ofType(rows.grants, "repository"), [
      `repository:${repository.slugPerm}:read:user:${member.userId}`,
    ]);
  });
}

test("who is named in another case is found, and a privilege that names two is held by both", async () => {
  await using sandbox = await startSandbox({
    organization: { members: 20, teams: 6, services: 2, oidcProviders: 1, repositories: 1 },
  });
  const { members, services, teams, onRequest } = sandbox.organization;
  const [service, team] = [services[0], teams[0]];
  const member = members.find(({ memberships }) => memberships.every((place) => place.team !== team));
  const { repositories, oidcProviders } = onRequest;
  const [repository, provider] = [repositories[0], oidcProviders[0]];
  assert.ok(member && service && team && repository && provider);
  repository.privileges = [
    { level: "Read", user: { ...member, user: member.user.toUpperCase() }, team },
    { level: "Write", service: { ...service, slug: service.slug.toUpperCase() } },
  ];
  provider.serviceAccounts = [service.slug.toUpperCase()];
  const { result, rows } = await sync(sandbox, { requested: ["service", "oidc-provider", "repository"] });
  assert.equal(result, "Complete with warnings");
  const granted = ofType(rows.grants, "repository");
  for (const grant of [`read:team:${team.slugPerm}`, `read:user:${member.userId}`, `write:service:${service.slug}`]) {
    assert.ok(granted.includes(`repository:${repository.slugPerm}:${grant}`), grant);
  }
  const assumes = `service:${service.slug}:assume:oidc-provider:${provider.slugPerm}`;
  assert.ok(ofType(rows.grants, "service").includes(assumes));
});

test("a service account that a provider may become and that no list shows is said", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, services: 2, oidcProviders: 1 } });
  const [provider] = sandbox.organization.onRequest.oidcProviders;
  assert.ok(provider);
  provider.serviceAccounts = ["gone-long-ago"];
  const { result, codes } = await sync(sandbox, { requested: ["service", "oidc-provider"] });
  assert.equal(result, "Partial roster");
  assert.ok(codes.includes("CS-SERVICE-UNLISTED"));
});

for (const [path, privileges] of [
  [/\/privileges$/, 1],
  [/^\/entitlements\//, 0],
] as const) {
  test(`what a repository does not show at first is asked for again: ${path.source}`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 10, teams: 2, repositories: 3 } });
    const { rows: before } = await sync(sandbox);
    sandbox.addFault({ kind: "status", status: 404, match: { path }, times: 2 });
    const { rows, codes } = await sync(sandbox, { clock: new VirtualClock() });
    assert.equal(sandbox.counters.faultsFired["status"], 2);
    assert.deepEqual(codes, ["CS-REPOSITORY-DEFAULTS"]);
    assert.deepEqual(Object.keys(rows.grants), Object.keys(before.grants));
    assert.deepEqual(Object.keys(rows.resources), Object.keys(before.resources));
  });

  test(`what repositories hide by a 404 is waited for a minute in all, and said: ${path.source}`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 10, teams: 2, repositories: 30 } });
    sandbox.addFault({ kind: "status", status: 404, match: { path }, times: Number.POSITIVE_INFINITY });
    const clock = new VirtualClock();
    const startedAt = clock.monotonicMs();
    const { result, codes } = await sync(sandbox, { clock });
    assert.equal(result, "Partial roster");
    assert.ok(codes.includes(privileges ? "CS-REPOSITORY-UNSEEN" : "CS-LIST-UNSEEN"));
    assert.ok(clock.monotonicMs() - startedAt < 120_000);
  });
}

test("a repository that is deleted before it is asked for its privileges is no hidden one", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, repositories: 3 } });
  const [gone] = sandbox.organization.onRequest.repositories;
  const match = { path: new RegExp(`^/repos/[^/]+/${gone?.slug}/`) };
  sandbox.addFault({ kind: "status", status: 404, match, times: Number.POSITIVE_INFINITY });
  const { result, codes } = await sync(sandbox, { requested: ["repository"] });
  assert.deepEqual(codes.toSorted(), ["CS-REPOSITORY-DEFAULTS", "CS-REPOSITORY-GONE"]);
  assert.equal(result, "Complete with warnings");
});

test("when a key expires in a form that is no time, it is said, and no report says that it never does", async () => {
  await using sandbox = await startSandbox({ organization: { members: 10, services: 3, repositories: 2 } });
  const [first, ...others] = sandbox.organization.services;
  assert.ok(first);
  first.keyExpiresAt = "in May";
  for (const other of others) other.keyExpiresAt = null;
  const tokens = sandbox.organization.onRequest.repositories.flatMap((repository) => repository.tokens);
  const odd = ["Mon, 01 Jan 2024 10:00:00 GMT", "0001-01-01T00:00:00Z"];
  for (const [index, token] of tokens.entries()) token.expiresAt = odd[index % 2] ?? "";
  const { codes, end, path } = await sync(sandbox);
  assert.ok(codes.includes("CS-EXPIRY-UNREADABLE"));
  assert.equal(end.result, "Complete with warnings");
  const { stdout } = await runProgram(["report", "credentials", "-f", path, "--output", "json"], { cwd: scratch.path });
  const { rows } = JSON.parse(stdout) as { rows: { id: string; type: string; concern: string }[] };
  const unclear = rows.filter(({ concern }) => concern === "expires, unknown when");
  assert.equal(unclear.length, 1 + tokens.length);
  assert.ok(unclear.some(({ id, type }) => type === "service-key" && id === first.slug));
});

test("a list in a form that cannot be read is not said to be hidden", async () => {
  await using sandbox = await startSandbox({ organization: { members: 6 } });
  const match = { path: "/openid-connect/" };
  sandbox.addFault({ kind: "status", status: 200, body: '[{"slug_perm": "x", "claims": []}]', match, times: 9 });
  const { result, end } = await sync(sandbox, { requested: ["oidc-provider"] });
  assert.equal(result, "Partial roster");
  const said = end.warnings.find(({ code }) => code === "CS-LIST-UNSEEN")?.message ?? "";
  assert.match(said, /cannot be read: .*field '0\.claims'/);
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
  const expected = [...explicitGrants(organization), ...expandedGrants(organization)];
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

test("with the events of the audit log, who did something is not dormant, and nobody is said never to have been there", async () => {
  await using sandbox = await startSandbox({ organization: { members: 40, teams: 4 } });
  const { path } = await sync(sandbox, { requested: [] });
  const run = (...args: string[]) => runProgram(args, { cwd: scratch.path, env: settingsFor(sandbox, "owner") });
  const feed = await run("--event-feed", "true", "--event-feed-start-at", "2020-01-01T00:00:00Z");
  const lines = feed.stdout.trim().split("\n");
  const last = (JSON.parse(lines.at(-1) ?? "") as { occurredAt: string }).occurredAt;
  const events = join(scratch.path, "events.jsonl");
  writeFileSync(events, feed.stdout);
  const dormant = async (...args: string[]) => {
    const { code, stdout, stderr } = await run("report", "dormant", "-f", path, "-o", "json", "--as-of", last, ...args);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Reported; // the shape is what the test asserts
  };
  const byLogins = await dormant();
  const byEvents = await dormant("--events", events);
  const acted = (id: unknown) =>
    lines.some((line) => line.includes(`"actorResource":{"id":{"resourceType":"user","resource":"${id}"`));
  // The log shows 30 days.
  const expected = byLogins.rows.map(({ id }) => id).filter((id) => !acted(id));
  assert.ok(expected.length > 0 && expected.length < byLogins.rows.length, "some acted and some did not");
  assert.deepEqual(
    byEvents.rows.map(({ id }) => id),
    expected,
  );
  const ages = byEvents.rows.map(({ age }) => age);
  assert.ok(ages.includes("not seen in 28 days") && !ages.includes("never or hidden"), ages.join());
  for (const [text, problem] of [
    ["", "there is no event"],
    ["{}", "line 1 is no event"],
    [`${lines[0]}\n{`, "line 2 is no event"],
  ]) {
    writeFileSync(events, text ?? "");
    const { code, stderr } = await run("report", "dormant", "-f", path, "--events", events);
    assert.equal(code, 3);
    assert.match(stderr, new RegExp(`REPORT-EVENTS: The events cannot be read: ${problem}`));
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
