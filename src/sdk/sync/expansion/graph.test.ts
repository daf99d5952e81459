import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ExpansionGraph } from "./graph.ts";

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
