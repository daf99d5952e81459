import assert from "node:assert/strict";
import { test } from "node:test";
import { readTablesQuery, tablesAddress } from "./tables-address.ts";

test("what a file's contents show is read out of the address and written into it again", () => {
  const query = { show: "grants", type: "", id: "", entitlement: "team:7:member", principal: "" } as const;
  const { searchParams, pathname } = new URL(tablesAddress("file:f1", query), "http://localhost");
  assert.equal(pathname, "/sources/file%3Af1/tables");
  assert.deepEqual(readTablesQuery(Object.fromEntries(searchParams)), query);
});

test("an address that names nothing, or what there is not, shows the resource types", () => {
  assert.equal(readTablesQuery({}).show, "resource-types");
  assert.equal(readTablesQuery({ show: "secrets" }).show, "resource-types");
});
