import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { rowsOf, syncRunsOf } from "../../../test/support/plain-c1z.ts";
import {
  entitlementOf,
  grantOf,
  groupOf,
  type Script,
  type ScriptedType,
  scriptedConnector,
  typeOf,
  userOf,
} from "../../../test/support/scripted-connector.ts";
import { systemClock } from "../clock.ts";
import { type ResourceTarget, Trait } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import { type LogFields, silentLogger } from "../log.ts";
import { skipEntitlementsAndGrants } from "../resources/annotations.ts";
import { type RunSyncOptions, runSync } from "./run-sync.ts";

const directory = mkdtempSync(join(tmpdir(), "targeted-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;
const newPath = (): string => join(directory, `sync-${files++}.c1z`);

const org = { resourceType: "org", resource: "o1" };
const people = ["u0", "u1", "u2"].map((id) => userOf(id, org));
const team = (id: string, children: readonly string[] = []) =>
  groupOf({ resourceType: "team", resource: id }, children, org);

/** Teams and people can be read one by one, badges cannot; everybody is in every team. */
function club(): readonly ScriptedType[] {
  return [
    { type: typeOf("org", [Trait.group]), resources: { "": [groupOf(org, ["user", "team"])] }, canGet: true },
    { type: typeOf("user", [Trait.user], [skipEntitlementsAndGrants]), resources: { o1: people }, canGet: true },
    {
      type: typeOf("team", [Trait.group]),
      resources: { o1: [team("t0"), team("t1"), team("t2")] },
      canGet: true,
      entitlements: (resource) => [entitlementOf(resource, "member")],
      grants: (resource) => people.map((person) => grantOf(resource.id, "member", person.id)),
    },
    { type: typeOf("badge", []), resources: {} },
  ];
}

const target = (resourceType: string, resource: string): ResourceTarget => ({ id: { resourceType, resource } });

function run(path: string, extra: Partial<RunSyncOptions> = {}, script: Partial<Script> = {}) {
  const connector = scriptedConnector({ types: club(), ...script });
  const options: RunSyncOptions = {
    connector,
    path,
    storageEngine: "sqlite",
    signal: new AbortController().signal,
    logger: silentLogger,
    clock: systemClock,
    ...extra,
  };
  return { connector, outcome: runSync(options) };
}

const idsIn = (rows: readonly Readonly<Record<string, unknown>>[] | undefined) =>
  (rows ?? []).map((row) => row["external_id"]);

describe("a targeted sync", () => {
  it("holds the named resources with their entitlements and grants, and nothing else", async () => {
    const path = newPath();
    const { connector, outcome } = run(path, { syncResources: [target("team", "t1"), target("user", "u2")] });
    const { syncId, syncType } = await outcome;
    assert.equal(syncType, "partial");
    const rows = rowsOf(path, syncId);
    assert.deepEqual(idsIn(rows["v1_resources"]).sort(), ["team:t1", "user:u2"]);
    assert.deepEqual(idsIn(rows["v1_entitlements"]), ["team:t1:member"]);
    assert.equal(rows["v1_grants"]?.length, 3);
    assert.equal(rows["v1_resource_types"]?.length, 4);
    assert.deepEqual(
      connector.calls.map(({ method, of }) => `${method} ${of}`),
      ["get t1", "entitlements t1", "grants t1", "get u2"],
    );
  });

  it("says nothing of grants whose holders other syncs of the file hold", async () => {
    const { outcome } = run(newPath(), { syncResources: [target("team", "t1")], syncResourceTypes: ["team"] });
    const { warnings, stats } = await outcome;
    assert.deepEqual(warnings, []);
    assert.equal(stats.grants, 3);
  });

  it("names the latest full sync as its parent, leaves it in the file and prunes nothing", async () => {
    const path = newPath();
    const first = await run(path).outcome;
    const second = await run(path).outcome;
    const partial = await run(path, { syncResources: [target("team", "t0")], keepSyncCount: 1 }).outcome;
    const runs = syncRunsOf(path);
    assert.deepEqual(
      runs.map((row) => row["sync_id"]),
      [first.syncId, second.syncId, partial.syncId],
    );
    assert.equal(runs[2]?.["sync_type"], "partial");
    assert.equal(runs[2]?.["parent_sync_id"], second.syncId);
    assert.equal(runs[0]?.["parent_sync_id"], "");
    assert.equal(runs[2]?.["supports_diff"], 0);
  });

  it("reads a resource named twice once, and reads the children that a resource announces", async () => {
    const targets = [target("org", "o1"), target("org", "o1")];
    const { connector, outcome } = run(newPath(), { syncResources: targets });
    const { stats } = await outcome;
    assert.deepEqual(stats.resourcesByResourceType, { badge: 0, org: 1, team: 3, user: 3 });
    assert.equal(connector.calls.filter(({ method }) => method === "get").length, 1);
    assert.equal(connector.calls.filter(({ method }) => method === "list").length, 2);
  });

  it("takes a parent into account, and tells resources of different parents apart", async () => {
    const elsewhere = { resourceType: "org", resource: "o2" };
    const { outcome } = run(newPath(), {
      syncResources: [
        { ...target("team", "t0"), parentResourceId: org },
        { ...target("team", "t1"), parentResourceId: elsewhere },
      ],
    });
    const { stats, warnings } = await outcome;
    assert.equal(stats.resources, 1);
    assert.deepEqual(
      warnings.map(({ code, count }) => [code, count]),
      [["BATON-SKIPPED", 1]],
    );
  });

  it("leaves out what the type filter leaves out", async () => {
    const syncResources = [target("team", "t0"), target("user", "u0")];
    const { stats } = await run(newPath(), { syncResources, syncResourceTypes: ["user"] }).outcome;
    assert.deepEqual(stats.resourcesByResourceType, { user: 1 });
  });

  it("leaves out grants, or entitlements and grants, when asked to", async () => {
    const syncResources = [target("team", "t0")];
    const withoutGrants = await run(newPath(), { syncResources, skipGrants: true }).outcome;
    assert.deepEqual([withoutGrants.stats.entitlements, withoutGrants.stats.grants], [1, 0]);
    const resourcesOnly = await run(newPath(), { syncResources, skipEntitlementsAndGrants: true }).outcome;
    assert.deepEqual([resourcesOnly.stats.entitlements, resourcesOnly.stats.grants], [0, 0]);
    assert.equal(resourcesOnly.syncType, "partial");
  });

  for (const [what, syncResources, code] of [
    ["a type without single reads", [target("badge", "b0")], "BATON-TARGET-UNIMPLEMENTED"],
    ["resources that do not exist", [target("team", "t9")], "BATON-SKIPPED"],
  ] as const) {
    it(`of ${what} warns and leaves the file as it was, so that the full sync is not hidden`, async () => {
      const path = newPath();
      await run(path).outcome;
      const before = readFileSync(path);
      const logged: string[] = [];
      const logger = { ...silentLogger, warn: (message: string, _fields?: LogFields) => void logged.push(message) };
      const outcome = await run(path, { syncResources, logger }).outcome;
      assert.equal(outcome.nothingRead, true);
      assert.equal(outcome.fileBytes, 0);
      assert.deepEqual(
        outcome.warnings.map((warning) => warning.code),
        [code],
      );
      assert.ok(logged.includes("nothing was read, so that nothing was written"));
      assert.deepEqual(readFileSync(path), before);
      const missing = newPath();
      await run(missing, { syncResources }).outcome;
      assert.equal(existsSync(missing), false);
    });
  }

  it("says that a type cannot be read one by one in the words of the Go connectors", async () => {
    const { warnings } = await run(newPath(), { syncResources: [target("badge", "b0"), target("user", "u0")] }).outcome;
    assert.match(warnings[0]?.message ?? "", /^skipping resource due to unimplemented connector: .*'b0'/);
  });

  it("that fails leaves the file as it was, and the next one begins anew", async () => {
    const path = newPath();
    const full = await run(path).outcome;
    const before = readFileSync(path);
    const planted = new BatonError({ code: "TEST", status: Status.permissionDenied, message: "planted" });
    const fails: Script["before"] = ({ method }) => {
      if (method === "grants") throw planted;
    };
    const syncResources = [target("team", "t0")];
    await assert.rejects(run(path, { syncResources }, { before: fails }).outcome, { code: "TEST" });
    assert.deepEqual(readFileSync(path), before);
    const outcome = await run(path, { syncResources }).outcome;
    assert.equal(outcome.resumed, false);
    assert.deepEqual(
      syncRunsOf(path).map((row) => row["sync_id"]),
      [full.syncId, outcome.syncId],
    );
  });

  it("gives the same rows with several workers", async () => {
    const syncResources = ["t0", "t1", "t2"].map((id) => target("team", id));
    const rows = async (workers: number): Promise<unknown[]> => {
      const path = newPath();
      const { syncId } = await run(path, { syncResources, workers }).outcome;
      return Object.values(rowsOf(path, syncId)).map((table) => table.map((row) => JSON.stringify(row)).sort());
    };
    assert.deepEqual(await rows(4), await rows(1));
  });

  it("of a type that does not exist is refused before anything is read", async () => {
    const { connector, outcome } = run(newPath(), { syncResources: [target("repo", "r")] });
    await assert.rejects(outcome, { code: "BATON-TARGET-TYPE", exitCode: 2 });
    assert.deepEqual(connector.calls, []);
  });
});
