import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { groupOf, type Script, scriptedConnector, typeOf, userOf } from "../../../test/support/scripted-connector.ts";
import { systemClock } from "../clock.ts";
import type { ListReading, ReadingFact } from "../contracts/completeness.ts";
import { Trait } from "../contracts/model.ts";
import { parseRunRecord, type RunRecord, runRecordPath } from "../contracts/run-record.ts";
import { BatonError, Status } from "../errors.ts";
import { type LogFields, silentLogger } from "../log.ts";
import { skipEntitlementsAndGrants } from "../resources/annotations.ts";
import { type RunSyncOptions, runSync } from "./run-sync.ts";
import { writeRunRecord } from "./write-run-record.ts";

const directory = mkdtempSync(join(tmpdir(), "completeness-"));
after(() => rmSync(directory, { recursive: true }));

const org = { resourceType: "org", resource: "o1" };
const people = ["ada", "grace", "mary"].map((name) => userOf(name, org));

function reading(list: string, more: Partial<ListReading>): ReadingFact {
  return {
    kind: "list",
    list,
    title: list,
    resourceType: "user",
    announced: 3,
    read: 3,
    distinct: 3,
    added: 3,
    passes: 1,
    sweeps: 1,
    moved: false,
    startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    endedAtMs: null,
    ...more,
  };
}

/** Each page reports how far the list got; `failsAt` is the page token at which the first try fails. */
function script({ failsAt, error }: { readonly failsAt?: string; readonly error?: BatonError } = {}): Script {
  let failed = false;
  return {
    pageSize: 1,
    types: [
      { type: typeOf("org", [Trait.group], [skipEntitlementsAndGrants]), resources: { "": [groupOf(org, ["user"])] } },
      { type: typeOf("user", [Trait.user], [skipEntitlementsAndGrants]), resources: { o1: people } },
    ],
    before: ({ resourceTypeId, of, pageToken }, { report }) => {
      if (resourceTypeId !== "user" || of === "") return;
      if (pageToken === failsAt && !failed) {
        failed = true;
        throw error ?? new BatonError({ code: "TEST", status: Status.invalidArgument, message: "planted" });
      }
      // Reported by the first run alone: a resumed one must still know it.
      if (pageToken === "") report(reading("first page", { read: 1, distinct: 1, added: 0, endedAtMs: 0 }));
      const read = Number(pageToken || "0") + 1;
      report(reading("people", { read, distinct: read, added: read, ...(read === 3 && { endedAtMs: 1000 }) }));
    },
  };
}

async function run(
  connectorScript: Script,
  path: string,
  logged: [string, LogFields | undefined][] = [],
  more: Partial<RunSyncOptions> = {},
) {
  const connector = scriptedConnector(connectorScript);
  const options: RunSyncOptions = {
    connector: {
      ...connector,
      validate: async ({ report }) => {
        report({ kind: "key-owner", owner: { kind: "service", role: "Manager", seesAll: true } });
        report({ kind: "not-read", what: "pets", title: "pets", reason: "out-of-scope" });
      },
      describeRun: () => ({
        target: "o1",
        key: { source: "a test", fingerprint: "abcd", kind: "token", expiresAtMs: Date.UTC(2026, 0, 2) },
      }),
    },
    path,
    signal: new AbortController().signal,
    logger: { ...silentLogger, info: (message, fields) => void logged.push([message, fields]) },
    clock: systemClock,
    onEnd: (end) => writeRunRecord(end, { path, connector: { name: "scripted", version: "1" } }),
    ...more,
  };
  return await runSync(options);
}

function recordOf(path: string): RunRecord {
  return parseRunRecord(readFileSync(runRecordPath(path), "utf8")) ?? assert.fail("no record");
}

const sums = (path: string) =>
  recordOf(path).completeness?.lists.map(({ list, announced, read, distinct, added, endedAt }) => ({
    list,
    sum: [announced, read, distinct, added],
    endedAt,
  }));

const lengthOf = (fields: LogFields | undefined): number => {
  const lists = fields?.["lists"];
  return Array.isArray(lists) ? lists.length : 0;
};

