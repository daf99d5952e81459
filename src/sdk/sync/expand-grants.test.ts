import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { queryC1z } from "../../../test/support/plain-c1z.ts";
import {
  entitlementOf,
  grantOf,
  groupOf,
  scriptedConnector,
  typeOf,
  userOf,
} from "../../../test/support/scripted-connector.ts";
import { systemClock } from "../clock.ts";
import type { Grant, GrantExpandable, ResourceId } from "../contracts/model.ts";
import { BatonError } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { decodeGrant } from "../proto/decode.ts";
import { annotationUrl } from "../resources/annotations.ts";
import { entitlementId } from "../resources/ids.ts";
import { ExpansionGraph } from "./expand-grants.ts";
import { runSync } from "./run-sync.ts";

const directory = mkdtempSync(join(tmpdir(), "expand-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;

const team = (id: string): ResourceId => ({ resourceType: "team", resource: id });
const user = (id: string): ResourceId => ({ resourceType: "user", resource: id });
const holds = (principal: ResourceId, on: ResourceId): Grant => grantOf(on, "member", principal);
const memberOf = (resource: ResourceId): string => entitlementId(resource, "member");

/** Team `group` holds `on`'s membership, and with it those who hold the group's own. */
function passesOn(group: ResourceId, on: ResourceId, rule: Partial<GrantExpandable> = {}): Grant {
  const expandable = { entitlementIds: [memberOf(group)], shallow: false, resourceTypeIds: [], ...rule };
  return { ...grantOf(on, "member", group), expandable };
}

interface Result {
  readonly grants: ReadonlyMap<string, Grant>;
  readonly warnings: readonly string[];
}

/** Syncs teams a, b, c and users u, v with these grants; grants by `principal>team`. */
async function expand(grants: readonly Grant[]): Promise<Result> {
  const teams = ["a", "b", "c"].map((id) => groupOf(team(id)));
  const connector = scriptedConnector({
    types: [
      {
        type: typeOf("team"),
        resources: { "": teams },
        entitlements: (resource) => [entitlementOf(resource, "member")],
        grants: (resource) => grants.filter((grant) => grant.entitlement.resource.resource === resource.id.resource),
      },
      { type: typeOf("user"), resources: { "": [userOf("u"), userOf("v")] } },
    ],
  });
  const path = join(directory, `${files++}.c1z`);
  const signal = new AbortController().signal;
  const outcome = await runSync({
    connector,
    path,
    storageEngine: "sqlite",
    signal,
    logger: silentLogger,
    clock: systemClock,
  });
  const rows = queryC1z(path, "select data from v1_grants order by id").map((row) =>
    decodeGrant(row["data"] as Uint8Array),
  );
  return {
    grants: new Map(rows.map((grant) => [`${grant.principal.resource}>${grant.entitlement.resource.resource}`, grant])),
    warnings: outcome.warnings.map(({ code }) => code),
  };
}

const sourcesOf = (grant: Grant | undefined): Record<string, boolean> =>
  Object.fromEntries([...(grant?.sources ?? [])].map(([id, { isDirect }]) => [id, isDirect]));
const isImmutable = (grant: Grant | undefined): boolean =>
  grant?.annotations?.some(({ typeUrl }) => typeUrl === annotationUrl("GrantImmutable")) ?? false;

describe("grant expansion", () => {
  it("gives each one in a group one immutable grant that names where it comes from", async () => {
    const { grants } = await expand([holds(user("u"), team("a")), passesOn(team("a"), team("b"))]);
    const derived = grants.get("u>b");
    assert.equal(derived?.id, "team:b:member:user:u");
    assert.deepEqual(sourcesOf(derived), { "team:a:member": true });
    assert.equal(isImmutable(derived), true);
    assert.equal(grants.size, 3);
  });

  it("leaves a grant that is also held directly removable, and names both sources", async () => {
    const { grants } = await expand([
      holds(user("u"), team("a")),
      holds(user("u"), team("b")),
      passesOn(team("a"), team("b")),
    ]);
    assert.deepEqual(sourcesOf(grants.get("u>b")), { "team:b:member": true, "team:a:member": true });
    assert.equal(isImmutable(grants.get("u>b")), false);
  });

  it("hands on through several groups, naming only the immediate source", async () => {
    const { grants } = await expand([
      holds(user("u"), team("a")),
      passesOn(team("a"), team("b")),
      passesOn(team("b"), team("c")),
    ]);
    assert.deepEqual(sourcesOf(grants.get("u>c")), { "team:b:member": false });
    assert.deepEqual(sourcesOf(grants.get("a>c")), { "team:b:member": true });
  });

  it("hands on only direct holders where the edge is shallow", async () => {
    const { grants } = await expand([
      holds(user("u"), team("a")),
      holds(user("v"), team("b")),
      passesOn(team("a"), team("b")),
      passesOn(team("b"), team("c"), { shallow: true }),
    ]);
    assert.equal(grants.has("v>c"), true);
    assert.equal(grants.has("u>c"), false);
  });

  it("hands on only principals of the types that the edge names", async () => {
    const { grants } = await expand([
      holds(user("u"), team("a")),
      passesOn(team("a"), team("b")),
      passesOn(team("b"), team("c"), { resourceTypeIds: ["user"] }),
    ]);
    assert.equal(grants.has("u>c"), true);
    assert.equal(grants.has("a>c"), false);
  });

  it("breaks a circle with a warning and still hands on out of it", async () => {
    const { grants, warnings } = await expand([
      holds(user("u"), team("a")),
      passesOn(team("a"), team("b")),
      passesOn(team("b"), team("a")),
      passesOn(team("b"), team("c")),
    ]);
    assert.deepEqual(warnings, ["BATON-EXPANSION-CYCLE"]);
    assert.equal(grants.has("u>b"), false);
    assert.deepEqual(sourcesOf(grants.get("u>c")), { "team:a:member": true });
  });

  it("lets a group that names itself pass, with a warning", async () => {
    const { grants, warnings } = await expand([holds(user("u"), team("a")), passesOn(team("a"), team("a"))]);
    assert.deepEqual(warnings, ["BATON-EXPANSION-CYCLE"]);
    assert.deepEqual(sourcesOf(grants.get("u>a")), {});
  });

  it("drops an edge from an entitlement that does not exist, with a warning", async () => {
    const { warnings } = await expand([passesOn(team("a"), team("b"), { entitlementIds: ["team:a:owner"] })]);
    assert.deepEqual(warnings, ["BATON-EXPANSION-MISSING"]);
  });

  it("fails when a grant expands from another resource's entitlement", async () => {
    const foreign = passesOn(team("a"), team("b"), { entitlementIds: [memberOf(team("c"))] });
    await assert.rejects(
      expand([foreign]),
      (error) => error instanceof BatonError && error.code === "BATON-EXPANSION-SOURCE",
    );
  });

  it("drops an expansion that is limited to types outside the sync", async () => {
    const { grants } = await expand([
      holds(user("u"), team("a")),
      passesOn(team("a"), team("b"), { resourceTypeIds: ["repository"] }),
    ]);
    assert.equal(grants.has("u>b"), false);
  });
});

type Edge = readonly [string, string, { shallow?: boolean; types?: string[] }?];

function graphOf(...edges: readonly Edge[]): ExpansionGraph {
  const graph = new ExpansionGraph();
  for (const [source, target, rule = {}] of edges) {
    graph.add(target, { entitlementIds: [source], shallow: rule.shallow ?? false, resourceTypeIds: rule.types ?? [] });
  }
  return graph;
}

function order(graph: ExpansionGraph): string[] {
  return graph.nodes().map((node) => [...node.entitlementIds].sort().join("+"));
}

describe("ExpansionGraph", () => {
  it("puts sources before what inherits from them", () => {
    const names = order(graphOf(["c", "d"], ["a", "b"], ["b", "c"], ["a", "d"]));
    assert.deepEqual(names, ["a", "b", "c", "d"]);
  });

  it("collapses a circle into one node that keeps the edges out of it", () => {
    const nodes = graphOf(["a", "b"], ["b", "a"], ["b", "c"]).nodes();
    assert.deepEqual(
      nodes.map((node) => [...node.entitlementIds].sort()),
      [["a", "b"], ["c"]],
    );
    assert.equal(nodes[0]?.incoming.length, 0);
    assert.equal(nodes[1]?.incoming.length, 1);
  });

  it("does not let an entitlement inherit from itself", () => {
    const graph = graphOf(["a", "a"], ["a", "b"]);
    assert.equal(graph.hasSelfLoop("a"), true);
    assert.deepEqual(order(graph), ["a", "b"]);
    assert.equal(graph.nodes()[0]?.incoming.length, 0);
  });

  it("merges two edges of one pair by the widest rule", () => {
    const rule = (...edges: readonly Edge[]) => graphOf(...edges).nodes()[1]?.incoming[0]?.rule;
    assert.deepEqual(rule(["a", "b", { shallow: true }], ["a", "b"]), { shallow: false, resourceTypeIds: [] });
    assert.deepEqual(rule(["a", "b", { types: ["user"] }], ["a", "b", { types: ["team"] }])?.resourceTypeIds, [
      "user",
      "team",
    ]);
    assert.deepEqual(rule(["a", "b", { types: ["user"] }], ["a", "b"])?.resourceTypeIds, []);
  });

  it("stands a chain of 100,000 entitlements", () => {
    const graph = new ExpansionGraph();
    for (let i = 0; i < 100_000; i++)
      graph.add(`e${i + 1}`, { entitlementIds: [`e${i}`], shallow: false, resourceTypeIds: [] });
    const nodes = graph.nodes();
    assert.equal(nodes.length, 100_001);
    assert.deepEqual(nodes[0]?.entitlementIds, ["e0"]);
    assert.deepEqual(nodes.at(-1)?.entitlementIds, ["e100000"]);
  });
});
