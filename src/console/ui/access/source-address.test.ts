import assert from "node:assert/strict";
import { test } from "node:test";
import {
  connectorIdOf,
  resourceAddress,
  reviewAddress,
  screenAddress,
  sourceApi,
  subjectAddress,
  subjectApi,
  targetAddress,
  withPerson,
  withQuery,
} from "./source-address.ts";

test("lists of a connector are its tabs; those of a run or a file have screens of their own", () => {
  assert.equal(screenAddress("connector:c1", "people"), "/connectors/c1/access");
  assert.equal(screenAddress("connector:c1", "teams"), "/connectors/c1/access/teams");
  assert.equal(screenAddress("connector:c1", "reviews"), "/connectors/c1/reviews");
  assert.equal(screenAddress("connector:c1", "tables"), "/sources/connector%3Ac1/tables");
  assert.equal(screenAddress("run:r1", "people", { status: "disabled" }), "/sources/run%3Ar1/people?status=disabled");
  assert.equal(connectorIdOf("connector:a:b"), "a:b");
  assert.equal(connectorIdOf("file:f1"), undefined);
});

test("a person opens beside the list, a team and a resource on screens of their own", () => {
  const here = { path: "/sources/file%3Af1/reviews/owners", query: { since: "s1" } };
  const lead = (to: "person" | "team" | "resource") => targetAddress("file:f1", { to, type: "t", id: "1" }, here);
  assert.equal(lead("person"), "/sources/file%3Af1/reviews/owners?since=s1&person=t%2F1");
  assert.equal(lead("team"), "/sources/file%3Af1/teams/t/1");
  assert.equal(lead("resource"), "/sources/file%3Af1/tables?show=resource&type=t&id=1");
  assert.equal(subjectAddress("connector:c1", "people", "user", "7"), "/connectors/c1/access?person=user%2F7");
});

test("opening and closing the panel leaves the filters, also those for nothing", () => {
  const here = { path: "/p", query: { roles: "", q: "ada", person: "user/1" } };
  assert.equal(withPerson(here, "user/2"), "/p?roles=&q=ada&person=user%2F2");
  assert.equal(withPerson(here, undefined), "/p?roles=&q=ada");
});

test("ids with signs of addresses in them stay ids", () => {
  const id = "a/b?c#d%&é";
  for (const address of [
    resourceAddress("file:f1", "role", id),
    subjectAddress("file:f1", "teams", "team", id),
    subjectApi("file:f1", "teams", "team", id),
    reviewAddress("file:f1", id),
  ]) {
    const { pathname, searchParams, hash } = new URL(address, "http://localhost");
    const read = searchParams.get("id") ?? decodeURIComponent(pathname.split("/").at(-1) ?? "");
    assert.equal(read, id, address);
    assert.equal(hash, "");
  }
  assert.equal(sourceApi("run:r/1", "reviews/two factor"), "/api/sources/run%3Ar%2F1/reviews/two%20factor");
});

test("what is left empty does not stand in an address, unless it is to be kept", () => {
  assert.equal(withQuery("/p", { a: "", b: undefined }), "/p");
  assert.equal(withQuery("/p", { a: "", b: "1" }, new Set(["a"])), "/p?a=&b=1");
  assert.equal(reviewAddress("file:f1", "changes", { since: "" }), "/sources/file%3Af1/reviews/changes");
});