test("what a connector reports of its lists is in the record, the newest of each list, and in the closing line", async () => {
  const path = join(directory, "whole.c1z");
  const logged: [string, LogFields | undefined][] = [];
  const outcome = await run(script(), path, logged);
  assert.deepEqual(sums(path), [
    { list: "first page", sum: [3, 1, 1, 0], endedAt: "1970-01-01T00:00:00.000Z" },
    { list: "people", sum: [3, 3, 3, 3], endedAt: "1970-01-01T00:00:01.000Z" },
  ]);
  const record = recordOf(path);
  assert.equal(record.schemaVersion, 2);
  assert.deepEqual(record.completeness?.keyOwner, { kind: "service", role: "Manager", seesAll: true });
  assert.deepEqual(record.completeness?.notRead, [{ what: "pets", title: "pets", reason: "out-of-scope" }]);
  assert.deepEqual([record.key?.kind, record.key?.expiresAt], ["token", "2026-01-02T00:00:00.000Z"]);
  assert.equal(record.completeness?.lists[0]?.startedAt, "2026-01-02T03:04:05.000Z");
  assert.equal(record.counts?.resourcesByResourceType["user"], 3, "the rows added are those of the file");
  assert.equal(outcome.completeness.lists.length, 2);
  const [, closing] = logged.find(([message]) => message === "Sync complete.") ?? [];
  assert.deepEqual(closing?.["not_read"], ["pets"]);
  assert.equal(closing?.["key_role"], "Manager");
  assert.equal(lengthOf(closing), 2);
});

test("a run that failed records how far it got, and the one that goes on keeps it", async () => {
  const path = join(directory, "resumed.c1z");
  const failing = script({ failsAt: "2" });
  const logged: [string, LogFields | undefined][] = [];
  await assert.rejects(run(failing, path, logged));
  assert.deepEqual(sums(path)?.at(-1), { list: "people", sum: [3, 2, 2, 2], endedAt: null });
  assert.equal(recordOf(path).result, "Failed");
  const [, closing] = logged.find(([message]) => message === "the sync ended before it was complete") ?? [];
  assert.equal(lengthOf(closing), 2);
  assert.equal((await run(failing, path)).resumed, true);
  assert.deepEqual(
    sums(path)
      ?.map(({ list, sum }) => [list, ...sum])
      .toSorted(),
    [
      ["first page", 3, 1, 1, 0],
      ["people", 3, 3, 3, 3],
    ],
  );
});

test("what the options leave out is said, too", async () => {
  const path = join(directory, "narrow.c1z");
  await run(script(), path, [], { syncResourceTypes: ["org"], skipEntitlementsAndGrants: true });
  assert.deepEqual(
    recordOf(path).completeness?.notRead.map(({ what, reason }) => [what, reason]),
    [
      ["type:user", "not-chosen"],
      ["entitlements", "not-chosen"],
      ["pets", "out-of-scope"],
    ],
  );
});

test("an incomplete run, which keeps nothing, records what it had seen", async () => {
  const path = join(directory, "incomplete.c1z");
  const error = new BatonError({ code: "BATON-INCOMPLETE", status: Status.dataLoss, message: "planted", fatal: true });
  await assert.rejects(run(script({ failsAt: "1", error }), path));
  assert.deepEqual([recordOf(path).result, recordOf(path).file], ["Incomplete", null]);
  assert.deepEqual(sums(path)?.at(-1), { list: "people", sum: [3, 1, 1, 1], endedAt: null });
});

test("a record of version 1 is still read, one of a later version is not", async () => {
  const path = join(directory, "old.c1z");
  await run(script({}), path);
  const { completeness: _, lastSync: __, drop: ___, identity: ____, ...rest } = recordOf(path);
  const old = { ...rest, schemaVersion: 1, key: { source: "x", fingerprint: "y" } };
  const read = parseRunRecord(JSON.stringify(old));
  assert.deepEqual([read?.result, read?.completeness, read?.key?.fingerprint], ["Complete", null, "y"]);
  assert.equal(parseRunRecord(JSON.stringify({ ...old, schemaVersion: 3 })), undefined);
});
