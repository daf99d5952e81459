import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  entitlementOf,
  grantOf,
  groupOf,
  type Script,
  scriptedConnector,
  typeOf,
  userOf,
} from "../../../test/support/scripted-connector.ts";
import { systemClock } from "../clock.ts";
import type { Connector, Page, ValidateOptions } from "../contracts/connector.ts";
import { type Resource, Trait } from "../contracts/model.ts";
import { BatonError } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { optInRequired, skipEntitlementsAndGrants } from "../resources/annotations.ts";
import { type RunSyncOptions, runSync } from "./run-sync.ts";
import { turnPage } from "./step-context.ts";
import { SyncState } from "./sync-state.ts";

const directory = mkdtempSync(join(tmpdir(), "asked-types-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;

const org = { resourceType: "org", resource: "o" };
const key = { resourceType: "key", resource: "k1" };
const types: Script["types"] = [
  {
    type: typeOf("org", [Trait.group]),
    resources: { "": [groupOf(org, ["user", "key"])] },
    entitlements: (resource) => [entitlementOf(resource, "member")],
    grants: () => [grantOf(org, "member", { resourceType: "user", resource: "ada" })],
  },
  { type: typeOf("user", [Trait.user], [skipEntitlementsAndGrants]), resources: { o: [userOf("ada", org)] } },
  {
    type: typeOf("key", [], [optInRequired, skipEntitlementsAndGrants]),
    resources: { o: [{ id: key, parentResourceId: org, displayName: "a key", annotations: [] }] },
    canGet: true,
  },
];

async function sync(options: Partial<RunSyncOptions> = {}, script: Partial<Script> = {}) {
  const told: ValidateOptions[] = [];
  const scripted = scriptedConnector({ types, ...script });
  const connector: Connector = {
    ...scripted,
    validate: async (asked) => {
      told.push(asked);
    },
  };
  const outcome = await runSync({
    connector,
    path: join(directory, `sync-${files++}.c1z`),
    signal: new AbortController().signal,
    logger: silentLogger,
    clock: systemClock,
    ...options,
  });
  const listed = new Set(scripted.calls.map(({ resourceTypeId }) => resourceTypeId));
  return { rows: outcome.stats.resourcesByResourceType, listed, told: told[0]?.resourceTypes };
}

test("a type that requires to be asked for is neither listed nor stored unasked, and the connector knows", async () => {
  const { rows, listed, told } = await sync();
  assert.deepEqual(rows, { org: 1, user: 1 });
  assert.ok(!listed.has("key"));
  assert.deepEqual(told, ["org", "user"]);
});

test("asked for by name it is synced, and nothing that was not asked for", async () => {
  const { rows, told } = await sync({ syncResourceTypes: ["org", "key"] });
  assert.deepEqual(rows, { org: 1, key: 1 });
  assert.deepEqual(told, ["org", "key"]);
});

test("asked for by one of its resources it is synced", async () => {
  const { rows, told } = await sync({ syncResources: [{ id: key, parentResourceId: org }] });
  assert.equal(rows["key"], 1);
  assert.deepEqual(told, ["org", "user", "key"]);
});

const failures = [
  {
    name: "a TypeError in a syncer",
    fail: () => {
      const nothing: { id?: { length: number } } = {};
      // What a connector author does by mistake.
      (nothing.id as { length: number }).length;
    },
    code: "BATON-CONNECTOR-FAULT",
    says: /^list-entitlements of org 'o' failed: TypeError: Cannot read properties of undefined/,
  },
  {
    name: "a failed fetch",
    fail: () => {
      throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
    },
    code: "BATON-UNEXPECTED",
    says: /^list-entitlements of org 'o' failed: fetch failed$/,
  },
];

for (const { name, fail, code, says } of failures) {
  test(`${name} names operation, type and resource`, async () => {
    const before: NonNullable<Script["before"]> = ({ method }) => {
      if (method === "entitlements") fail();
    };
    await assert.rejects(sync({}, { before }), (error) => {
      assert.ok(error instanceof BatonError);
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
  });
}

type Unchecked = (page: Page<Resource>, user: Resource | undefined) => unknown;
const flaws: readonly (readonly [name: string, unchecked: Unchecked, says: string])[] = [
  ["no page", () => undefined, "it is undefined, not { items, nextPageToken }"],
  ["a list", ({ items }) => items, "it is a list, not { items, nextPageToken }"],
  ["an async generator", async function* () {}, "it is an async generator, not { items, nextPageToken }"],
  [
    "an await forgotten",
    (page) => ({ ...page, items: Promise.resolve([]) }),
    "items is a promise (an await is missing), not a list",
  ],
  ["no token", ({ items }) => ({ items }), "nextPageToken is undefined, not text"],
  ["a number as token", ({ items }) => ({ items, nextPageToken: 2 }), "nextPageToken is a number, not text"],
  ["no row", (page, user) => ({ ...page, items: [user, undefined] }), "of row 2 it is undefined"],
  [
    "a number as id",
    (page, user) => ({ ...page, items: [{ ...user, id: { resourceType: "user", resource: 7 } }] }),
    "of row 1 id.resource is a number, not text",
  ],
  [
    "no name",
    (page, user) => ({ ...page, items: [{ ...user, displayName: undefined }] }),
    "of row 1 displayName is undefined, not text",
  ],
];

for (const [name, unchecked, says] of flaws) {
  test(`${name} in the place of a page of users is refused where it came from`, async () => {
    const replace: NonNullable<Script["replace"]> = ({ method, resourceTypeId }, page) => {
      if (method !== "list" || resourceTypeId !== "user") return page;
      const users = page as Page<Resource>;
      // What a connector in plain JavaScript gives.
      return unchecked(users, users.items[0]) as typeof page;
    };
    const message = `The connector gave a page that cannot be stored, in list-resources of user: ${says}.`;
    await assert.rejects(sync({}, { replace }), { code: "BATON-CONNECTOR-FAULT", message });
  });
}

test("a type that is there twice, or has no id, is refused before anything is read", async () => {
  const [first] = types;
  assert.ok(first);
  const nameless = { ...first, type: { ...first.type, id: "" } };
  for (const [all, says] of [
    [[...types, first], "two syncers are of the type 'org'"],
    [[nameless], "the resourceType of syncer 1 has no id"],
  ] as const) {
    const message = `The connector declares its resource types in a way that cannot be read: ${says}.`;
    await assert.rejects(sync({}, { types: all }), { code: "BATON-CONNECTOR-FAULT", message });
  }
});

test("pages without end that bring nothing new are refused, whatever their tokens", () => {
  const state = SyncState.parse("");
  state.push({ operation: "list-resources", resourceTypeId: "user" });
  const context = { state, walks: new Map() };
  const turn = (page: number): boolean => turnPage(context, state.top() ?? assert.fail(), `${page}`, 0);
  const read = (): void => {
    for (let page = 1; ; page++) turn(page);
  };
  const message = "The connector returned 100000 pages in a row without a new row in list-resources of user.";
  assert.throws(read, { code: "BATON-PAGE-TOKEN", message });
});
