/** Whole syncs from a server that errs in one thing. Pages that fail for their size are asked for smaller. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudsmithClient } from "../../../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../../../src/cloudsmith/connector.ts";
import { systemClock } from "../../../src/sdk/clock.ts";
import { silentLogger } from "../../../src/sdk/log.ts";
import { answering, type Case, type Changeable, cases, everybody } from "./cases.ts";
import { type Asked, acme, startOddServer } from "./odd-organization.ts";

const isLarge = ({ query }: Asked): boolean => Number(query.get("page_size")) > 100;

cases("pages are asked for smaller where they are refused:", [
  ...[413, 422, 504].map(
    (status): Case => ({
      name: `${status} for the teams`,
      change: (odd) => {
        odd.answer = (asked) => (asked.path === "/teams/" && isLarge(asked) ? { status, body: {} } : undefined);
      },
      ends: "Complete with warnings",
      says: "CS-PAGES-SMALLER",
      holds: ({ teams }) => assert.deepEqual(teams, ["team:Tcore", "team:Tdocs"]),
    }),
  ),
  {
    name: "413 when the beginning is looked at again",
    change: (odd) => {
      let looks = 0;
      odd.answer = (asked) => {
        const isInactive = asked.path === "/members/" && asked.query.get("is_active") === "false";
        return isInactive && isLarge(asked) && ++looks > 1 ? { status: 413, body: {} } : undefined;
      };
    },
    ends: "Complete with warnings",
    says: "CS-PAGES-SMALLER",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
]);

test("checks ask for smaller pages where a sync does, and pass", async () => {
  const odd: Changeable = acme();
  odd.answer = (asked) =>
    ["/members/", "/teams/"].includes(asked.path) && isLarge(asked) ? { status: 413, body: {} } : undefined;
  await using server = await startOddServer(odd);
  const { baseUrl, keys } = server;
  const options = { baseUrl, apiKey: keys.service, version: "0", clock: systemClock, logger: silentLogger };
  const connector = new CloudsmithConnector({ client: new CloudsmithClient(options), orgSlug: "acme" });
  const results = await connector.check({ signal: new AbortController().signal });
  await connector.cleanup();
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["pass", "pass", "pass", "pass", "pass", "pass"],
  );
});

const isLargeOfMembers = ({ path, query }: Asked): boolean =>
  path === "/members/" && Number(query.get("page_size")) > 100;

cases("pages are asked for smaller where large ones fail:", [
  ...[400, 408, 500, 502, 503, 520, 524].map(
    (status): Case => ({
      name: `${status} for the members`,
      change: (odd) => {
        odd.answer = (asked) => (isLargeOfMembers(asked) ? { status, body: {} } : undefined);
      },
      ends: "Complete with warnings",
      says: "CS-PAGES-SMALLER",
      holds: ({ users }) => assert.deepEqual(users, everybody),
    }),
  ),
  ...[400, 503].map(
    (status): Case => ({
      name: `${status} for pages of every size`,
      change: answering("/members/", { status, body: {} }),
      ends: "Failed",
      says: status === 400 ? "CS-HTTP-400" : "CS-SERVER-503",
    }),
  ),
]);
