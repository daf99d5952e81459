import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyName } from "../keys.ts";
import { startSandbox } from "../server.ts";
import { ask, askAll, rowsOf } from "../test-client.ts";

const slug = "sandbox-org";
const lists = [
  [`/orgs/${slug}/openid-connect/`, 2],
  [`/orgs/${slug}/invites/`, 3],
  [`/orgs/${slug}/saml-group-sync/`, 2],
  [`/repos/${slug}/`, 6],
  [`/audit-log/${slug}/`, 40],
] as const;

test("an Owner and a Manager read every list, lower roles only the repositories that they may use", async () => {
  await using sandbox = await startSandbox();
  for (const [path, count] of lists) {
    for (const key of ["owner", "manager", "service"] satisfies KeyName[]) {
      assert.equal((await askAll(sandbox, path, { key })).length, count, `${path} as ${key}`);
    }
    const { status } = await ask(sandbox, path, { key: "collaborator" });
    assert.equal(status, path.startsWith("/repos/") ? 200 : 403, path);
    assert.equal((await ask(sandbox, path, { key: null })).status, 401);
  }
  assert.ok((await askAll(sandbox, `/repos/${slug}/`, { key: "collaborator" })).length < 6);
});

test("privileges and tokens are for owners, and for those who hold Admin there; no headers tell how many privileges there are", async () => {
  await using sandbox = await startSandbox({ organization: { repositories: 60 } });
  const statuses = new Set<number>();
  for (const { slug: repository, slug_perm: id } of await askAll(sandbox, `/repos/${slug}/`)) {
    const path = `/repos/${slug}/${String(repository)}/privileges`;
    const privileges = await ask(sandbox, path);
    assert.equal(privileges.status, 200);
    assert.equal(privileges.headers.get("x-pagination-count"), null);
    assert.equal((await ask(sandbox, `/repos/${slug}/${String(id)}/privileges`)).text, privileges.text);
    const asManager = await ask(sandbox, path, { key: "manager" });
    assert.equal(
      (await ask(sandbox, `/entitlements/${slug}/${String(repository)}/`, { key: "manager" })).status,
      asManager.status,
    );
    statuses.add(asManager.status);
  }
  assert.deepEqual([...statuses].sort(), [200, 403]);
  assert.equal((await ask(sandbox, `/repos/${slug}/nowhere/privileges`)).status, 404);
});

test("no token is ever shown, and a client that asks for them is told", async () => {
  await using sandbox = await startSandbox();
  const tokens = await ask(sandbox, `/entitlements/${slug}/production/`);
  assert.ok(rowsOf(tokens).every(({ token }) => /^\*+$/.test(String(token))));
  assert.equal((await ask(sandbox, `/entitlements/${slug}/production/?show_tokens=true`)).status, 400);
});

test("the audit log is newest first and can be searched by event; a plan without it answers 402", async () => {
  await using sandbox = await startSandbox();
  const times = (await askAll(sandbox, `/audit-log/${slug}/`)).map(({ event_at }) => String(event_at).slice(0, 19));
  assert.deepEqual(times, times.toSorted().reverse());
  const logins = await askAll(sandbox, `/audit-log/${slug}/?query=event:user.login`);
  assert.ok(logins.length > 0 && logins.every(({ event }) => event === "user.login"));
  sandbox.addFault({ kind: "status", status: 402, match: { path: "/audit-log" }, times: Number.POSITIVE_INFINITY });
  assert.equal((await ask(sandbox, `/audit-log/${slug}/`)).status, 402);
});

test("more of one kind does not change the others, nor the members", async () => {
  await using few = await startSandbox();
  await using many = await startSandbox({ organization: { repositories: 30, auditEvents: 0 } });
  for (const path of [`/orgs/${slug}/members/`, `/orgs/${slug}/services/`]) {
    assert.equal((await ask(few, path)).text, (await ask(many, path)).text);
  }
  const names = async (of: typeof few) => (await askAll(of, `/orgs/${slug}/openid-connect/`)).map(({ name }) => name);
  assert.deepEqual(await names(few), await names(many));
});
