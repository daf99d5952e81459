import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entitlement, type Grant, Purpose, type Resource } from "../contracts/model.ts";
import { Identities, withoutIdWarning } from "./identities.ts";

const user = (id: string, displayName = id): Resource => ({
  id: { resourceType: "user", resource: id },
  displayName,
  annotations: [],
});

const entitlement = (id: string, displayName = id): Entitlement => ({
  resource: user("a"),
  id,
  displayName,
  description: "",
  grantableTo: [],
  annotations: [],
  purpose: Purpose.assignment,
  slug: "member",
});

function identities(stored: readonly Resource[] = [], entitlements: readonly Entitlement[] = []) {
  const rows = new Map(stored.map((row) => [row.id.resource, row]));
  const before = {
    getResource: (id: Resource["id"]) => rows.get(id.resource),
    listResources: () => ({ items: [...rows.values()], nextPageToken: "" }),
    listEntitlements: () => ({ items: entitlements, nextPageToken: "" }),
  };
  return new Identities(before, stored.length > 0);
}

test("ids that are given twice with different content are counted and named, on one page, on two, and after a resume", () => {
  const one = identities();
  one.admit([user("a"), user("b"), user("a", "another")], false);
  one.admit([user("b")], false);
  const [warning] = one.warnings();
  assert.deepEqual([warning?.code, warning?.count], ["BATON-ID-TWICE", 1]);
  assert.match(warning?.message ?? "", /type user.*'a'/);
  const resumed = identities([user("c", "before")]);
  resumed.admit([user("c", "after")], false);
  assert.match(resumed.warnings()[0]?.message ?? "", /'c'/);
});

test("entitlements that are given twice with different content are counted and named, on one page and on two", () => {
  const stored: Entitlement[] = [];
  const one = identities([], stored);
  const give = (...rows: readonly Entitlement[]): void => {
    one.admitEntitlements(rows);
    stored.push(...rows);
  };
  give(entitlement("a"), entitlement("b"), entitlement("c"));
  give(entitlement("b"), entitlement("c", "another"));
  give(entitlement("d"), entitlement("d", "another"), entitlement("e"), entitlement("e"));
  assert.equal(one.warnings()[0]?.count, 2);
  assert.match(one.warnings()[0]?.message ?? "", /type entitlement .*'c', 'd'$/);
});

test("two grants of one id are named when they are of different people or entitlements", () => {
  const grant = (id: string, entitlement: string, person: string): Grant => ({
    id,
    entitlement: { id: entitlement, resource: { resourceType: "team", resource: "t" } },
    principal: { resourceType: "user", resource: person },
  });
  const one = identities();
  one.admitGrants([grant("7", "team:t:member", "a"), grant("team:t:member:user:b", "team:t:member", "b")]);
  one.admitGrants([grant("7", "team:t:member", "a"), grant("team:t:member:user:b", "team:t:member", "b")]);
  assert.deepEqual(one.warnings(), []);
  one.admitGrants([grant("7", "team:t:member", "c")]);
  const [warning] = one.warnings();
  assert.deepEqual([warning?.code, warning?.count], ["BATON-ID-TWICE", 1]);
  assert.match(warning?.message ?? "", /type grant.*'7'/);
});

test("the same content again, a newer state on purpose, and a list that begins anew are no matter", () => {
  const one = identities([user("a")]);
  one.admit([user("a")], false);
  one.admit([user("a", "newer")], true);
  one.forget("user");
  one.admit([user("a", "newest")], false);
  assert.deepEqual(one.warnings(), []);
});

test("rows without an id end the sync", () => {
  assert.equal(withoutIdWarning("users", ["a", "b"]), undefined);
  // Of a surrogate pair half is the same sign in every file.
  const warning = withoutIdWarning("users", ["a", "", "\udc00", "\u{10000}"]);
  assert.deepEqual([warning?.severity, warning?.count], ["incomplete", 2]);
});
