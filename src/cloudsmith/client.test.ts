import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault, FaultKind } from "../../sandbox/faults/faults.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { VirtualClock } from "../../test/support/virtual-clock.ts";
import type { PageWalk } from "../sdk/api/page-walk.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import {
  CloudsmithClient,
  type CloudsmithClientOptions,
  endpoints,
  memberList,
  organizationList,
  teamList,
} from "./client.ts";

const signal = new AbortController().signal;
const org = "sandbox-org";

interface Bench extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly client: CloudsmithClient;
  readonly clock: VirtualClock;
  /** Everything logged. */
  readonly log: string[];
}

async function setUp(options: SandboxOptions = {}, more: Partial<CloudsmithClientOptions> = {}): Promise<Bench> {
  // The sandbox's Date header is real, so the virtual clock begins now.
  const clock = new VirtualClock(Date.now());
  const sandbox = await startSandbox(options);
  const log: string[] = [];
  const write = (message: string, fields?: unknown): void => {
    log.push(message + JSON.stringify(fields ?? {}));
  };
  const client = new CloudsmithClient({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys.owner,
    version: "1.2.3",
    clock,
    logger: { debug: write, info: write, warn: write, error: write },
    ...more,
  });
  return {
    sandbox,
    client,
    clock,
    log,
    async [Symbol.asyncDispose]() {
      client.close();
      await sandbox.close();
    },
  };
}

async function readAll<T>(walk: PageWalk<T>, from = 1): Promise<T[]> {
  const items: T[] = [];
  for (let n = from; ; n++) {
    const page = await walk.page(n);
    items.push(...page.items);
    if (page.isLast) return items;
  }
}

async function everybody(client: CloudsmithClient): Promise<Map<string, boolean | undefined>> {
  const active = client.walk(memberList(true), org, { signal });
  const inactive = client.walk(memberList(false), org, { signal });
  const rows = [...(await readAll(active)), ...(await readAll(inactive))];
  return new Map(rows.map((member) => [member.user_id, member.is_active]));
}

async function errorOf(promise: Promise<unknown>): Promise<BatonError> {
  try {
    await promise;
  } catch (caught) {
    if (caught instanceof BatonError) return caught;
    throw caught;
  }
  throw new Error("it succeeded");
}

test("every endpoint is read with GET, by its documented path, with the key and our name", async () => {
  await using bench = await setUp();
  const { client, sandbox } = bench;
  const agents = new Set<string | undefined>();
  sandbox.onRequest((request) => {
    agents.add(
      `${request.headers["user-agent"]} ${"x-api-key" in request.headers} ${"authorization" in request.headers}`,
    );
    return undefined;
  });
  const self = await client.self({ signal });
  const [team] = (await client.page(teamList, org, { page: 1, signal })).items;
  await client.record(endpoints.organization, org, "", { signal });
  await client.records(organizationList, "", { signal });
  await client.record(endpoints.member, org, self.slug ?? "", { signal });
  await client.record(endpoints.team, org, team?.slug ?? "", { signal });
  await client.record(endpoints.teamMembers, org, team?.slug ?? "", { signal });
  await client.page(memberList(false), org, { page: 1, signal });
  const paths = sandbox.requests.map((request) => `${request.method} ${request.path}`);
  assert.deepEqual(paths, [
    "GET /user/self/",
    `GET /orgs/${org}/teams/`,
    `GET /orgs/${org}/`,
    "GET /orgs/",
    `GET /orgs/${org}/members/${self.slug}/`,
    `GET /orgs/${org}/teams/${team?.slug}/`,
    `GET /orgs/${org}/teams/${team?.slug}/members`,
    `GET /orgs/${org}/members/`,
  ]);
  assert.deepEqual([...agents], ["baton-cloudsmith/1.2.3 true false"]);
  assert.equal(sandbox.counters.refusedMethods, 0);
});

