import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../src/sdk/errors.ts";
import { type Sandbox, startSandbox } from "./server.ts";
import { ask, rowOf, rowsOf } from "./test-client.ts";

const org = "/orgs/sandbox-org";

function firstMember(sandbox: Sandbox) {
  const member = sandbox.organization.members[0];
  assert.ok(member);
  return member;
}

function firstTeam(sandbox: Sandbox) {
  const team = sandbox.organization.teams[0];
  assert.ok(team);
  return team;
}

test("a person's key is told who it is, a service's key without an e-mail address", async () => {
  await using sandbox = await startSandbox();
  const owner = rowOf((await ask(sandbox, "/user/self/")).json);
  assert.equal(owner["authenticated"], true);
  assert.equal(owner["slug"], firstMember(sandbox).user);
  assert.equal(owner["slug_perm"], firstMember(sandbox).userId);
  const service = rowOf((await ask(sandbox, "/user/self/", { key: "service" })).json);
  assert.equal(service["authenticated"], true);
  assert.equal(service["email"], null);
  assert.equal(service["slug"], "baton-sync");
});

test("without a key, and with a bad one as a bearer, user/self answers 200 to nobody", async () => {
  await using sandbox = await startSandbox();
  for (const headers of [{}, { Authorization: "Bearer nonsense" }, { Authorization: "nonsense" }]) {
    const reply = await ask(sandbox, "/user/self/", { key: null, headers });
    assert.equal(reply.status, 200);
    assert.equal(rowOf(reply.json)["authenticated"], false);
    assert.equal(rowOf(reply.json)["slug"], null);
  }
  assert.equal((await ask(sandbox, `${org}/members/`, { key: null })).status, 401);
});

test("a key is taken from X-Api-Key, from a token and from a bearer", async () => {
  await using sandbox = await startSandbox();
  const { owner } = sandbox.keys;
  for (const headers of [
    { "X-Api-Key": owner },
    { Authorization: `token ${owner}` },
    { Authorization: `Bearer ${owner}` },
  ]) {
    assert.equal((await ask(sandbox, `${org}/`, { key: null, headers })).status, 200);
  }
});

test("a wrong key gets 401 with a detail and a challenge", async () => {
  await using sandbox = await startSandbox();
  for (const headers of [{ "X-Api-Key": "wrong" }, { Authorization: "token wrong" }, { Authorization: "Basic YTpi" }]) {
    for (const path of ["/user/self/", `${org}/`]) {
      const reply = await ask(sandbox, path, { key: null, headers });
      assert.equal(reply.status, 401);
      assert.equal(reply.headers.get("WWW-Authenticate"), 'Basic realm="Cloudsmith API"');
      assert.equal(typeof rowOf(reply.json)["detail"], "string");
    }
  }
});

test("a revoked key is a wrong key from then on", async () => {
  await using sandbox = await startSandbox();
  assert.equal((await ask(sandbox, `${org}/`)).status, 200);
  sandbox.revokeKey("owner");
  assert.equal((await ask(sandbox, `${org}/`)).status, 401);
});

test("keys have the documented form, differ, and belong to the seed", async () => {
  await using sandbox = await startSandbox();
  await using same = await startSandbox();
  await using other = await startSandbox({ organization: { seed: 2 } });
  const keys = Object.values(sandbox.keys);
  for (const key of keys) assert.match(key, /^csa_[a-f0-9]{30}[A-Za-z0-9]{6}$/);
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(same.keys, sandbox.keys);
  assert.notEqual(other.keys.owner, sandbox.keys.owner);
});

test("the organization is found by slug and by immutable id, others are not found", async () => {
  await using sandbox = await startSandbox();
  const reply = await ask(sandbox, `${org}/`);
  const body = rowOf(reply.json);
  assert.equal(body["slug"], "sandbox-org");
  assert.equal(body["name"], "Sandbox Organization");
  const { slugPerm } = sandbox.organization;
  assert.equal((await ask(sandbox, `/orgs/${slugPerm}/members/`)).status, 200);
  assert.equal((await ask(sandbox, `/orgs/${slugPerm}/services/`)).status, 404, "services know the slug only");
  assert.equal((await ask(sandbox, "/orgs/no-such-org/")).status, 404);
  assert.equal((await ask(sandbox, "/orgs/no-such-org/members/")).status, 404);
});

test("a key from outside sees no organization", async () => {
  await using sandbox = await startSandbox();
  assert.equal(rowsOf(await ask(sandbox, "/orgs/"))[0]?.["slug"], "sandbox-org");
  assert.deepEqual(rowsOf(await ask(sandbox, "/orgs/", { key: "outsider" })), []);
  assert.equal((await ask(sandbox, `${org}/`, { key: "outsider" })).status, 404);
  assert.equal(rowOf((await ask(sandbox, "/user/self/", { key: "outsider" })).json)["authenticated"], true);
});

