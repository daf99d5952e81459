import assert from "node:assert/strict";
import { test } from "node:test";
import { startSandbox } from "../sandbox/server.ts";
import { CloudsmithClient } from "../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../src/cloudsmith/connector.ts";
import { type Requested, requestedSettings } from "../src/cloudsmith/on-request/settings.ts";
import type { Clock } from "../src/sdk/clock.ts";
import type { Connector, ResourceSyncer } from "../src/sdk/contracts/connector.ts";
import { Trait } from "../src/sdk/contracts/model.ts";
import { BatonError, type BatonErrorInit, Status } from "../src/sdk/errors.ts";
import * as sdk from "../src/sdk/index.ts";
import { silentLogger } from "../src/sdk/log.ts";
import { externalResourceMatchId } from "../src/sdk/resources/annotations.ts";
import { type ConformanceSubject, conformanceOf } from "../src/sdk/testing/conformance.ts";
import { type StandIn, type StandInRoute, startStandIn } from "../src/sdk/testing/stand-in.ts";
import {
  entitlementOf,
  grantOf,
  groupOf,
  type Script,
  scriptedConnector,
  typeOf,
  userOf,
} from "./support/scripted-connector.ts";

const holder = "owner";
/** What of Cloudsmith's API the connector may ask, and with which query. */
const endpoints: readonly (readonly [path: string, ...query: readonly string[]])[] = [
  ["/user/self/"],
  ["/orgs/", "page", "page_size", "sort"],
  ["/orgs/:org/"],
  ["/orgs/:org/members/", "page", "page_size", "is_active", "sort"],
  ["/orgs/:org/members/:member/"],
  ["/orgs/:org/services/", "page", "page_size"],
  ["/orgs/:org/services/:service/"],
  ["/orgs/:org/teams/", "page", "page_size", "sort"],
  ["/orgs/:org/teams/:team/"],
  ["/orgs/:org/teams/:team/members", "page", "page_size"],
];
/** What it asks besides when everything is asked for. */
const requestedEndpoints: typeof endpoints = [
  ["/orgs/:org/services/", "page", "page_size", "sort"],
  ["/orgs/:org/openid-connect/", "page", "page_size"],
  ["/orgs/:org/invites/", "page", "page_size"],
  ["/orgs/:org/saml-group-sync/", "page", "page_size"],
  ["/orgs/:org/saml-group-sync/status/"],
  ["/repos/:org/", "page", "page_size", "sort"],
  ["/repos/:org/:repository/"],
  ["/repos/:org/:repository/privileges", "page", "page_size"],
  ["/entitlements/:org/:repository/", "page", "page_size", "sort"],
];

/** The sandbox behind a strict stand-in: what it does not declare is not answered. */
async function strictSandbox(declared: typeof endpoints): Promise<StandIn & { readonly key: string }> {
  const sandbox = await startSandbox({ organization: { members: 24, teams: 4, services: 2, repositories: 2 } });
  const routes = declared.map(
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
  const move = (): void => {
    // Somebody of the first page leaves, and somebody comes.
    const [, leaver] = sandbox.organization.members.filter(({ role }) => role === "Member");
    if (leaver) sandbox.edit.removeMember(leaver.user);
    sandbox.edit.addMember({ user: "aaron-newcomer" });
  };
  const standIn = await startStandIn(routes, { move });
  const close = async (): Promise<void> => {
    await standIn.close();
    await sandbox.close();
  };
  return { ...standIn, key: sandbox.keys[holder], close, [Symbol.asyncDispose]: close };
}

const wanted: readonly Requested[][] = [[], Object.keys(requestedSettings) as Requested[]];

for (const requested of wanted) {
  const of = requested.length > 0 ? ", with everything asked for" : "";
  test(`the Cloudsmith connector keeps every promise of the kit${of}`, () => keepsPromises(requested));
}

async function keepsPromises(requested: readonly Requested[]): Promise<void> {
  const declared = requested.length > 0 ? [...requestedEndpoints, ...endpoints] : endpoints;
  let key = "";
  const results = await conformanceOf({
    async api() {
      const api = await strictSandbox(declared);
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
        clock,
        orgSlug: "sandbox-org",
        requested: new Set(requested),
      }),
  });
  const broken = results.flatMap(({ id, problems }) => problems.map((problem) => `${id}: ${problem}`));
  // What no API tells is said at every sync.
  const always = requested.length > 0 ? ["CS-REPOSITORY-DEFAULTS"] : [];
  assert.deepEqual(
    broken.map((problem) => always.find((code) => problem.startsWith(`warnings: ${code}:`)) ?? problem),
    always,
  );
}

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

