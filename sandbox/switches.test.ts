import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../test/support/virtual-clock.ts";
import { type SandboxOptions, startSandbox } from "./server.ts";
import { ask, askAll, rowOf, rowsOf } from "./test-client.ts";

const members = "/orgs/sandbox-org/members/";

const meanings = [
  { isActiveSemantics: "H1", absent: 120, false: 120 },
  { isActiveSemantics: "H2", absent: 12, false: 12 },
  { isActiveSemantics: "H3", absent: 120, false: 12 },
] as const;

for (const { isActiveSemantics, absent, false: explicit } of meanings) {
  test(`under ${isActiveSemantics}, absence lists ${absent} and false ${explicit} of 120 members`, async () => {
    for (const prepare of [false, true]) {
      await using sandbox = await startSandbox({ isActiveSemantics, prepare });
      assert.equal((await askAll(sandbox, members)).length, absent);
      assert.equal((await askAll(sandbox, `${members}?is_active=false`)).length, explicit);
      for (const word of ["true", "True"]) {
        const active = await askAll(sandbox, `${members}?is_active=${word}`);
        assert.equal(active.length, 108);
        assert.ok(active.every((row) => row["is_active"] === true));
      }
    }
  });
}

test("members can come without the key teams, as from older releases", async () => {
  await using sandbox = await startSandbox({ membersCarryTeams: false });
  assert.ok((await askAll(sandbox, members)).every((row) => !("teams" in row)));
  sandbox.switches.membersCarryTeams = true;
  assert.ok((await askAll(sandbox, members)).every((row) => Array.isArray(row["teams"])));
});

test("addresses can be redacted for every key", async () => {
  await using sandbox = await startSandbox({ redactedEmails: true, prepare: true });
  assert.ok((await askAll(sandbox, members)).every((row) => String(row["email"]).includes("*****@")));
});

test("pagination headers can be left out, lie about the count, or promise pages for ever", async () => {
  await using sandbox = await startSandbox({ paginationHeaders: false });
  const page = async (number: number) => ask(sandbox, `${members}?page_size=100&page=${number}`);
  assert.equal((await page(1)).headers.get("X-Pagination-Count"), null);
  assert.equal((await page(1)).headers.get("Link"), null);
  sandbox.switches.paginationHeaders = "lying-count";
  assert.equal((await page(1)).headers.get("X-Pagination-Count"), "360");
  sandbox.switches.paginationHeaders = "endless";
  const last = await page(2);
  assert.equal(last.headers.get("X-Pagination-PageTotal"), "3");
  const beyond = await page(70);
  assert.equal(beyond.status, 200);
  assert.equal(beyond.headers.get("X-Pagination-PageTotal"), "71");
  assert.equal(beyond.text, last.text);
});

test("the page size can be ignored", async () => {
  await using sandbox = await startSandbox({ ignorePageSize: true });
  const reply = await ask(sandbox, `${members}?page_size=100`);
  assert.equal(rowsOf(reply).length, 30);
  assert.equal(reply.headers.get("X-Pagination-PageSize"), "30");
});

test("the order can differ from request to request, with the same rows", async () => {
  for (const prepare of [false, true]) {
    await using sandbox = await startSandbox({ unstableSort: true, prepare });
    const order = async (): Promise<string[]> => (await askAll(sandbox, members)).map((row) => String(row["user"]));
    const [first, second] = [await order(), await order()];
    assert.notDeepEqual(first, second);
    assert.deepEqual(first.toSorted(), second.toSorted());
  }
});

test("a wrong key can get 403, or be taken for none", async () => {
  await using sandbox = await startSandbox({ wrongKey: "403" });
  const headers = { "X-Api-Key": "wrong" };
  assert.equal((await ask(sandbox, "/user/self/", { key: null, headers })).status, 403);
  sandbox.switches.wrongKey = "anonymous";
  const self = await ask(sandbox, "/user/self/", { key: null, headers });
  assert.equal(self.status, 200);
  assert.equal(rowOf(self.json)["authenticated"], false);
});

test("every answer waits for the latency asked for", async () => {
  const clock = new VirtualClock();
  const options: SandboxOptions = { latencyMs: 100, clock };
  await using sandbox = await startSandbox(options);
  await ask(sandbox, members);
  await ask(sandbox, "/orgs/no-such-org/");
  assert.deepEqual(clock.sleeps, [100, 100]);
});

for (const tiesTurn of ["page", "page-size"] as const) {
  test(`rows of one role turn round with every other ${tiesTurn}, and only they`, async () => {
    await using sandbox = await startSandbox({ tiesTurn, prepare: true });
    const ids = async (page: number, size: number) =>
      rowsOf(await ask(sandbox, `${members}?sort=role&page=${page}&page_size=${size}`)).map((row) => row["user"]);
    const [ordinary, other] =
      tiesTurn === "page" ? [await ids(1, 100), await ids(2, 60)] : [await ids(1, 121), await ids(1, 120)];
    sandbox.switches.tiesTurn = false;
    const [asEver, otherwise] =
      tiesTurn === "page" ? [await ids(1, 100), await ids(2, 60)] : [await ids(1, 121), await ids(1, 120)];
    assert.deepEqual(ordinary, asEver);
    assert.notDeepEqual(other, otherwise);
  });
}

test("the list of a team's members can show services, too, whatever kind is asked for", async () => {
  await using sandbox = await startSandbox({ ignoreUserKind: true });
  const [team] = sandbox.organization.services.flatMap(({ memberships }) => memberships.map(({ team }) => team.slug));
  for (const kind of ["user", "service"]) {
    const answer = await ask(sandbox, `/orgs/sandbox-org/teams/${team}/members?user_kind=${kind}`);
    const kinds = JSON.stringify(answer.json);
    assert.ok(kinds.includes('"Service"') && kinds.includes('"User"'), kinds);
  }
});
