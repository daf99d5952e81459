import assert from "node:assert/strict";
import { test } from "node:test";
import { startSandbox } from "../server.ts";
import { ask, askAll, type Reply, rowsOf } from "../test-client.ts";

const members = "/orgs/sandbox-org/members/";
const teams = "/orgs/sandbox-org/teams/";

function pagination(reply: Reply): (string | null)[] {
  return ["Count", "Page", "PageTotal", "PageSize"].map((name) => reply.headers.get(`X-Pagination-${name}`));
}

test("pages follow each other without gap or overlap, and say where they are", async () => {
  await using sandbox = await startSandbox();
  const users: unknown[] = [];
  for (let page = 1; page <= 3; page++) {
    const reply = await ask(sandbox, `${members}?page=${page}&page_size=50`);
    assert.deepEqual(pagination(reply), ["120", String(page), "3", "50"]);
    users.push(...rowsOf(reply).map((row) => row["user"]));
  }
  assert.equal(users.length, 120);
  assert.equal(new Set(users).size, 120);
});

test("past the last page comes a 404 that says so", async () => {
  await using sandbox = await startSandbox();
  for (const page of ["4", "99999", "last"]) {
    const reply = await ask(sandbox, `${members}?page_size=50&page=${page}`);
    assert.equal(reply.status, 404);
    assert.deepEqual(reply.json, { detail: "Invalid page." });
  }
});

test("page 0, a negative page and none at all are the first page", async () => {
  await using sandbox = await startSandbox();
  const first = (await ask(sandbox, `${members}?page=1`)).text;
  for (const query of ["", "?page=0", "?page=-3", "?page="]) {
    assert.equal((await ask(sandbox, members + query)).text, first);
  }
});

test("a page holds 30 rows by default and never more than 500", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1200 } });
  assert.deepEqual(pagination(await ask(sandbox, members)), ["1200", "1", "40", "30"]);
  const capped = await ask(sandbox, `${members}?page_size=1000`);
  assert.deepEqual(pagination(capped), ["1200", "1", "3", "500"]);
  assert.equal(rowsOf(capped).length, 500);
});

test("an empty list carries no pagination headers", async () => {
  await using sandbox = await startSandbox({ organization: { teams: 0 } });
  const reply = await ask(sandbox, teams);
  assert.equal(reply.text, "[]");
  assert.deepEqual(pagination(reply), [null, null, null, null]);
  assert.equal((await ask(sandbox, `${teams}?page=2`)).status, 404);
});

test("links name the neighbours without page size or filter", async () => {
  await using sandbox = await startSandbox();
  const url = `${sandbox.baseUrl}${members}`;
  const link = async (page: number): Promise<string | null> =>
    (await ask(sandbox, `${members}?page_size=50&is_active=true&page=${page}`)).headers.get("Link");
  assert.equal(await link(1), `<${url}?page=2>; rel="next", <${url}?page=3>; rel="last"`);
  assert.equal(
    await link(2),
    `<${url}?page=1>; rel="first", <${url}?page=1>; rel="prev", <${url}?page=3>; rel="next", <${url}?page=3>; rel="last"`,
  );
  assert.equal((await ask(sandbox, `${teams}?page_size=50`)).headers.get("Link"), null, "one page has no neighbours");
});

test("members sort by name or role, up and down, and other fields are refused", async () => {
  await using sandbox = await startSandbox();
  const column = async (sort: string, field: string): Promise<string[]> =>
    (await askAll(sandbox, `${members}?sort=${sort}`)).map((row) => String(row[field]));
  const names = await column("user_name", "user_name");
  assert.deepEqual(names, names.toSorted());
  assert.deepEqual(await column("-user_name", "user_name"), names.toReversed());
  const roles = await column("-role", "role");
  assert.deepEqual(roles, roles.toSorted().toReversed());
  assert.equal((await ask(sandbox, `${members}?sort=shoe_size`)).status, 400);
});

test("teams sort by name or by size", async () => {
  await using sandbox = await startSandbox();
  const names = (await askAll(sandbox, teams)).map((row) => String(row["name"]));
  assert.deepEqual(names, names.toSorted());
  const sizes = (await askAll(sandbox, `${teams}?sort=-members`)).map(
    (row) =>
      sandbox.organization.members.filter((member) => member.memberships.some(({ team }) => team.slug === row["slug"]))
        .length,
  );
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
});

test("lists can be searched by field and by plain text", async () => {
  await using sandbox = await startSandbox();
  const { members: all, teams: allTeams } = sandbox.organization;
  const owners = await askAll(sandbox, `${members}?query=role:owner`);
  assert.deepEqual(
    owners.map((row) => row["user"]).sort(),
    all
      .filter((m) => m.role === "Owner")
      .map((m) => m.user)
      .sort(),
  );
  assert.ok(owners.length >= 2);
  assert.equal((await askAll(sandbox, `${members}?query=inactive`)).length, 12);
  assert.equal((await askAll(sandbox, `${members}?query=inactive:false`)).length, 108);
  const someone = all[17];
  assert.deepEqual((await askAll(sandbox, `${members}?query=userslug:${someone?.user}`))[0]?.["user"], someone?.user);
  assert.deepEqual(await askAll(sandbox, `${members}?query=nobody-of-that-name`), []);
  const team = allTeams[3];
  assert.deepEqual(
    (await askAll(sandbox, `${teams}?query=slug:${team?.slug}`)).map((row) => row["slug"]),
    [team?.slug],
  );
  const peopled = await askAll(sandbox, `${teams}?query=userslug:${someone?.user}`);
  assert.ok(peopled.length >= (someone?.memberships.length ?? 0));
  assert.equal((await askAll(sandbox, "/orgs/sandbox-org/services/?query=role:manager")).length, 2);
});

test("a caller can ask for its own teams only", async () => {
  await using sandbox = await startSandbox();
  const own = sandbox.organization.members[0]?.memberships.map(({ team }) => team.slug) ?? [];
  const listed = (await askAll(sandbox, `${teams}?for_user=true`)).map((row) => String(row["slug"]));
  assert.deepEqual(listed.sort(), own.toSorted());
  assert.ok(own.length > 0);
});
