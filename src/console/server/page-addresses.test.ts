import assert from "node:assert/strict";
import { test } from "node:test";
import { isPageAddress } from "./app.ts";

for (const path of [
  ...["/", "/connectors", "/connectors/add", "/connectors/add/schedule", "/connectors/abc", "/files", "/persons"],
  ...["/connectors/abc/access/people", "/connectors/abc/reviews/two-factor", "/connectors/abc/settings"],
  ...["/connectors/abc/history", "/connectors/abc/logs", "/connectors/abc/deploy", "/notifications", "/back-up"],
  ...["/files/x/people", "/sources/run:1", "/sources/run:1/people", "/sources/run:1/teams/team/7", "/reviews/abc"],
  ...["/sources/run:1/tables/user/7", "/sources/run:1/reviews/owners", "/sources/run:1/list"],
]) {
  test(`${path} is a screen`, () => assert.ok(isPageAddress(path)));
}

for (const path of [
  ...[
    "",
    "//",
    "/connector",
    "/connectors/",
    "/connectors/abc/",
    "/connectors/abc/what",
    "/index.html",
    "/api/session",
  ],
  ...["/reviews/a/b", "/sources", "/sources/", "/sources/run:1/teams/team", "/sources/run:1/what", "/persons/x"],
  ...["/files/", "/x/connectors", "/connectors\n", "/etc/passwd", "/../connectors"],
]) {
  test(`${JSON.stringify(path)} is none`, () => assert.ok(!isPageAddress(path)));
}
