/** The graph of who inherits what: entitlements are nodes, an edge S to T says "anyone who holds S holds T too". */
import type { GrantExpandable } from "../../contracts/model.ts";

/** How an edge passes grants on. */
export interface EdgeRule {
  /** Only principals that hold the source directly. */
  readonly shallow: boolean;
  /** Only principals of these types; empty means all. */
  readonly resourceTypeIds: readonly string[];
}

/** An edge into a node. */
export interface IncomingEdge {
  readonly source: GraphNode;
  readonly rule: EdgeRule;
}

/** A node: one entitlement, or all those of a cycle. */
export interface GraphNode {
  readonly entitlementIds: readonly string[];
  readonly incoming: readonly IncomingEdge[];
}

/** Edges between entitlements, merged pair by pair. */
export class ExpansionGraph {
  readonly #outgoing = new Map<string, Map<string, EdgeRule>>();

  /** Adds what one expandable grant on `target` says. */
  add(target: string, expandable: GrantExpandable): void {
    this.#node(target);
    const rule = { shallow: expandable.shallow, resourceTypeIds: expandable.resourceTypeIds };
    for (const source of expandable.entitlementIds) {
      const edges = this.#node(source);
      const known = edges.get(target);
      edges.set(target, known ? widest(known, rule) : rule);
    }
  }

  #node(id: string): Map<string, EdgeRule> {
    let edges = this.#outgoing.get(id);
    if (!edges) {
      edges = new Map();
      this.#outgoing.set(id, edges);
    }
    return edges;
  }

  /** Groups of entitlements that inherit from each other, in the order in which they must be worked off: sources first. */
  components(): readonly (readonly string[])[] {
    return stronglyConnected(this.#outgoing).reverse();
  }

  /** True when the entitlement names itself as its source. */
  hasSelfLoop(id: string): boolean {
    return this.#outgoing.get(id)?.has(id) ?? false;
  }

  /**
   * Nodes in topological order, each cycle collapsed into one. Inside a collapsed node nothing is inherited; edges
   * into and out of it are those of all its entitlements, merged by the widest rule.
   */
  nodes(): readonly GraphNode[] {
    const nodeOf = new Map<string, GraphNode & { incoming: IncomingEdge[] }>();
    const nodes = this.components().map((entitlementIds) => ({ entitlementIds, incoming: [] as IncomingEdge[] }));
    for (const node of nodes) for (const id of node.entitlementIds) nodeOf.set(id, node);
    for (const source of nodes) {
      for (const [target, rule] of this.#mergedEdges(source, nodeOf)) target.incoming.push({ source, rule });
    }
    return nodes;
  }

  #mergedEdges<N extends GraphNode>(source: GraphNode, nodeOf: ReadonlyMap<string, N>): Map<N, EdgeRule> {
    const merged = new Map<N, EdgeRule>();
    for (const id of source.entitlementIds) {
      for (const [targetId, rule] of this.#outgoing.get(id) ?? []) {
        const target = nodeOf.get(targetId);
        if (!target || target === (source as GraphNode)) continue;
        const known = merged.get(target);
        merged.set(target, known ? widest(known, rule) : rule);
      }
    }
    return merged;
  }
}

/** Two rules for one pair: any deep makes it deep, any unlimited makes it unlimited, else the types of both. */
function widest(a: EdgeRule, b: EdgeRule): EdgeRule {
  const unlimited = a.resourceTypeIds.length === 0 || b.resourceTypeIds.length === 0;
  return {
    shallow: a.shallow && b.shallow,
    resourceTypeIds: unlimited ? [] : [...new Set([...a.resourceTypeIds, ...b.resourceTypeIds])],
  };
}

interface Visit {
  index: number;
  low: number;
  onStack: boolean;
}

/** Tarjan's algorithm, without recursion so that deep chains cannot exhaust the stack; components come targets first. */
function stronglyConnected(outgoing: ReadonlyMap<string, ReadonlyMap<string, EdgeRule>>): string[][] {
  const visits = new Map<string, Visit>();
  const stack: string[] = [];
  const components: string[][] = [];

  const enter = (id: string): { id: string; visit: Visit; edges: Iterator<string> } => {
    const visit = { index: visits.size, low: visits.size, onStack: true };
    visits.set(id, visit);
    stack.push(id);
    return { id, visit, edges: (outgoing.get(id) ?? new Map<string, EdgeRule>()).keys() };
  };

  const takeComponent = (root: string): void => {
    const component: string[] = [];
    for (let id = stack.pop(); id !== undefined; id = id === root ? undefined : stack.pop()) {
      const visit = visits.get(id);
      if (visit) visit.onStack = false;
      component.push(id);
    }
    components.push(component.reverse());
  };

  for (const start of outgoing.keys()) {
    if (visits.has(start)) continue;
    const path = [enter(start)];
    for (let frame = path.at(-1); frame; frame = path.at(-1)) {
      const next = frame.edges.next();
      if (!next.done) {
        const seen = visits.get(next.value);
        if (!seen) path.push(enter(next.value));
        else if (seen.onStack) frame.visit.low = Math.min(frame.visit.low, seen.index);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) parent.visit.low = Math.min(parent.visit.low, frame.visit.low);
      if (frame.visit.low === frame.visit.index) takeComponent(frame.id);
    }
  }
  return components;
}