for (const isActiveSemantics of ["H1", "H2", "H3"] as const) {
  for (const paginationHeaders of [true, false, "lying-count", "endless"] as const) {
    test(`two passes find everybody, whatever is_active means (${isActiveSemantics}), with page headers ${paginationHeaders}`, async () => {
      const organization = { members: 137, inactiveShare: 0.2 };
      await using bench = await setUp({ organization, isActiveSemantics, paginationHeaders }, { pageSize: 25 });
      const found = await everybody(bench.client);
      const truth = new Map(bench.sandbox.organization.members.map((member) => [member.userId, member.isActive]));
      assert.deepEqual(new Map([...found].sort()), new Map([...truth].sort()));
    });
  }
}

for (const paginationHeaders of [true, false] as const) {
  test(`a server that ignores the page size loses nobody, with page headers ${paginationHeaders}`, async () => {
    const organization = { members: 100 };
    await using bench = await setUp({ organization, ignorePageSize: true, paginationHeaders });
    assert.equal((await everybody(bench.client)).size, 100);
  });
}

test("pages are of up to 500 rows, asked for once each, with no more under way than allowed", async () => {
  const organization = { members: 3_000, teams: 20, inactiveShare: 0 };
  await using bench = await setUp({ organization, latencyMs: 10 }, { concurrency: 3 });
  const walk = bench.client.walk(memberList(true), org, { signal });
  const names = (await readAll(walk)).length;
  assert.equal(names, 3_000);
  const queries = bench.sandbox.requests.map((request) => `${request.query}`);
  assert.equal(queries.length, 7, "six pages, and one more because they overlap");
  assert.equal(new Set(queries).size, 7);
  assert.match(queries[0] ?? "", /is_active=true&sort=user_name&page=1&page_size=500/);
  const { maxInFlight } = bench.sandbox.counters;
  assert.ok(maxInFlight > 1 && maxInFlight <= 3, `${maxInFlight}`);
});

test("both passes and the teams overlap under one bound", async () => {
  const organization = { members: 400, teams: 60, inactiveShare: 0.5 };
  await using bench = await setUp({ organization, latencyMs: 10 }, { concurrency: 4, pageSize: 20 });
  const { client, sandbox } = bench;
  const walks = [true, false].map((active) => client.walk(memberList(active), org, { signal }));
  const teams = client.walk(teamList, org, { signal });
  for (const walk of [...walks, teams]) walk.begin();
  const counts = await Promise.all([...walks.map((walk) => readAll(walk)), readAll(teams)]);
  assert.deepEqual(
    counts.map((rows) => rows.length),
    [200, 200, 60],
  );
  const { maxInFlight } = sandbox.counters;
  assert.ok(maxInFlight > 1 && maxInFlight <= 4, `${maxInFlight}`);
  const firstPaths = sandbox.requests.slice(0, 3).map((request) => request.path);
  assert.equal(new Set(firstPaths).size, 2, String(firstPaths));
});

test("a resumed walk begins at its page", async () => {
  await using bench = await setUp({ organization: { members: 100, inactiveShare: 0 } }, { pageSize: 10 });
  const whole = await readAll(bench.client.walk(memberList(true), org, { signal }));
  const before: unknown[] = [];
  const first = bench.client.walk(memberList(true), org, { signal });
  for (let n = 1; n < 9; n++) before.push(...(await first.page(n)).items);
  const rows = await readAll(bench.client.walk(memberList(true), org, { signal }), 9);
  assert.ok(rows.length > 0);
  assert.deepEqual([...before, ...rows], whole);
});

test("members removed while the list is read end it early, not with an error", async () => {
  await using bench = await setUp(
    { organization: { members: 100, inactiveShare: 0 } },
    { pageSize: 10, concurrency: 1 },
  );
  const walk = bench.client.walk(memberList(true), org, { signal });
  await walk.page(1);
  const victims = bench.sandbox.organization.members.slice(40).map((member) => member.user);
  for (const user of victims) bench.sandbox.edit.removeMember(user);
  const rows = await readAll(walk, 2);
  assert.ok(rows.length >= 20 && rows.length <= 40, `${rows.length}`);
});