test("a member is found by slug and by e-mail, also an inactive one, and a service is not a member", async () => {
  await using sandbox = await startSandbox();
  const { user, email } = firstMember(sandbox);
  const bySlug = rowOf((await ask(sandbox, `${org}/members/${user}/`)).json);
  assert.equal(bySlug["email"], email);
  assert.deepEqual(rowOf((await ask(sandbox, `${org}/members/${encodeURIComponent(email)}/`)).json), bySlug);
  const inactive = sandbox.organization.members.find((member) => !member.isActive);
  assert.equal(rowOf((await ask(sandbox, `${org}/members/${inactive?.user}/`)).json)["is_active"], false);
  assert.equal((await ask(sandbox, `${org}/members/baton-sync/`)).status, 404);
  assert.equal(rowOf((await ask(sandbox, `${org}/services/baton-sync/`)).json)["role"], "Manager");
  assert.equal((await ask(sandbox, `${org}/members/%E0%A4%A/`)).status, 404, "malformed encoding");
});

test("a team is read by slug and by immutable id, its members by slug only", async () => {
  await using sandbox = await startSandbox();
  const { slug, slugPerm, name } = firstTeam(sandbox);
  assert.equal(rowOf((await ask(sandbox, `${org}/teams/${slug}/`)).json)["name"], name);
  assert.equal(rowOf((await ask(sandbox, `${org}/teams/${slugPerm}/`)).json)["name"], name);
  assert.equal((await ask(sandbox, `${org}/teams/${slug}/members`)).status, 200);
  assert.equal((await ask(sandbox, `${org}/teams/${slugPerm}/members`)).status, 404);
  assert.equal((await ask(sandbox, `${org}/teams/no-such-team/members`)).status, 404);
});

test("team members are people unless services are asked for, and agree with the members' own lists", async () => {
  await using sandbox = await startSandbox({ organization: { services: 12 } });
  let people = 0;
  let services = 0;
  for (const { slug } of sandbox.organization.teams) {
    const byDefault = await ask(sandbox, `${org}/teams/${slug}/members`);
    assert.equal((await ask(sandbox, `${org}/teams/${slug}/members?user_kind=user`)).text, byDefault.text);
    const listed = rowOf(byDefault.json)["members"];
    assert.ok(Array.isArray(listed));
    people += listed.length;
    const expected = sandbox.organization.members.flatMap((member) =>
      member.memberships
        .filter(({ team }) => team.slug === slug)
        .map(({ role }) => ({ role, user: member.user, user_kind: "User" })),
    );
    assert.deepEqual(listed, expected);
    const machines = rowOf((await ask(sandbox, `${org}/teams/${slug}/members?user_kind=service`)).json)["members"];
    assert.ok(Array.isArray(machines));
    services += machines.length;
    for (const machine of machines) assert.equal(rowOf(machine)["user_kind"], "Service");
  }
  assert.ok(people > 200);
  assert.ok(services > 10);
});

test("paths work with and without /v1, and only with the documented slash at the end", async () => {
  await using sandbox = await startSandbox();
  const { slug } = firstTeam(sandbox);
  const { user } = firstMember(sandbox);
  const paths = [
    "/user/self/",
    "/orgs/",
    `${org}/`,
    `${org}/members/`,
    `${org}/members/${user}/`,
    `${org}/teams/`,
    `${org}/teams/${slug}/`,
    `${org}/teams/${slug}/members`,
    `${org}/services/`,
    `${org}/services/baton-sync/`,
    "/rates/limits/",
    "/status/check/basic/",
  ];
  for (const path of paths) {
    const headers = { "X-Api-Key": sandbox.keys.owner };
    const prefixed = await fetch(`http://127.0.0.1:${sandbox.port}/v1${path}`, { headers });
    const bare = await fetch(`http://127.0.0.1:${sandbox.port}${path}`, { headers });
    assert.equal(prefixed.status, 200, path);
    assert.equal(bare.status, 200, path);
    if (path !== "/rates/limits/") assert.equal(await bare.text(), await prefixed.text());
    const otherSlash = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
    assert.equal((await ask(sandbox, otherSlash)).status, path.endsWith("members") ? 200 : 404, otherSlash);
  }
  assert.equal((await ask(sandbox, "/no/such/path/")).status, 404);
});

