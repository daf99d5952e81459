import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { KeyName } from "../../sandbox/keys.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import { VirtualClock } from "../../test/support/virtual-clock.ts";
import { nearestName } from "../sdk/api/named-root.ts";
import type { SessionStore, SyncWarning } from "../sdk/contracts/connector.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { silentLogger } from "../sdk/log.ts";
import { runChecks, validateAccess } from "./checks.ts";
import { CloudsmithClient } from "./client.ts";
import { CloudsmithConnector } from "./connector.ts";

const signal = new AbortController().signal;
const org = "sandbox-org";
const noSession: SessionStore = { get: () => undefined, set() {}, keys: () => [] };

function clientFor(baseUrl: string, apiKey: string, clock = new VirtualClock(Date.now())): CloudsmithClient {
  return new CloudsmithClient({ baseUrl, apiKey, version: "0", clock, logger: silentLogger });
}

async function setUp(
  key: KeyName,
  options: SandboxOptions = {},
): Promise<{ sandbox: Sandbox; client: CloudsmithClient }> {
  const sandbox = await startSandbox(options);
  return { sandbox, client: clientFor(sandbox.baseUrl, sandbox.keys[key]) };
}

async function outcomes(client: CloudsmithClient, slug = org): Promise<Record<string, string>> {
  const results = await runChecks(client, slug, { signal });
  return Object.fromEntries(results.map((result) => [result.id, result.outcome]));
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

test("an organization that shows nobody at all is not called complete, with whatever key", async () => {
  const { sandbox, client } = await setUp("service");
  await using _ = sandbox;
  sandbox.organization.members.length = 0;
  const results = await runChecks(client, org, { signal });
  assert.deepEqual([results.at(-1)?.outcome, results[3]?.detail], ["warn", "0 active and 0 inactive members."]);
  assert.match(results.at(-1)?.detail ?? "", /Not a single member is shown/);
});

for (const key of ["owner", "manager", "service"] as const) {
  test(`all six checks pass in order for a key of the ${key}, with one request each`, async () => {
    const { sandbox, client } = await setUp(key);
    await using _ = sandbox;
    const results = await runChecks(client, org, { signal });
    assert.deepEqual(
      results.map((result) => `${result.id} ${result.outcome}`),
      ["host pass", "key pass", "organization pass", "members pass", "teams pass", "roster pass"],
    );
    assert.match(results[3]?.detail ?? "", /^108 active and 12 inactive members/);
    assert.match(results[4]?.detail ?? "", /^12 teams, 2 of them hidden/);
    assert.equal(sandbox.requests.length, 6);
  });
}

test("the counts are right when the list of inactive members holds everybody", async () => {
  const { sandbox, client } = await setUp("owner", { isActiveSemantics: "H1" });
  await using _ = sandbox;
  const results = await runChecks(client, org, { signal });
  assert.match(results.find((result) => result.id === "members")?.detail ?? "", /^108 active and 12 inactive members/);
});

for (const key of ["member", "collaborator", "serviceMember"] as const) {
  test(`a key of the ${key} is warned of a partial roster, with what to do`, async () => {
    const { sandbox, client } = await setUp(key);
    await using _ = sandbox;
    const roster = (await runChecks(client, org, { signal })).at(-1);
    assert.equal(roster?.outcome, "warn");
    assert.match(roster?.detail ?? "", /^Partial roster: .*role (Member|Collaborator)/);
    assert.match(roster?.fix ?? "", /Owner or Manager/);
    const warnings: SyncWarning[] = [];
    await validateAccess(client, org, { signal, warn: (warning) => warnings.push(warning), report() {} });
    assert.deepEqual(
      warnings.map((warning) => warning.code),
      ["CS-PARTIAL-ROLE"],
    );
  });
}

test("unlisted teams are a sign of a partial roster even for an Owner; redacted addresses are none", async () => {
  const { sandbox, client } = await setUp("owner", { redactedEmails: true });
  await using _ = sandbox;
  const rewrite = (json: unknown): unknown => (Array.isArray(json) ? json.slice(2) : json);
  sandbox.addFault({ kind: "rewrite", rewrite, match: { path: "/teams/" } });
  const roster = (await runChecks(client, org, { signal })).at(-1);
  assert.equal(roster?.outcome, "warn");
  assert.doesNotMatch(roster?.detail ?? "", /e-mail addresses/);
  assert.match(roster?.detail ?? "", /teams that this key cannot list/);
});

for (const wrongKey of ["401", "403", "anonymous"] as const) {
  test(`a wrong key fails the key check and skips the rest, when the API says ${wrongKey}`, async () => {
    const { sandbox } = await setUp("owner", { wrongKey });
    await using _ = sandbox;
    const client = clientFor(sandbox.baseUrl, "wrong-key-canary-0123456789");
    assert.deepEqual(await outcomes(client), {
      host: "pass",
      key: "fail",
      organization: "skip",
      members: "skip",
      teams: "skip",
      roster: "skip",
    });
    assert.doesNotMatch(JSON.stringify(await runChecks(client, org, { signal })), /canary/);
    const error = await errorOf(validateAccess(client, org, { signal, warn() {}, report() {} }));
    assert.equal(error.status, Status.unauthenticated);
    assert.equal(sandbox.requests.length, 3);
  });
}

test("a wrong slug names the organizations that the key can see and the nearest one", async () => {
  const { sandbox, client } = await setUp("owner");
  await using _ = sandbox;
  const results = await runChecks(client, "sandbx-org", { signal });
  const found = results.find((result) => result.id === "organization");
  assert.equal(found?.outcome, "fail");
  assert.equal(found?.code, "CS-ORG-404");
  assert.equal(found?.fix, "Did you mean sandbox-org? This key can see: sandbox-org.");
  const error = await errorOf(validateAccess(client, "sandbx-org", { signal, warn() {}, report() {} }));
  assert.equal(error.exitCode, 5);
  assert.match(error.hint ?? "", /Did you mean sandbox-org/);
});

test("a key of somebody outside fails the organization check", async () => {
  const { sandbox, client } = await setUp("outsider");
  await using _ = sandbox;
  assert.equal((await outcomes(client))["organization"], "fail");
});

test("a host that cannot be reached fails the host check within 30 seconds with exit code 14", async () => {
  const sandbox = await startSandbox();
  await sandbox.close();
  const clock = new VirtualClock();
  const client = clientFor(sandbox.baseUrl, "some-key", clock);
  const results = await runChecks(client, org, { signal });
  assert.equal(results[0]?.outcome, "fail");
  assert.equal(results[0]?.code, "NET-REFUSED");
  assert.ok(clock.monotonicMs() < 30_000);
  assert.equal((await errorOf(validateAccess(client, org, { signal, warn() {}, report() {} }))).exitCode, 14);
});

test("members that cannot be listed fail their check, and the teams are still looked at", async () => {
  const { sandbox, client } = await setUp("owner");
  await using _ = sandbox;
  sandbox.addFault({ kind: "status", status: 403, match: { path: /members\/$/ }, times: 2 });
  const found = await outcomes(client);
  assert.deepEqual([found["members"], found["teams"], found["roster"]], ["fail", "pass", "skip"]);
});

test("validation takes three requests and returns who, where and as what", async () => {
  for (const [key, kind] of [
    ["owner", "person"],
    ["service", "service"],
  ] as const) {
    const { sandbox, client } = await setUp(key);
    await using _ = sandbox;
    const access = await validateAccess(client, org, {
      signal,
      warn: () => assert.fail("no warning expected"),
      report() {},
    });
    assert.equal(sandbox.requests.length, 3);
    assert.equal(access.organization.slug, org);
    assert.equal(access.role.kind, kind);
    assert.ok(access.role.seesAll && access.caller.slug);
  }
});

/** Gives requests that are on their way the time to arrive, and those that should not be there as well. */
async function arrived(count: () => number, expected: number): Promise<void> {
  await setTimeout(50);
  for (let waits = 0; count() < expected && waits < 100; waits++) await setTimeout(50);
  assert.equal(count(), expected);
}

test("the first pages are asked for together with the role when a sync follows, and only then", async () => {
  for (const [beginsSync, slug, pages] of [
    [true, org, 3],
    [false, org, 0],
    [undefined, org, 0],
  ] as const) {
    const { sandbox, client } = await setUp("owner");
    await using _ = sandbox;
    const connector = new CloudsmithConnector({ client, orgSlug: slug });
    const listed = (): number => sandbox.requests.filter(({ path }) => /\/(members|teams)\/$/.test(path)).length;
    await connector.validate({ signal, warn() {}, report() {}, ...(beginsSync !== undefined && { beginsSync }) });
    await arrived(listed, pages);
    const [organization] = connector.syncers;
    await organization?.list(undefined, { signal, pageToken: "", session: noSession, warn() {}, report() {} });
    await arrived(listed, 3);
    await connector.cleanup();
  }
});

test("a service account is found although the organization was configured by its immutable id", async () => {
  const { sandbox, client } = await setUp("service");
  await using _ = sandbox;
  const { role, organization } = await validateAccess(client, sandbox.organization.slugPerm, {
    signal,
    warn() {},
    report() {},
  });
  assert.equal(organization.slug, org);
  assert.equal(role.role, "Manager");
});

test("an abort ends the checks with its reason", async () => {
  const { sandbox, client } = await setUp("owner");
  await using _ = sandbox;
  const controller = new AbortController();
  controller.abort(new Error("interrupted"));
  await assert.rejects(runChecks(client, org, { signal: controller.signal }), /interrupted/);
});

for (const [typed, expected] of [
  ["acme-crop", "acme-corp"],
  ["ACME-CORP", "acme-corp"],
  ["zzzzzzzz", undefined],
] as const) {
  test(`nearest to ${typed} is ${expected}`, () => {
    assert.equal(nearestName(typed, ["other", "acme-corp"]), expected);
  });
}
