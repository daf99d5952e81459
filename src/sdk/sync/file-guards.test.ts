import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  entitlementOf,
  grantOf,
  groupOf,
  type ScriptedType,
  scriptedConnector,
  typeOf,
  userOf,
} from "../../../test/support/scripted-connector.ts";
import { systemClock } from "../clock.ts";
import type { ResourceId } from "../contracts/model.ts";
import { Trait } from "../contracts/model.ts";
import { parseRunRecord } from "../contracts/parse-run-record.ts";
import { type RunRecord, runRecordPath } from "../contracts/run-record.ts";
import { silentLogger } from "../log.ts";
import { skipEntitlementsAndGrants } from "../resources/annotations.ts";
import { runSync } from "./run-sync.ts";
import { writeRunRecord } from "./write-run-record.ts";

const directory = mkdtempSync(join(tmpdir(), "hold-drop-"));
after(() => rmSync(directory, { recursive: true }));

const org: ResourceId = { resourceType: "org", resource: "o1" };

function club(users: number, members: number): readonly ScriptedType[] {
  const people = Array.from({ length: users }, (_, i) => userOf(`u${i}`, org));
  return [
    {
      type: typeOf("org", [Trait.group]),
      resources: { "": [groupOf(org, ["user"])] },
      entitlements: (resource) => [entitlementOf(resource, "member")],
      grants: () => people.slice(0, members).map((person) => grantOf(org, "member", person.id)),
    },
    { type: typeOf("user", [Trait.user], [skipEntitlementsAndGrants]), resources: { o1: people } },
  ];
}

async function sync(file: string, types: readonly ScriptedType[]): Promise<RunRecord> {
  const path = join(directory, file);
  await runSync({
    connector: scriptedConnector({ types }),
    path,
    signal: new AbortController().signal,
    logger: silentLogger,
    clock: systemClock,
    onEnd: (end) => writeRunRecord(end, { path, connector: { name: "test", version: "0" } }),
  }).catch(() => {});
  const record = parseRunRecord(readFileSync(runRecordPath(path), "utf8"));
  assert.ok(record);
  return record;
}

test("the record of a held run says what is gone: counts, and at most twenty names", async () => {
  assert.equal((await sync("users.c1z", club(60, 60))).drop, null);
  const { result, drop } = await sync("users.c1z", club(20, 20));
  assert.equal(result, "Held");
  assert.deepEqual(drop?.counts, [
    { what: "user", before: 60, after: 20 },
    { what: "grants", before: 60, after: 20 },
  ]);
  const names = drop?.sampleNames ?? [];
  assert.equal(names.length, 20);
  assert.equal(
    new Set(drop?.gone?.map(({ resourceType, id }) => `${resourceType}/${id}`)).size,
    40,
    "all of them by id",
  );
  const kept = new Set(club(20, 0)[1]?.resources["o1"]?.map(({ displayName }) => displayName));
  assert.deepEqual(
    names.filter((name) => kept.has(name)),
    [],
  );
});

test("where only grants are gone, those who lost them are named", async () => {
  await sync("grants.c1z", club(12, 12));
  const { result, drop } = await sync("grants.c1z", club(12, 3));
  assert.equal(result, "Held");
  assert.deepEqual(drop?.counts, [{ what: "grants", before: 12, after: 3 }]);
  assert.equal(drop?.sampleNames.length, 9);
  assert.equal(drop?.gone?.length, 9);
});
