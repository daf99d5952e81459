import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../../src/sdk/errors.ts";
import { startSandbox } from "../server.ts";
import { ask, askAll, rowOf } from "../test-client.ts";

const org = "/orgs/sandbox-org";

for (const prepare of [false, true]) {
  test(`members come, change and go between requests${prepare ? ", also of prepared lists" : ""}`, async () => {
    await using sandbox = await startSandbox({ prepare });
    const users = async (): Promise<unknown[]> => (await askAll(sandbox, `${org}/members/`)).map((row) => row["user"]);
    assert.equal((await users()).length, 120);
    sandbox.edit.addMember({ user: "newcomer", role: "Manager" });
    assert.ok((await users()).includes("newcomer"));
    assert.equal((await users()).length, 121);
    sandbox.edit.changeMember("newcomer", { user: "renamed", isActive: false });
    assert.equal((await ask(sandbox, `${org}/members/newcomer/`)).status, 404);
    assert.equal(rowOf((await ask(sandbox, `${org}/members/renamed/`)).json)["is_active"], false);
    sandbox.edit.removeMember("renamed");
    assert.equal((await users()).length, 120);
  });

  test(`teams come, change and go between requests${prepare ? ", also of prepared lists" : ""}`, async () => {
    await using sandbox = await startSandbox({ prepare });
    const teams = async (): Promise<unknown[]> => (await askAll(sandbox, `${org}/teams/`)).map((row) => row["slug"]);
    const user = String(sandbox.organization.members[6]?.user);
    const onMember = async (): Promise<string> => (await ask(sandbox, `${org}/members/${user}/`)).text;
    sandbox.edit.addTeam({ slug: "fresh", visibility: "Hidden" });
    sandbox.edit.addToTeam(user, "fresh");
    assert.match(await onMember(), /"role":"Member","slug":"fresh"/);
    sandbox.edit.addToTeam(user, "fresh", "Manager");
    assert.match(await onMember(), /"role":"Manager","slug":"fresh"/);
    assert.doesNotMatch(await onMember(), /"role":"Member","slug":"fresh"/);
    sandbox.edit.changeTeam("fresh", { slug: "renamed" });
    assert.match(await onMember(), /"slug":"renamed"/);
    assert.ok((await teams()).includes("renamed"));
    sandbox.edit.removeFromTeam(user, "renamed");
    assert.deepEqual((await ask(sandbox, `${org}/teams/renamed/members`)).json, { members: [] });
    sandbox.edit.addToTeam(user, "renamed");
    sandbox.edit.removeTeam("renamed");
    assert.doesNotMatch(await onMember(), /"slug":"renamed"/);
    assert.equal((await teams()).length, 12);
  });
}

test("a hook can change the organization before the very request it sees", async () => {
  await using sandbox = await startSandbox();
  sandbox.onRequest(({ page }) => {
    if (page === 2) sandbox.edit.addMember({ user: "late" });
    return undefined;
  });
  assert.equal((await ask(sandbox, `${org}/members/?page=1`)).headers.get("X-Pagination-Count"), "120");
  assert.equal((await ask(sandbox, `${org}/members/?page=2`)).headers.get("X-Pagination-Count"), "121");
});

test("single fields can be made wrong or left out on the wire", async () => {
  await using sandbox = await startSandbox();
  sandbox.edit.addMember({ user: "odd", overrides: { role: 7, is_active: "yes", email: undefined } });
  const odd = rowOf((await ask(sandbox, `${org}/members/odd/`)).json);
  assert.equal(odd["role"], 7);
  assert.equal(odd["is_active"], "yes");
  assert.ok(!("email" in odd));
  sandbox.edit.addTeam({ slug: "odd-team", overrides: { slug_perm: null } });
  assert.equal(rowOf((await ask(sandbox, `${org}/teams/odd-team/`)).json)["slug_perm"], null);
});

test("text of any kind arrives as it was set", async () => {
  await using sandbox = await startSandbox();
  const texts = ["NUL\u0000", "\u001b[31mred", "\ud800 lone", "e\u0301 é", "x".repeat(10_000), '"quoted\\"', "\u2028"];
  for (const [index, userName] of texts.entries()) {
    sandbox.edit.addMember({ user: `text-${index}`, userName });
    const row = rowOf((await ask(sandbox, `${org}/members/text-${index}/`)).json);
    assert.equal(row["user_name"], userName);
  }
});

test("changing what is not there is refused with a stable code", async () => {
  await using sandbox = await startSandbox();
  const { edit } = sandbox;
  for (const change of [
    () => edit.removeMember("nobody"),
    () => edit.changeTeam("nothing", {}),
    () => edit.addToTeam("nobody", "x"),
  ]) {
    assert.throws(change, (error) => error instanceof BatonError && error.code === "SANDBOX-NOT-FOUND");
  }
});