test("status and rate limits need no key", async () => {
  await using sandbox = await startSandbox({ rateLimit: { limit: 100, windowSeconds: 60 } });
  assert.equal(typeof rowOf((await ask(sandbox, "/status/check/basic/", { key: null })).json)["version"], "string");
  const limits = rowOf(rowOf((await ask(sandbox, "/rates/limits/", { key: null })).json)["resources"]);
  assert.equal(rowOf(limits["core"])["limit"], 100);
  assert.equal(rowOf(limits["core"])["remaining"], 98);
});

test("the GET that removes a member is refused and counted, and the member stays", async () => {
  await using sandbox = await startSandbox();
  const { user } = firstMember(sandbox);
  assert.equal((await ask(sandbox, `${org}/members/${user}/remove/`)).status, 405);
  assert.equal((await ask(sandbox, `${org}/members/${user}/remove`)).status, 405);
  assert.equal(sandbox.counters.destructiveGets, 2);
  assert.equal((await ask(sandbox, `${org}/members/${user}/`)).status, 200);
});

test("methods other than GET are refused and counted", async () => {
  await using sandbox = await startSandbox();
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]) {
    assert.equal((await ask(sandbox, `${org}/members/`, { method })).status, 405);
  }
  assert.equal(sandbox.counters.refusedMethods, 6);
  assert.equal(sandbox.counters.destructiveGets, 0);
});

test("the log names each request and whose key it came with, and never the key", async () => {
  await using sandbox = await startSandbox();
  await ask(sandbox, `${org}/teams/?page=1`);
  await ask(sandbox, "/orgs/elsewhere/", { key: "service" });
  await ask(sandbox, "/user/self/", { key: null });
  assert.deepEqual(
    sandbox.requests.map(({ startedAtMs: _, ...entry }) => entry),
    [
      { method: "GET", path: `${org}/teams/`, query: "page=1", caller: "owner", status: 200, fault: undefined },
      { method: "GET", path: "/orgs/elsewhere/", query: "", caller: "service", status: 404, fault: undefined },
      { method: "GET", path: "/user/self/", query: "", caller: "anonymous", status: 200, fault: undefined },
    ],
  );
  assert.ok(!JSON.stringify(sandbox.requests).includes("csa_"));
  sandbox.resetLog();
  assert.equal(sandbox.requests.length, 0);
});

test("the most requests under way at once are counted", async () => {
  await using sandbox = await startSandbox();
  const { promise: allArrived, resolve } = Promise.withResolvers<undefined>();
  let arrived = 0;
  sandbox.onRequest(() => {
    arrived++;
    if (arrived === 4) resolve(undefined);
    return allArrived;
  });
  await Promise.all([1, 2, 3, 4].map((page) => ask(sandbox, `${org}/members/?page=${page}`)));
  await ask(sandbox, `${org}/members/`);
  assert.equal(sandbox.counters.maxInFlight, 4);
});

test("a hook can answer in place of the sandbox until it is taken off", async () => {
  await using sandbox = await startSandbox();
  const remove = sandbox.onRequest(({ path, query }) =>
    path === `${org}/members/` && query.get("page") === "2"
      ? { status: 418, headers: { "X-Hook": "yes" }, body: Buffer.from("teapot") }
      : undefined,
  );
  const hooked = await ask(sandbox, `${org}/members/?page=2`);
  assert.equal(hooked.status, 418);
  assert.equal(hooked.text, "teapot");
  assert.ok(hooked.headers.has("X-RateLimit-Limit"));
  assert.equal((await ask(sandbox, `${org}/members/?page=1`)).status, 200);
  remove();
  assert.equal((await ask(sandbox, `${org}/members/?page=2`)).status, 200);
});

test("a hook that throws fails its request and not the sandbox", async () => {
  await using sandbox = await startSandbox();
  const remove = sandbox.onRequest(() => {
    throw new Error("not as planned");
  });
  const failed = await ask(sandbox, `${org}/`);
  assert.equal(failed.status, 500);
  assert.match(failed.text, /not as planned/);
  remove();
  assert.equal((await ask(sandbox, `${org}/`)).status, 200);
});

test("a port that is taken is refused with a stable code", async () => {
  await using sandbox = await startSandbox();
  await assert.rejects(
    startSandbox({ port: sandbox.port }),
    (error) => error instanceof BatonError && error.code === "SANDBOX-PORT",
  );
});

test("a closed sandbox refuses connections, and closing it again does nothing", async () => {
  const sandbox = await startSandbox();
  await ask(sandbox, `${org}/`);
  await sandbox.close();
  await sandbox.close();
  await assert.rejects(ask(sandbox, `${org}/`));
});