test("a missing organization's list is an error on every page, never an empty list", async () => {
  await using bench = await setUp();
  for (const page of [1, 2]) {
    const error = await errorOf(bench.client.page(memberList(true), "no-such-org", { page, signal }));
    assert.equal(error.code, "CS-ORG-404");
    assert.equal(error.status, Status.notFound);
    assert.ok(error.fatal);
  }
});

test("a missing team, member or service is an error that need not end a sync", async () => {
  await using bench = await setUp();
  const { client } = bench;
  for (const [code, promise] of [
    ["CS-TEAM-404", client.record(endpoints.team, org, "none", { signal })],
    ["CS-TEAM-404", client.record(endpoints.teamMembers, org, "none", { signal })],
    ["CS-MEMBER-404", client.record(endpoints.member, org, "none", { signal })],
    ["CS-SERVICE-404", client.record(endpoints.service, org, "none", { signal })],
  ] as const) {
    const error = await errorOf(promise);
    assert.equal(error.code, code);
    assert.equal(error.fatal, false);
  }
});

test("T-47: odd slugs are encoded, so that the path never changes", async () => {
  await using bench = await setUp();
  for (const slug of ["..", ".", "a/b", "a%2fb", "a?b", "a#b", "two words", "-x", "\uD800"]) {
    await errorOf(bench.client.record(endpoints.team, org, slug, { signal }));
    const path = bench.sandbox.requests.at(-1)?.path ?? "";
    assert.match(path, /^\/orgs\/sandbox-org\/teams\/[^/?#]+\/$/, slug);
  }
});

const statuses: readonly (readonly [number, string, Status])[] = [
  [400, "CS-HTTP-400", Status.invalidArgument],
  [401, "CS-AUTH-401", Status.unauthenticated],
  [402, "CS-PLAN-402", Status.invalidArgument],
  [403, "CS-AUTH-403", Status.permissionDenied],
  [404, "CS-ORG-404", Status.notFound],
  [405, "CS-HTTP-405", Status.invalidArgument],
  [408, "CS-HTTP-408", Status.deadlineExceeded],
  [204, "CS-HTTP-204", Status.unknown],
  [409, "CS-HTTP-409", Status.unavailable],
  [410, "CS-ORG-404", Status.notFound],
  [425, "CS-HTTP-425", Status.unavailable],
  [422, "CS-HTTP-422", Status.invalidArgument],
  [500, "CS-SERVER-500", Status.unavailable],
  [501, "CS-SERVER-501", Status.unimplemented],
  [502, "CS-SERVER-502", Status.unavailable],
  [503, "CS-SERVER-503", Status.unavailable],
  [504, "CS-SERVER-504", Status.unavailable],
  [511, "CS-SERVER-511", Status.unavailable],
  [520, "CS-SERVER-520", Status.unavailable],
];

for (const [status, code, grpcStatus] of statuses) {
  test(`a ${status} is ${code} with effect and hint, and never quotes the key`, async () => {
    await using bench = await setUp();
    const key = bench.sandbox.keys.owner;
    const body = JSON.stringify({ detail: `refused ${key} \u001b[31m`, fields: { key } });
    bench.sandbox.addFault({ kind: "status", status, body, times: Number.POSITIVE_INFINITY });
    const error = await errorOf(bench.client.record(endpoints.organization, org, "", { signal }));
    assert.equal(error.code, code);
    assert.equal(error.status, grpcStatus);
    assert.equal(error.exitCode, grpcStatus);
    assert.ok(error.fatal && error.effect && error.hint);
    const everything = [error.message, error.effect, error.hint, error.stack, ...bench.log].join("\n");
    assert.ok(!everything.includes(key));
    assert.ok(!everything.includes("\u001b"));
  });
}

test("the texts for a refused key and for a key without rights differ and name the last four characters at most", async () => {
  await using bench = await setUp();
  const { keys } = bench.sandbox;
  bench.sandbox.addFault({ kind: "status", status: 401 });
  bench.sandbox.addFault({ kind: "status", status: 403 });
  const refused = await errorOf(bench.client.self({ signal }));
  const forbidden = await errorOf(bench.client.record(endpoints.organization, org, "", { signal }));
  assert.equal(forbidden.code, "CS-AUTH-403");
  assert.match(refused.message, new RegExp(`ending in ${keys.owner.slice(-4)}`));
  assert.notEqual(refused.hint, forbidden.hint);
});

test("a 403 to the question whose key it is refuses the key itself, and says so", async () => {
  await using bench = await setUp();
  bench.sandbox.addFault({ kind: "status", status: 403 });
  const error = await errorOf(bench.client.self({ signal }));
  assert.deepEqual([error.code, error.status], ["CS-AUTH-REFUSED", Status.unauthenticated]);
});

test("a key that is silently treated as anonymous is an error", async () => {
  await using bench = await setUp({ wrongKey: "anonymous" }, { apiKey: "not-a-key" });
  const error = await errorOf(bench.client.self({ signal }));
  assert.equal(error.code, "CS-AUTH-ANONYMOUS");
  assert.equal(error.status, Status.unauthenticated);
});

test("T-33: a key revoked while the list is read stops it after what was on its way, without retries", async () => {
  await using bench = await setUp(
    { organization: { members: 200, inactiveShare: 0 } },
    { pageSize: 10, concurrency: 2 },
  );
  const walk = bench.client.walk(memberList(true), org, { signal });
  await walk.page(1);
  bench.sandbox.revokeKey("owner");
  const sent = bench.sandbox.requests.length;
  const error = await errorOf(readAll(walk, 2));
  assert.equal(error.code, "CS-AUTH-401");
  assert.ok(bench.sandbox.requests.length <= sent + 3, `${bench.sandbox.requests.length - sent} more`);
});

const unusable: readonly (readonly [FaultKind, string])[] = [
  [{ kind: "html" }, "CS-ANSWER-TYPE"],
  [{ kind: "wrong-content-type" }, "CS-ANSWER-TYPE"],
  [{ kind: "empty" }, "CS-ANSWER-JSON"],
  [{ kind: "garbage", body: "null" }, "CS-ANSWER-SCHEMA"],
  [{ kind: "garbage", body: "{}" }, "CS-ANSWER-SCHEMA"],
  [{ kind: "garbage", body: "[1]" }, "CS-ANSWER-SCHEMA"],
  [{ kind: "garbage", body: "[{]" }, "CS-ANSWER-JSON"],
  [{ kind: "redirect", location: "https://evil.example/" }, "CS-ANSWER-REDIRECT"],
  [{ kind: "huge", bytes: 3_000_000 }, "CS-ANSWER-SIZE"],
  [{ kind: "gzip-bomb", bytes: 3_000_000 }, "CS-ANSWER-SIZE"],
  [{ kind: "big-header", bytes: 100_000 }, "CS-ANSWER-HTTP"],
  [{ kind: "cut" }, "NET-CUT"],
  [{ kind: "reset" }, "NET-RESET"],
  [{ kind: "stall", at: "body" }, "NET-TIMEOUT"],
  [{ kind: "throttle", retryAfter: "1000000000" }, "CS-RATE-429"],
];

for (const [fault, code] of unusable) {
  test(`members under the fault '${fault.kind}' are ${code}, never fewer members`, async () => {
    const silenceTimeoutMs = fault.kind === "stall" ? 20 : 60_000;
    await using bench = await setUp({}, { maxBodyBytes: 1_000_000, silenceTimeoutMs, pageSize: 50 });
    await bench.client.self({ signal });
    bench.sandbox.addFault({
      ...fault,
      match: { path: "/members/", page: 2 },
      times: Number.POSITIVE_INFINITY,
    } as Fault);
    const walk = bench.client.walk(memberList(true), org, { signal });
    assert.equal((await walk.page(1)).items.length, 50);
    const error = await errorOf(walk.page(2));
    assert.equal(error.code, code);
    assert.ok(error.effect && error.hint && error.fatal);
    assert.ok((bench.sandbox.counters.faultsFired[fault.kind] ?? 0) >= 1);
  });
}

test("a key that comes back inside a garbled answer is not quoted", async () => {
  await using bench = await setUp();
  const key = bench.sandbox.keys.owner;
  const page = `<html>${"x".repeat(180)}${key}</html>`;
  bench.sandbox.addFault({ kind: "garbage", body: page, times: Number.POSITIVE_INFINITY });
  const error = await errorOf(bench.client.self({ signal }));
  const start = key.slice(0, 12);
  assert.ok(![error.message, ...bench.log].join().includes(start));
});

test("names and addresses of people that come back inside an answer that cannot be read are in no text of it", async () => {
  await using bench = await setUp();
  const rows = '[{"user_name": "Mia", "email": "mia.known+x@example.test"}, {"email":"o\'hara@sub.example.test",';
  for (const fault of [
    { kind: "garbage", body: rows },
    { kind: "status", status: 400, body: JSON.stringify({ detail: "no such user: mia.known+x@example.test" }) },
  ] as const) {
    bench.sandbox.addFault({ ...fault, times: 3 });
    const error = await errorOf(bench.client.self({ signal }));
    const told = [error.message, error.quote, ...bench.log].join("\n");
    assert.match(told, /\(address\)|"email": "…"/);
    assert.doesNotMatch(told, /@|hara|Mia/);
  }
});

for (const retryAfter of ["2", "0", "-5", "soon", new Date(Date.now() + 3_000).toUTCString(), undefined]) {
  test(`T-30: after one 429 with Retry-After ${retryAfter} the list is whole`, async () => {
    await using bench = await setUp({ organization: { members: 90, inactiveShare: 0 } }, { pageSize: 10 });
    await readAll(bench.client.walk(memberList(true), org, { signal }));
    const whole = { requests: bench.sandbox.requests.length };
    bench.sandbox.resetLog();
    bench.sandbox.addFault({
      kind: "throttle",
      ...(retryAfter === undefined ? {} : { retryAfter }),
      match: { page: 3 },
    });
    const rows = await readAll(bench.client.walk(memberList(true), org, { signal }));
    assert.equal(rows.length, 90);
    assert.equal(new Set(rows.map((row) => row.user_id)).size, 90);
    assert.equal(bench.sandbox.counters.faultsFired["throttle"], 1);
    assert.equal(bench.sandbox.requests.length, whole.requests + 1);
    assert.match(bench.log.join("\n"), /waiting.*rate limit.*until/);
  });
}

test("T-32: a server that fails half of the time still gives a whole list", async () => {
  await using bench = await setUp({ organization: { members: 200, inactiveShare: 0 } }, { pageSize: 10 });
  bench.sandbox.addFault({ kind: "status", status: 503, match: { share: 0.5 }, times: Number.POSITIVE_INFINITY });
  const rows = await readAll(bench.client.walk(memberList(true), org, { signal }));
  assert.equal(new Set(rows.map((row) => row.user_id)).size, 200);
  assert.ok(Number(bench.sandbox.counters.faultsFired["status"]) > 0);
});

test("T-46: names in any script, escapes and lone surrogates arrive as they were sent", async () => {
  await using bench = await setUp({ organization: { members: 3, inactiveShare: 0 } });
  const name = "Zoë 👩‍👩‍👧 نور \u202Eabc \u0000 e\u0301 \uD800 İı";
  const rewrite = (json: unknown): unknown =>
    Array.isArray(json) ? json.map((row: Record<string, unknown>) => ({ ...row, user_name: name })) : json;
  bench.sandbox.addFault({ kind: "rewrite", rewrite, match: { path: "/members/" } });
  const { items } = await bench.client.page(memberList(true), org, { page: 1, signal });
  assert.ok(items.length > 0 && items.every((member) => member.user_name === name));
});