/** The same with a stand-in that moves. */
function movingSubject(
  routes: () => { readonly routes: readonly StandInRoute[]; readonly move: () => void },
  connector: ConformanceSubject["connector"],
) {
  const api = () => {
    const { routes: served, move } = routes();
    return startStandIn(served, { move });
  };
  return { api, connector } satisfies ConformanceSubject;
}

function scripted(tables: Script["types"]): ConformanceSubject {
  return subject(() => scriptedConnector({ types: tables }));
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
  const [first, second] = types as [Script["types"][number], Script["types"][number]];
  const numbered = subject(() => {
    const grants = people.map(({ id }) => ({ ...grantOf(org, "member", id), id: `${id.resource}-${run++}` }));
    return scriptedConnector({ types: [{ ...first, grants: () => grants }, second] });
  });
  assert.match(
    await problemsOf("same-rows", numbered),
    /^grant 'ada-\d+' is missing\. grant 'grace-\d+' is missing\. grant 'ada-\d+' is too many\. grant 'grace-\d+' is too many\.$/,
  );
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

test("a request that only a failure, or only a second run, leads to is named as well", async () => {
  const route: StandInRoute = { path: "/people", answer: () => ({ body: [] }) };
  const post = async (baseUrl: string): Promise<unknown> => await fetch(`${baseUrl}/people`, { method: "POST" });
  const afterFailure = subject(
    (baseUrl) => ({
      ...scriptedConnector({ types }),
      async validate() {
        const { ok } = await fetch(`${baseUrl}/people`);
        if (!ok) await post(baseUrl);
      },
    }),
    [route],
  );
  const whenWarm = subject(
    (baseUrl) => {
      let runs = 0;
      return { ...scriptedConnector({ types }), validate: async () => void (runs++ > 0 && (await post(baseUrl))) };
    },
    [route],
  );
  for (const careless of [afterFailure, whenWarm]) {
    assert.equal(await problemsOf("requests", careless), "POST is not declared for /people");
  }
});

test("two rows with one id are named, whatever they are", async () => {
  const [first, second] = types as [Script["types"][number], Script["types"][number]];
  const [ada = userOf("ada", org)] = people;
  const member = entitlementOf(groupOf(org), "member");
  const grant = grantOf(org, "member", ada.id);
  const twice = scripted([
    { ...first, entitlements: () => [member, member], grants: () => [grant, grant] },
    { ...second, resources: { o: [ada, ada] } },
  ]);
  assert.equal(
    await problemsOf("ids", twice),
    `user 'ada' came 2 times. entitlement '${member.id}' came 2 times. grant '${grant.id}' came 2 times.`,
  );
  const template = { ...member, slug: "member" };
  const templates = subject(() => {
    const connector = scriptedConnector({ types });
    const [orgs, ...others] = connector.syncers;
    if (!orgs) throw new TypeError("the script has types");
    const staticEntitlements = async () => ({ items: [template, template], nextPageToken: "" });
    return { ...connector, syncers: [{ ...orgs, staticEntitlements }, ...others] };
  });
  assert.match(await problemsOf("ids", templates), /entitlement 'member' of every org came 2 times\./);
});

test("somebody who holds something and is not listed is named; one who is to be found elsewhere is not", async () => {
  const [first, second] = types as [Script["types"][number], Script["types"][number]];
  const stranger = grantOf(org, "member", { resourceType: "user", resource: "nobody" });
  const holding = (grant: typeof stranger) => scripted([{ ...first, grants: () => [grant] }, second]);
  assert.equal(
    await problemsOf("principals", holding(stranger)),
    `Grant '${stranger.id}' is of user 'nobody', which is not listed.`,
  );
  const elsewhere = { ...stranger, annotations: [externalResourceMatchId("7")] };
  assert.equal(await problemsOf("principals", holding(elsewhere)), "");
});

test("a second run of one connector that gives other rows than the first is named", async () => {
  const remembering = subject(() => {
    let lists = 0;
    // What was read once is taken to be known.
    const replace: Script["replace"] = (call, page) =>
      call.resourceTypeId === "user" && lists++ > 0 ? { ...page, items: [] } : page;
    return scriptedConnector({ types, replace });
  });
  assert.equal(await problemsOf("warm", remembering), "user 'ada' is missing. user 'grace' is missing.");
  assert.equal(await problemsOf("same-rows", remembering), "");
});

test("a later run that fails is a broken promise like others", async () => {
  const onceOnly = subject(() => {
    let runs = 0;
    const validate = async (): Promise<void> => {
      if (runs++ > 0) throw new Error("asked before");
    };
    return { ...scriptedConnector({ types }), validate };
  });
  assert.equal(await problemsOf("warm", onceOnly), 'The run failed: "BATON-UNEXPECTED: asked before"');
});

test("a list that does not end is named", async () => {
  const endless = subject(() =>
    scriptedConnector({
      types,
      replace: ({ resourceTypeId, pageToken }, page) =>
        resourceTypeId === "user" ? { items: people, nextPageToken: `${Number(pageToken) + 1}` } : page,
    }),
  );
  await assert.rejects(conformanceOf(endless), /list-resources of user failed: .*the list does not end/);
});

test("an error without what it means, or without what to do, is named", async () => {
  const route: StandInRoute = { path: "/people", answer: () => ({ body: [] }) };
  const failing = (more: Partial<BatonErrorInit>) =>
    subject(
      (baseUrl) => ({
        ...scriptedConnector({ types }),
        async validate() {
          const { ok } = await fetch(`${baseUrl}/people`);
          if (!ok) throw new BatonError({ code: "ROTA-DOWN", status: Status.unknown, message: "Rota fails", ...more });
        },
      }),
      [route],
    );
  const lacks = async (more: Partial<BatonErrorInit>) => await problemsOf("errors", failing(more));
  assert.match(
    await lacks({ hint: "Wait." }),
    /answers 500: "ROTA-DOWN: Rota fails" does not say what it means for the data/,
  );
  assert.match(
    await lacks({ effect: "Nothing was read." }),
    /answers 429: "ROTA-DOWN: Rota fails" does not say what to do/,
  );
  assert.equal(await lacks({ effect: "Nothing was read.", hint: "Wait." }), "");
});

/** People over HTTP, one a page, and a connector that asks for them by `key`. */
function listedPeople(key: "page" | "after"): ConformanceSubject {
  const routes = () => {
    const rows = ["ada", "alan", "grace"];
    const answer: StandInRoute["answer"] = ({ query }) => {
      const asked = query.get(key) ?? "";
      const from = key === "page" ? Number(asked) : rows.filter((id) => id <= asked).length;
      const [id] = rows.slice(from);
      const next = from + 1 < rows.length ? (key === "page" ? String(from + 1) : id) : "";
      return { body: { id, next } };
    };
    return { routes: [{ path: "/people", query: [key], answer }], move: () => void rows.shift() };
  };
  return movingSubject(routes, (baseUrl) => {
    const list: ResourceSyncer["list"] = async (_parent, options) => {
      const asked = await fetch(`${baseUrl}/people?${key}=${options.pageToken}`);
      const { id, next } = (await asked.json()) as { id?: string; next: string };
      return { items: id ? [userOf(id)] : [], nextPageToken: next };
    };
    return { ...scriptedConnector({ types: [] }), syncers: [{ resourceType: typeOf("user", [Trait.user]), list }] };
  });
}

test("a row that a list loses in silence when another one leaves is named, with the request", async () => {
  assert.equal(
    await problemsOf("drift", listedPeople("page")),
    "user 'alan' is missing when the data moves before GET /people?page=1. user 'grace' is missing when the data moves before GET /people?page=2.",
  );
  assert.equal(await problemsOf("drift", listedPeople("after")), "");
});

test("pages by number, read as a list that may move, keep every promise, sync after sync", async () => {
  const rows = () => Array.from({ length: 12 }, (_, index) => ({ id: `user${index + 10}` }));
  const routes = () => {
    const all = rows();
    const answer: StandInRoute["answer"] = ({ query }) => {
      const [page, size] = [Number(query.get("page")), Number(query.get("size"))];
      const headers = {
        "X-Pagination-Count": `${all.length}`,
        "X-Pagination-PageTotal": `${Math.ceil(all.length / size)}`,
      };
      const body = all.slice((page - 1) * size, page * size);
      return body.length > 0 ? { headers, body } : { status: 404, body: {} };
    };
    return { routes: [{ path: "/users", query: ["page", "size"], answer }], move: () => void all.shift() };
  };
  const numbered = movingSubject(routes, (baseUrl, clock) => {
    const product = { name: "Rota", codePrefix: "ROTA" };
    const failures = sdk.apiFailures({ ...product, statusPage: "https://status.rota.example", secrets: [] });
    const client = new sdk.ApiClient({
      http: { baseUrl, clock, logger: silentLogger, headers: {} },
      errors: { ...failures, about: () => failures.describe },
      codePrefix: product.codePrefix,
      pageQuery: ({ page, pageSize }) => ({ page, size: pageSize }),
      isPastTheEnd: ({ status }) => status === Status.notFound,
      pageSize: 4,
      ahead: 2,
    });
    const user = sdk.objectOf({ id: sdk.filledText });
    const idOf = ({ id }: sdk.Checked<typeof user>) => id;
    const list = { subject: "users", path: () => "/users", check: sdk.listOf(user), idOf, orders: [] };
    const users = new sdk.ResourceList({
      name: "users",
      source: sdk.sourceOf(client, "", new Map([["all", list]])),
      idOf,
      noteOf: ({ id }) => ({ id, name: "" }),
      nowMs: clock.nowMs,
      words: {
        product,
        list: "the user list",
        rows: "users",
        moved: "ROTA-USERS-MOVED",
        resourceType: "user",
        statement: { all: { list: "users", title: "Users" } },
      },
    });
    const syncer: ResourceSyncer = {
      resourceType: typeOf("user", [Trait.user]),
      list: (_parent, options) => users.page(options, ({ id }) => userOf(id)),
    };
    return { ...scriptedConnector({ types: [] }), syncers: [syncer] };
  });
  const results = await conformanceOf(numbered);
  assert.deepEqual(
    results.flatMap(({ problems }) => problems),
    [],
  );
});

test("a warning that is there at rest tells nothing of a row that is lost", async () => {
  const { api, connector } = listedPeople("page");
  const warning: ConformanceSubject["connector"] = async (baseUrl, clock) => ({
    ...(await connector(baseUrl, clock)),
    validate: async ({ warn }) => warn({ code: "ROTA-ALWAYS", message: "something is never told" }),
  });
  assert.match(await problemsOf("drift", { api, connector: warning }), /'alan' is missing/);
});
