/** Whole syncs from a server that errs in one thing. Runs that stopped and go on. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { scratchDirectory } from "../../e2e/program.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { idsIn, newFile, syncSandbox } from "../sandbox-sync.ts";
import { type Changeable, everybody, older, unannounced } from "./cases.ts";
import { acme, person, startOddServer } from "./odd-organization.ts";

const scratch = scratchDirectory();

after(() => scratch[Symbol.dispose]());

for (const count of ["none", undefined] as const) {
  test(`a run that a look-up stops and that goes on has everybody, ${count ?? "all pages"} announced`, async () => {
    const odd: Changeable = acme();
    const unseen = { email: null, last_login_at: null, last_login_method: "Unknown", has_two_factor: false };
    odd.members.push(person("bot", unseen));
    let isDown = true;
    odd.answer = (asked) => {
      if (asked.path === "/services/" && isDown) return { status: 500, body: {} };
      return count === "none" ? unannounced(odd, asked) : undefined;
    };
    await using server = await startOddServer(odd);
    const path = newFile(scratch.path);
    const stopped = await syncSandbox(server, path, { clock: new VirtualClock() });
    assert.equal(stopped.error?.code, "CS-SERVER-500");
    isDown = false;
    const ended = await syncSandbox(server, path, { clock: new VirtualClock() });
    const users = idsIn(path, ended, "v1_resources").filter((id) => id.startsWith("user:"));
    assert.deepEqual(users, ["user:Ubot", ...everybody]);
    assert.deepEqual(ended.codes, ["CS-EMAIL-UNUSABLE"]);
  });
}

test("a run that stopped is not gone on with in another organization of the same slug, or on another host", async () => {
  const odd: Changeable = acme();
  const missing = [...odd.teams];
  let isDown = true;
  odd.answer = ({ path }) => (path === "/teams/" && isDown ? { status: 500, body: {} } : undefined);
  await using server = await startOddServer(odd);
  for (const [host, id] of [
    ["one.example", "ORGnew"],
    ["two.example", "ORGid"],
  ] as const) {
    const path = newFile(scratch.path);
    Object.assign(odd.organization, { slug_perm: "ORGid" });
    isDown = true;
    const stopped = await syncSandbox(server, path, { clock: new VirtualClock(), host: "one.example" });
    assert.equal(stopped.error?.code, "CS-SERVER-500");
    isDown = false;
    Object.assign(odd.organization, { slug_perm: id });
    const ended = await syncSandbox(server, path, { clock: new VirtualClock(), host });
    assert.deepEqual([ended.end.result, ended.end.sync?.resumed, ended.codes], ["Complete", false, []]);
    const ids = idsIn(path, ended, "v1_resources");
    const teams = missing.map(({ slug_perm }) => `team:${String(slug_perm)}`);
    assert.deepEqual(ids, [`organization:${id}`, ...teams, ...everybody]);
  }
});

test("a run that stopped is not gone on with when more is asked for than it began to read", async () => {
  const odd: Changeable = acme();
  odd.services.push({ slug: "bot", name: "Bot", role: "Manager", teams: [] });
  let isDown = true;
  odd.answer = ({ path }) => (path === "/teams/" && isDown ? { status: 500, body: {} } : undefined);
  await using server = await startOddServer(odd);
  const path = newFile(scratch.path);
  assert.ok((await syncSandbox(server, path, { clock: new VirtualClock() })).error);
  isDown = false;
  const ended = await syncSandbox(server, path, { clock: new VirtualClock(), requested: ["service"] });
  assert.deepEqual([ended.end.result, ended.end.sync?.resumed], ["Complete", false]);
  assert.ok(idsIn(path, ended, "v1_resources").includes("service:bot"));
  assert.ok(idsIn(path, ended, "v1_grants").includes("organization:ORGid:manager:service:bot"));
});

test("a run that stopped is not gone on with when more is to be told of its teams", async () => {
  const odd: Changeable = acme();
  let isDown = true;
  odd.answer = ({ path }) => {
    if (path === "/saml-group-sync/") return { body: [{ slug_perm: "G", team: "core", idp_key: "g", idp_value: "x" }] };
    return path === "/teams/core/members" && isDown ? { status: 500, body: {} } : undefined;
  };
  older(odd);
  await using server = await startOddServer(odd);
  const path = newFile(scratch.path);
  assert.ok((await syncSandbox(server, path, { clock: new VirtualClock() })).error);
  isDown = false;
  const ended = await syncSandbox(server, path, { clock: new VirtualClock(), requested: ["team-source"] });
  assert.equal(ended.end.sync?.resumed, false);
});
