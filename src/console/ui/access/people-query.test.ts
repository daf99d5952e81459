import assert from "node:assert/strict";
import { test } from "node:test";
import {
  allPeople,
  isFiltered,
  peopleApi,
  peopleExportApi,
  peopleScreenAddress,
  readPeopleQuery,
} from "./people-query.ts";
import {
  resourceAddress,
  reviewAddress,
  screenAddress,
  sourceApi,
  subjectAddress,
  subjectApi,
} from "./source-address.ts";

test("a query survives the page's address", () => {
  const query = {
    ...allPeople,
    q: "a&b=c #1",
    role: "owner",
    team: "team/x y",
    order: "last-login" as const,
    isDescending: true,
  };
  const address = new URL(peopleScreenAddress("run:7", query), "http://localhost");
  assert.equal(address.pathname, "/sources/run%3A7/people");
  assert.deepEqual(readPeopleQuery(Object.fromEntries(address.searchParams)), query);
});

test("nothing asked for is nothing in the address, and unknown values are left out", () => {
  assert.equal(peopleScreenAddress("file:1", allPeople), "/sources/file%3A1/people");
  assert.equal(peopleApi("file:1", { ...allPeople, q: "  " }), "/api/sources/file%3A1/people");
  assert.deepEqual(readPeopleQuery({ order: "shoe-size", descending: "perhaps", other: "x" }), allPeople);
});

test("the download has the filter and order of the list", () => {
  const address = peopleExportApi("file:1", { ...allPeople, status: "disabled", order: "joined" }, "csv");
  assert.equal(address, "/api/sources/file%3A1/people/export?format=csv&status=disabled&order=joined");
});

test("a blank search is no filter, and anything else is", () => {
  assert.equal(isFiltered({ ...allPeople, q: " " }), false);
  assert.equal(isFiltered({ ...allPeople, twoFactor: "no" }), true);
});

test("ids are encoded wherever they stand in an address", () => {
  const id = "../a/b?c#d%2f";
  const encoded = encodeURIComponent(id);
  assert.equal(subjectAddress("file:1", "people", "user", id), `/sources/file%3A1/people/user/${encoded}`);
  assert.equal(subjectApi("file:1", "teams", "team", id), `/api/sources/file%3A1/teams/team/${encoded}`);
  assert.equal(reviewAddress("file:1", id), `/sources/file%3A1/reviews/${encoded}`);
  assert.equal(sourceApi("file:1"), "/api/sources/file%3A1");
  assert.equal(new URL(resourceAddress("file:1", "user", id), "http://localhost").searchParams.get("id"), id);
});

test("the lists of a connector are its tabs; one person, team or review has a screen of its own", () => {
  assert.equal(screenAddress("connector:7", "people"), "/connectors/7/access");
  assert.equal(screenAddress("connector:7", "picture"), "/connectors/7/access/picture");
  assert.equal(screenAddress("connector:7", "reviews"), "/connectors/7/reviews");
  assert.equal(screenAddress("connector:7", "tables"), "/sources/connector%3A7/tables");
  assert.equal(subjectAddress("connector:7", "teams", "team", "1"), "/sources/connector%3A7/teams/team/1");
  assert.equal(reviewAddress("connector:7", "dormant"), "/sources/connector%3A7/reviews/dormant");
});
