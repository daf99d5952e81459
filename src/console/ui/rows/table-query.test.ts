import assert from "node:assert/strict";
import { test } from "node:test";
import { filteredBy, isNarrowed, readTableQuery, tableApi, wholeTable, withTableQuery } from "./table-query.ts";

const asked = {
  q: "Zoë & co",
  status: "disabled",
  roles: "",
  team: "team/a/b",
  order: "lastLogin",
  descending: "true",
};

test("an address says what its table shows: search, filters, team and order, there and back", () => {
  const query = readTableQuery(asked);
  assert.deepEqual(query.where, { status: "disabled", roles: "" });
  const address = withTableQuery("/connectors/1/access", {}, query);
  assert.deepEqual(readTableQuery(Object.fromEntries(new URL(address, "http://x").searchParams)), query);
});

test("a filter changes neither who is looked at nor what is compared with", () => {
  const current = { ...asked, person: "user/7", since: "run:1" };
  const address = withTableQuery("/x", current, filteredBy(readTableQuery(current), "status", undefined));
  const { searchParams } = new URL(address, "http://x");
  assert.equal(searchParams.get("person"), "user/7");
  assert.equal(searchParams.get("since"), "run:1");
  assert.equal(searchParams.has("status"), false);
});

test("the server is asked for what the address says, and never for who is looked at", () => {
  assert.equal(tableApi("/api/people", wholeTable), "/api/people");
  const query = readTableQuery({ ...asked, person: "user/7" });
  const { searchParams } = new URL(tableApi("/api/people/export", query, { format: "csv", since: "" }), "http://x");
  assert.equal(searchParams.get("format"), "csv");
  assert.equal(searchParams.get("roles"), "", "rows without a role are asked for by nothing");
  assert.equal(searchParams.has("person"), false);
  assert.equal(searchParams.has("since"), false);
});

test("an order alone narrows nothing; spaces alone search nothing", () => {
  assert.equal(isNarrowed({ ...wholeTable, order: "name", isDescending: true, q: "  " }), false);
  assert.equal(isNarrowed(filteredBy(wholeTable, "roles", "")), true);
});
