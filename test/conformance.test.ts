import assert from "node:assert/strict";
import { test } from "node:test";
import { startSandbox } from "../sandbox/server.ts";
import { CloudsmithClient } from "../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../src/cloudsmith/connector.ts";
import type { Clock } from "../src/sdk/clock.ts";
import type { Connector } from "../src/sdk/contracts/connector.ts";
import { silentLogger } from "../src/sdk/log.ts";
import { type ConformanceSubject, conformanceOf } from "../src/sdk/testing/conformance.ts";
import { type StandIn, type StandInRoute, startStandIn } from "../src/sdk/testing/stand-in.ts";
import {
  entitlementOf,
  groupOf,
  type Script,
  scriptedConnector,
  typeOf,
  userOf,
} from "./support/scripted-connector.ts";

const member = "service";
/** What of Cloudsmith's API the connector may ask, and with which query. */
const endpoints: readonly (readonly [path: string, ...query: readonly string[]])[] = [
  ["/user/self/"],
  ["/orgs/:org/"],
  ["/orgs/:org/members/", "page", "page_size", "is_active", "sort"],
  ["/orgs/:org/members/:member/"],
  ["/orgs/:org/services/", "page", "page_size"],
  ["/orgs/:org/services/:service/"],
  ["/orgs/:org/teams/", "page", "page_size", "sort"],
  ["/orgs/:org/teams/:team/"],
  ["/orgs/:org/teams/:team/members", "page", "page_size"],
];

/** The sandbox behind a strict stand-in: what it does not declare is not answered. */
async function strictSandbox(): Promise<StandIn & { readonly key: string }> {
  const sandbox = await startSandbox({ organization: { members: 24, teams: 4 } });
  const routes = endpoints.map(
    ([path, ...query]): StandInRoute => ({
      path,
      query,
      async answer({ url, headers }) {
        const key = String(headers["x-api-key"]);
        const answer = await fetch(sandbox.baseUrl + url, { headers: { "X-Api-Key": key } });
        const kept = [...answer.headers].filter(([name]) => name.startsWith("x-") || name === "link");
        return { status: answer.status, headers: Object.fromEntries(kept), body: await answer.text() };
      },
    }),
  );
  const standIn = await startStandIn(routes);
  const close = async (): Promise<void> => {
    await standIn.close();
    await sandbox.close();
  };
  return { ...standIn, key: sandbox.keys[member], close, [Symbol.asyncDispose]: close };
}

test("the Cloudsmith connector keeps every promise of the kit", async () => {
  let key = "";
  const results = await conformanceOf({
    async api() {
      const api = await strictSandbox();
      key = api.key;
      return api;
    },
    connector: (baseUrl, clock) =>
      new CloudsmithConnector({
        client: new CloudsmithClient({
          baseUrl,
          apiKey: key,
          version: "test",
          clock,
          logger: silentLogger,
          pageSize: 10,
        }),
        orgSlug: "sandbox-org",
      }),
  });
  const broken = results.flatMap(({ id, problems }) => problems.map((problem) => `${id}: ${problem}`));
  assert.deepEqual(broken, []);
});

const org = { resourceType: "org", resource: "o" };
const people = ["ada", "grace"].map((name) => userOf(name, org));
const types: Script["types"] = [
  {
    type: typeOf("org", [2]),
    resources: { "": [groupOf(org, ["user"])] },
    entitlements: (resource) => [entitlementOf(resource, "member")],
  },
  { type: typeOf("user", [1]), resources: { o: people } },
];

function subject(connector: (baseUrl: string, clock: Clock) => Connector, routes: readonly StandInRoute[] = []) {
  return { api: () => startStandIn(routes), connector } satisfies ConformanceSubject;
}

async function problemsOf(id: string, of: ConformanceSubject): Promise<string> {
  return (await conformanceOf(of)).find((one) => one.id === id)?.problems.join(" ") ?? "none of that id";
}

test("a connector of tables keeps every promise", async () => {
  const results = await conformanceOf(subject(() => scriptedConnector({ types, pageSize: 1 })));
  assert.deepEqual(
    results.flatMap(({ problems }) => problems),
    [],
  );
  assert.equal(results.length, 8);
});

test("a request that the API does not know is named, with its query", async () => {
  const route: StandInRoute = { path: "/people", answer: () => ({ body: [] }) };
  const asking = (path: string) =>
    subject(
      (baseUrl) => {
        return { ...scriptedConnector({ types }), validate: async () => void (await fetch(baseUrl + path)) };
      },
      [route],
    );
  assert.equal(await problemsOf("requests", asking("/people?page=1")), "GET /people knows no query key page");
  assert.equal(await problemsOf("requests", asking("/peple")), "GET /peple is not declared");
});

test("rows that change from run to run are named", async () => {
  let run = 0;
  const changing = subject(() => {
    const late = userOf(`late${run++}`, org);
    const [first, second] = types;
    return scriptedConnector({ types: [first, { ...second, resources: { o: [...people, late] } }] as Script["types"] });
  });
  assert.equal(await problemsOf("same-rows", changing), "user 'late0' is missing. user 'late1' is too many.");
});

test("what a connector keeps in memory alone is missed after a stop", async () => {
  const forgetful = subject(() => {
    let pages = 0;
    return scriptedConnector({
      types,
      pageSize: 1,
      // The second page of people is known to the process that read the first.
      replace: ({ resourceTypeId }, page) => {
        const isLost = resourceTypeId === "user" && page.nextPageToken === "" && pages === 0;
        if (resourceTypeId === "user") pages++;
        return isLost ? { ...page, items: [] } : page;
      },
    });
  });
  assert.match(await problemsOf("resume", forgetful), /user '\w+' is missing/);
});

test("an error that nobody meant to throw is named with the endpoint that failed", async () => {
  const route: StandInRoute = { path: "/people", answer: () => ({ body: { people: [] } }) };
  const careless = subject(
    (baseUrl) => {
      const connector = scriptedConnector({
        types,
        async before({ method }) {
          if (method !== "list") return;
          const answer = (await (await fetch(`${baseUrl}/people`)).json()) as { people: { length: number } };
          answer.people.length;
        },
      });
      return connector;
    },
    [route],
  );
  assert.match(
    await problemsOf("errors", careless),
    /\/people answers JSON of another shape: "BATON-CONNECTOR-FAULT: list-resources of org failed/,
  );
});
