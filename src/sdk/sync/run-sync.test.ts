import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { queryC1z, rowsOf, syncRunsOf } from "../../../test/support/plain-c1z.ts";
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
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { ValidateOptions } from "../contracts/connector.ts";
import { Trait } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import { type LogFields, silentLogger } from "../log.ts";
import { annotationUrl, exclusionGroup, skipEntitlementsAndGrants } from "../resources/annotations.ts";
import { type RunSyncOptions, runSync } from "./run-sync.ts";

const directory = mkdtempSync(join(tmpdir(), "run-sync-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;
const newPath = (): string => join(directory, `sync-${files++}.c1z`);

const org = { resourceType: "org", resource: "o1" };
const orgResource = groupOf(org, ["user", "team"]);

/** One organization, users 0..n-1, teams; everybody is in the org, user i in team i modulo the number of teams. */
function club(users: number, teams: number): readonly ScriptedType[] {
  const people = Array.from({ length: users }, (_, i) => userOf(`u${i}`, org));
  const groups = Array.from({ length: teams }, (_, i) => groupOf({ resourceType: "team", resource: `t${i}` }, [], org));
  return [
    {
      type: typeOf("org", [Trait.group]),
      resources: { "": [orgResource] },
      entitlements: (resource) => [entitlementOf(resource, "member")],
      grants: () => people.map((person) => grantOf(org, "member", person.id)),
    },
    { type: typeOf("user", [Trait.user], [skipEntitlementsAndGrants]), resources: { o1: people } },
    {
      type: typeOf("team", [Trait.group]),
      resources: { o1: groups },
      entitlements: (resource) => [entitlementOf(resource, "member")],
      grants: (team) =>
        people
          .filter((_, i) => `t${i % teams}` === team.id.resource)
          .map((person) => grantOf(team.id, "member", person.id)),
    },
  ];
}

function run(script: Script, path: string, extra: Partial<RunSyncOptions> = {}) {
  return runSync({
    connector: scriptedConnector(script),
    path,
    storageEngine: "sqlite",
    signal: new AbortController().signal,
    logger: silentLogger,
    clock: systemClock,
    ...extra,
  });
}

const fails = (code: string) => (error: unknown) => {
  assert.ok(error instanceof BatonError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

function failing(status: Status, extra: { fatal?: boolean } = {}): BatonError {
  return new BatonError({ code: "TEST", status, message: "planted", ...extra });
}

/** A clock whose sleeps are over at once and are written down. */
function hurriedClock(sleeps: number[]): Clock {
  return {
    ...systemClock,
    sleep: async (ms) => {
      sleeps.push(ms);
    },
  };
}

describe("runSync", () => {
  it("stores everything a connector lists and seals the sync with true counts", async () => {
    const path = newPath();
    const outcome = await run({ types: club(7, 2), pageSize: 3 }, path);
    const rows = rowsOf(path, outcome.syncId);
    assert.equal(rows["v1_resource_types"]?.length, 3);
    assert.equal(rows["v1_resources"]?.length, 10);
    assert.equal(rows["v1_entitlements"]?.length, 3);
    assert.equal(rows["v1_grants"]?.length, 14);
    assert.deepEqual(outcome.stats.resourcesByResourceType, { org: 1, user: 7, team: 2 });
    assert.deepEqual(outcome.stats.grantsByResourceType, { org: 7, team: 7 });
    assert.equal(outcome.fileBytes, readFileSync(path).length);
    const [sync] = syncRunsOf(path);
    assert.equal(sync?.["sync_type"], "full");
    assert.equal(sync?.["supports_diff"], 1);
    assert.ok(sync?.["ended_at"]);
  });

  it("makes the calls of a Go syncer: each child type once per parent and once without", async () => {
    const connector = scriptedConnector({ types: club(1_000, 50) });
    await run({ types: [] }, newPath(), { connector });
    const count = (method: string) => connector.calls.filter((call) => call.method === method).length;
    assert.equal(count("list"), 14);
    assert.equal(count("entitlements"), 51);
    assert.equal(count("grants"), 10 + 50);
  });

  it("gives the same rows in two runs over the same data, and with several workers the same set", async () => {
    const [one, two, three] = [newPath(), newPath(), newPath()];
    const script = { types: club(40, 5), pageSize: 7 };
    const first = rowsOf(one, (await run(script, one)).syncId);
    const second = rowsOf(two, (await run(script, two)).syncId);
    const parallel = rowsOf(three, (await run(script, three, { workers: 4 })).syncId);
    assert.deepEqual(second, first);
    const sorted = (rows: typeof first) =>
      Object.values(rows).map((table) => table.map((row) => JSON.stringify(row)).sort());
    assert.deepEqual(sorted(parallel), sorted(first));
  });

  it("tells the validation whether a sync begins anew: not for one that goes on, nor for single resources", async () => {
    const path = newPath();
    const told: (boolean | undefined)[] = [];
    const types = club(5, 2).map((scripted) => ({ ...scripted, canGet: true }));
    const syncing = (extra: Partial<RunSyncOptions> = {}, before: Script["before"] = () => {}) => {
      const scripted = scriptedConnector({ types, before });
      const validate = async ({ beginsSync }: ValidateOptions): Promise<void> => void told.push(beginsSync);
      return run({ types }, path, { connector: { ...scripted, validate }, ...extra });
    };
    const broken = syncing({}, ({ method }) => {
      if (method === "grants") throw failing(Status.permissionDenied);
    });
    await assert.rejects(broken, fails("TEST"));
    assert.equal((await syncing()).resumed, true);
    assert.equal((await syncing()).resumed, false);
    await syncing({ syncResources: [{ id: orgResource.id }] });
    assert.deepEqual(told, [true, false, true, false]);
  });

  it("keeps two finished syncs in a file", async () => {
    const path = newPath();
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await run({ types: club(3, 1) }, path)).syncId);
    assert.deepEqual(
      syncRunsOf(path).map((row) => row["sync_id"]),
      ids.slice(1),
    );
  });

  it("syncs only the resource types asked for and drops what names the others, with one warning", async () => {
    const path = newPath();
    const outcome = await run({ types: club(5, 2) }, path, { syncResourceTypes: ["org", "user"] });
    assert.deepEqual(outcome.stats.resourcesByResourceType, { org: 1, user: 5 });
    const foreign = club(2, 1).map((scripted) =>
      scripted.type.id === "org"
        ? {
            ...scripted,
            grants: () => [
              grantOf({ resourceType: "repo", resource: "r" }, "read", { resourceType: "user", resource: "u0" }),
            ],
          }
        : scripted,
    );
    const dropped = await run({ types: foreign }, newPath());
    assert.deepEqual(
      dropped.warnings.map(({ code, count, message }) => [code, count, message]),
      [["BATON-DROPPED", 1, "dropped 0 entitlements and 1 grants that name resource types outside this sync: 'repo'"]],
    );
  });

  it("refuses a resource type that does not exist before anything is read", async () => {
    const connector = scriptedConnector({ types: club(1, 1) });
    const path = newPath();
    await assert.rejects(
      run({ types: [] }, path, { connector, syncResourceTypes: ["repo"] }),
      fails("BATON-TYPE-FILTER"),
    );
    assert.equal(connector.calls.length, 0);
    assert.equal(existsSync(path), false);
  });

  it("leaves out entitlements and grants when asked to", async () => {
    const path = newPath();
    const outcome = await run({ types: club(3, 1) }, path, { skipEntitlementsAndGrants: true });
    assert.deepEqual(
      [outcome.syncType, outcome.stats.resources, outcome.stats.entitlements, outcome.stats.grants],
      ["resources_only", 5, 0, 0],
    );
    assert.equal(syncRunsOf(path)[0]?.["sync_type"], "resources_only");
  });

  it("keeps the last state of an id that is listed twice", async () => {
    const types = club(1, 1).map((scripted) =>
      scripted.type.id === "user"
        ? { ...scripted, resources: { o1: [userOf("u0", org), { ...userOf("u0", org), displayName: "renamed" }] } }
        : scripted,
    );
    const path = newPath();
    const outcome = await run({ types }, path);
    assert.equal(outcome.stats.resourcesByResourceType["user"], 1);
    const [row] = queryC1z(path, "select data from v1_resources where external_id = 'user:u0'");
    assert.match(Buffer.from(row?.["data"] as Uint8Array).toString("latin1"), /renamed/);
  });

  it("ends when a page token comes back, at once or in a circle", async () => {
    for (const cycle of [
      ["a", "a"],
      ["a", "b", "a"],
    ]) {
      let at = 0;
      const script: Script = {
        types: club(1, 1),
        replace: (call, page) =>
          call.method === "list" && call.resourceTypeId === "user" && call.of !== ""
            ? { items: [], nextPageToken: cycle[at++] ?? "" }
            : page,
      };
      await assert.rejects(run(script, newPath()), fails("BATON-PAGE-TOKEN"));
    }
  });

  it("fails when a resource lacks the trait that its type promises, naming both", async () => {
    const bare = { id: { resourceType: "user", resource: "u" }, displayName: "u", annotations: [] };
    const types = [{ type: typeOf("user", [Trait.user]), resources: { "": [bare] } }];
    await assert.rejects(run({ types }, newPath()), (error) => {
      assert.ok(error instanceof BatonError);
      assert.match(error.message, /UserTrait on user 'u'/);
      return true;
    });
  });

  it("skips objects that vanished, and gives up when too many did", async () => {
    for (const [vanished, ends] of [
      [10, false],
      [11, true],
    ] as const) {
      const script: Script = {
        types: club(0, 53),
        before: (call) => {
          if (call.method === "entitlements" && call.resourceTypeId === "team" && Number(call.of.slice(1)) < vanished)
            throw failing(Status.notFound);
        },
      };
      if (ends) await assert.rejects(run(script, newPath()), fails("BATON-TOO-MANY-WARNINGS"));
      else assert.equal((await run(script, newPath())).warnings[0]?.count, vanished);
    }
  });

  it("never takes a lost listing for an empty one when the connector calls it fatal", async () => {
    const path = newPath();
    const script: Script = {
      types: club(3, 1),
      before: (call) => {
        if (call.method === "list" && call.resourceTypeId === "user") throw failing(Status.notFound, { fatal: true });
      },
    };
    await assert.rejects(run(script, path), fails("TEST"));
    assert.equal(syncRunsOf(path)[0]?.["ended_at"], null);
  });

  it("tries a passing failure again, one second longer each time, and starts over after a success", async () => {
    const sleeps: number[] = [];
    let failures = 0;
    const script: Script = {
      types: club(3, 1),
      before: (call) => {
        if ((call.method === "grants" || call.resourceTypeId === "user") && failures++ % 4 < 3)
          throw failing(Status.unavailable);
      },
    };
    await run(script, newPath(), { clock: hurriedClock(sleeps) });
    assert.deepEqual(sleeps.slice(0, 6), [1_000, 2_000, 3_000, 1_000, 2_000, 3_000]);
  });

  it("does not try again what the connector gave up on, nor what cannot pass", async () => {
    for (const error of [failing(Status.unavailable, { fatal: true }), failing(Status.permissionDenied)]) {
      const sleeps: number[] = [];
      const script: Script = {
        types: club(1, 1),
        before: () => {
          throw error;
        },
      };
      await assert.rejects(run(script, newPath(), { clock: hurriedClock(sleeps) }), fails("TEST"));
      assert.deepEqual(sleeps, []);
    }
  });

  it("writes nothing when the access is refused, and leaves an existing file as it is", async () => {
    const path = newPath();
    await run({ types: club(1, 1) }, path);
    const before = readFileSync(path);
    const connector = {
      ...scriptedConnector({ types: club(9, 1) }),
      validate: async () => {
        throw failing(Status.unauthenticated);
      },
    };
    await assert.rejects(run({ types: [] }, path, { connector }), fails("TEST"));
    assert.deepEqual(readFileSync(path), before);
    const other = newPath();
    await assert.rejects(run({ types: [] }, other, { connector }), fails("TEST"));
    assert.equal(existsSync(other), false);
  });

  it("warns of references to what is not in the file, with examples", async () => {
    const types = club(2, 1).map((scripted) =>
      scripted.type.id === "org"
        ? {
            ...scripted,
            grants: () => [
              grantOf(org, "member", { resourceType: "user", resource: "ghost" }),
              grantOf(org, "admin", { resourceType: "user", resource: "u0" }),
            ],
          }
        : scripted,
    );
    const logged: [string, LogFields | undefined][] = [];
    const logger = {
      ...silentLogger,
      warn: (message: string, fields?: LogFields) => void logged.push([message, fields]),
    };
    const outcome = await run({ types }, newPath(), { logger });
    assert.deepEqual(outcome.warnings.map(({ code }) => code).sort(), ["BATON-INVARIANT-I8", "BATON-INVARIANT-I9"]);
    const i9 = logged.find(([message]) => message === "ingest invariant I9")?.[1];
    assert.equal(i9?.["count"], 1);
    assert.match(JSON.stringify(i9?.["examples"]), /ghost/);
  });

  it("has a thread write the rows as soon as a list announces many, at the next page that it can", async () => {
    for (const toCome of [100_000, undefined]) {
      let isHandedOver = false;
      const logger = {
        ...silentLogger,
        debug: (message: string) => {
          if (/thread of their own/.test(message)) isHandedOver = true;
        },
      };
      const script: Script = {
        types: club(300, 2),
        pageSize: 1,
        replace: (_call, page) => (toCome === undefined ? page : { ...page, toCome }),
        // The thread takes a moment to start.
        before: ({ method }) => (method === "list" && toCome !== undefined && !isHandedOver ? delay(5) : undefined),
      };
      const outcome = await run(script, newPath(), { logger });
      assert.equal(isHandedOver, toCome !== undefined);
      assert.deepEqual(outcome.stats.grantsByResourceType, { org: 300, team: 300 });
    }
  });

  it("does not seal a sync whose exclusion groups are broken", async () => {
    const manyInOne = club(0, 26).map((scripted) =>
      scripted.type.id === "team"
        ? {
            ...scripted,
            entitlements: (team: Parameters<NonNullable<typeof scripted.entitlements>>[0]) =>
              ["a", "b"].map((slug) => ({ ...entitlementOf(team, slug), annotations: [exclusionGroup("g", 1)] })),
          }
        : scripted,
    );
    const twoTypes = club(0, 1).map((scripted) =>
      scripted.entitlements
        ? {
            ...scripted,
            entitlements: (resource: Parameters<typeof scripted.entitlements>[0]) => [
              { ...entitlementOf(resource, "a"), annotations: [exclusionGroup("g", 1)] },
            ],
          }
        : scripted,
    );
    for (const types of [manyInOne, twoTypes]) {
      const path = newPath();
      await assert.rejects(run({ types }, path), fails("BATON-INVARIANT-I5"));
      assert.equal(syncRunsOf(path)[0]?.["ended_at"], null);
    }
  });

  it("asks nothing of a resource that says it has no grants, nor of a type that says so", async () => {
    const skipGrants = { typeUrl: annotationUrl("SkipGrants"), value: new Uint8Array(0) };
    const onResource = club(2, 2).map((scripted) =>
      scripted.type.id === "team"
        ? {
            ...scripted,
            resources: {
              o1: (scripted.resources["o1"] ?? []).map((team) => ({
                ...team,
                annotations: [...team.annotations, skipGrants],
              })),
            },
          }
        : scripted,
    );
    const onType = club(2, 2).map((scripted) =>
      scripted.type.id === "team" ? { ...scripted, type: { ...scripted.type, annotations: [skipGrants] } } : scripted,
    );
    for (const types of [onResource, onType]) {
      const connector = scriptedConnector({ types });
      await run({ types }, newPath(), { connector });
      assert.deepEqual(
        connector.calls.filter((call) => call.method === "grants").map((call) => call.resourceTypeId),
        ["org"],
      );
    }
  });
});

describe("runSync, interrupted", () => {
  const script: Script = { types: club(12, 3), pageSize: 4 };

  it("takes up an unfinished sync under the same id and ends with the same rows, wherever it was cut", async () => {
    const whole = newPath();
    const connector = scriptedConnector(script);
    const outcome = await run(script, whole, { connector });
    const expected = rowsOf(whole, outcome.syncId);
    for (let cut = 0; cut < connector.calls.length; cut++) {
      const path = newPath();
      let calls = 0;
      const cutScript: Script = {
        ...script,
        before: () => {
          if (calls++ === cut) throw failing(Status.permissionDenied);
        },
      };
      await assert.rejects(run(cutScript, path), fails("TEST"));
      const [unfinished] = syncRunsOf(path);
      assert.equal(unfinished?.["ended_at"], null);
      const resumed = await run(script, path);
      assert.equal(resumed.resumed, true);
      assert.equal(resumed.syncId, unfinished?.["sync_id"]);
      assert.deepEqual(rowsOf(path, resumed.syncId), expected, `cut before call ${cut}`);
      assert.deepEqual(resumed.warnings, outcome.warnings, `cut before call ${cut}`);
      assert.equal(syncRunsOf(path).length, 1);
    }
  });

  it("names an entitlement that was given before the stop and comes again as another", async () => {
    const path = newPath();
    const tables = club(2, 2);
    const isSecond = (of: string): boolean => of === "t1";
    const before: Script["before"] = ({ method, of }) => {
      if (method === "entitlements" && isSecond(of)) throw failing(Status.permissionDenied);
    };
    await assert.rejects(run({ types: tables, before }, path), fails("TEST"));
    const first = entitlementOf(groupOf({ resourceType: "team", resource: "t0" }, [], org), "member");
    const replace: Script["replace"] = ({ method, of }, page) =>
      method === "entitlements" && isSecond(of) ? { ...page, items: [{ ...first, displayName: "another" }] } : page;
    const { resumed, warnings } = await run({ types: tables, replace }, path);
    assert.equal(resumed, true);
    assert.match(
      warnings.find(({ code }) => code === "BATON-ID-TWICE")?.message ?? "",
      /type entitlement.*'team:t0:member'/,
    );
  });

  it("keeps what it has when the signal aborts, and throws the signal's own reason", async () => {
    const path = newPath();
    const controller = new AbortController();
    const reason = new BatonError({
      code: "BATON-INTERRUPTED",
      status: Status.canceled,
      message: "stopped",
      exitCode: 143,
    });
    const stopping: Script = {
      ...script,
      before: (call) => {
        if (call.method === "grants") controller.abort(reason);
      },
    };
    await assert.rejects(run(stopping, path, { signal: controller.signal }), (error) => error === reason);
    assert.ok(queryC1z(path, "select * from v1_resources").length > 0);
    assert.equal((await run(script, path)).resumed, true);
  });

  it("does not take up a sync that was begun more than seven days ago", async () => {
    const path = newPath();
    const failingScript: Script = {
      ...script,
      before: (call) => {
        if (call.method === "grants") throw failing(Status.permissionDenied);
      },
    };
    const eightDaysAgo = { ...systemClock, nowMs: () => Date.now() - 8 * 86_400_000 };
    await assert.rejects(run(failingScript, path, { clock: eightDaysAgo }), fails("TEST"));
    assert.equal((await run(script, path)).resumed, false);
  });
});
