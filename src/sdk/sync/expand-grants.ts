/** Grant expansion: writes out what principals hold through the groups they are in. */
import { rowsOf } from "../c1z/write/sync-store.ts";
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { Grant, GrantExpandable, ResourceId } from "../contracts/model.ts";
import { grantImmutable } from "../resources/annotations.ts";
import { newGrant } from "../resources/ids.ts";
import { connectorFault, type StepContext } from "./step-context.ts";
import type { Action } from "./sync-state.ts";

/** Derived grants are written in batches of this many. */
const batchRows = 10_000;

/** By principal: who it is, and from which entitlements it inherits, directly held or not. */
type Contributions = Map<string, { readonly principal: ResourceId; readonly sources: Map<string, boolean> }>;

/**
 * Expands all grants that carry GrantExpandable; doing it twice changes nothing. Principals get one grant per
 * inherited entitlement, which names its immediate sources and, when nothing is held directly, is immutable.
 * @throws BatonError `BATON-EXPANSION-SOURCE` when a grant expands from an entitlement that is not its principal's.
 */
export async function expandGrants(context: StepContext, action: Action): Promise<void> {
  context.store.markSupportsDiff();
  if (context.state.flags.needsExpansion && !context.skipExpansion) {
    const graph = loadGraph(context);
    warnOfCycles(context, graph);
    for (const node of graph.nodes()) {
      context.signal.throwIfAborted();
      await expandInto(context, node);
    }
  }
  context.state.finish(action.id);
}

function loadGraph({ store, warnings }: StepContext): ExpansionGraph {
  const graph = new ExpansionGraph();
  let missing = 0;
  for (const grant of rowsOf((token) => store.grants.listExpandable(token))) {
    const expandable = grant.expandable;
    if (!expandable) continue;
    const known = expandable.entitlementIds.filter((id) => isOwnEntitlement(store, grant, id));
    missing += expandable.entitlementIds.length - known.length;
    if (known.length > 0) graph.add(grant.entitlement.id, { ...expandable, entitlementIds: known });
  }
  if (missing > 0) {
    warnings.add({
      code: "BATON-EXPANSION-MISSING",
      count: missing,
      message: `${missing} grants expand from entitlements that are not in the file`,
    });
  }
  return graph;
}

/** False when the entitlement is missing. */
function isOwnEntitlement(store: C1zWriter, grant: Grant, entitlementId: string): boolean {
  const resource = store.rows.getEntitlementResource(entitlementId);
  if (!resource) return false;
  const { principal } = grant;
  if (resource.resourceType === principal.resourceType && resource.resource === principal.resource) return true;
  const what = `Grant '${grant.id}' expands from '${entitlementId}', which is not an entitlement of its principal.`;
  throw connectorFault("BATON-EXPANSION-SOURCE", what);
}

function warnOfCycles({ warnings }: StepContext, graph: ExpansionGraph): void {
  const cycles = graph.components().filter((ids) => ids.length > 1 || graph.hasSelfLoop(ids[0] ?? ""));
  if (cycles.length === 0) return;
  warnings.add({
    code: "BATON-EXPANSION-CYCLE",
    count: cycles.length,
    message: `entitlements inherit from each other in a circle: ${(cycles[0] ?? []).join(" -> ")}`,
  });
}

async function expandInto(context: StepContext, node: GraphNode): Promise<void> {
  if (node.incoming.length === 0) return;
  const contributions: Contributions = new Map();
  for (const { source, rule } of node.incoming) {
    for (const sourceId of source.entitlementIds) collect(context.store, sourceId, rule, contributions);
  }
  for (const targetId of node.entitlementIds) await writeInherited(context, targetId, contributions);
}

/** Adds what the holders of `sourceId` pass on. */
function collect(store: C1zWriter, sourceId: string, rule: EdgeRule, contributions: Contributions): void {
  for (const grant of rowsOf((token) => store.grants.listOfEntitlement(sourceId, token))) {
    const { principal } = grant;
    if (rule.resourceTypeIds.length > 0 && !rule.resourceTypeIds.includes(principal.resourceType)) continue;
    const isDirect = !grant.sources || grant.sources.size === 0 || grant.sources.has(sourceId);
    if (rule.shallow && !isDirect) continue;
    const key = principalKey(principal);
    const entry = contributions.get(key) ?? { principal, sources: new Map<string, boolean>() };
    entry.sources.set(sourceId, isDirect || (entry.sources.get(sourceId) ?? false));
    contributions.set(key, entry);
  }
}

/** Adds the sources to the grants that exist on `targetId`, then writes a grant for every other principal. */
async function writeInherited(context: StepContext, targetId: string, contributions: Contributions): Promise<void> {
  const resource = context.store.rows.getEntitlementResource(targetId);
  if (!resource) return;
  const rest = new Map(contributions);
  let batch: Grant[] = [];
  const flush = (): void => {
    context.store.grants.put(batch);
    context.progress.addRows("grants", batch.length);
    batch = [];
  };
  const existing: Grant[] = [];
  for (const grant of rowsOf((token) => context.store.grants.listOfEntitlement(targetId, token))) {
    const key = principalKey(grant.principal);
    const contribution = rest.get(key);
    if (!contribution) continue;
    rest.delete(key);
    existing.push(withSources(grant, contribution.sources));
  }
  context.store.grants.put(existing);
  for (const { principal, sources } of rest.values()) {
    const plain = newGrant({ id: targetId, resource }, principal);
    batch.push({ ...plain, annotations: [grantImmutable], sources: toSources(sources) });
    if (batch.length >= batchRows) flush();
  }
  flush();
}

/** A grant held directly says so before it names what it is inherited from as well. */
function withSources(grant: Grant, added: ReadonlyMap<string, boolean>): Grant {
  const held =
    grant.sources && grant.sources.size > 0 ? grant.sources : new Map([[grant.entitlement.id, { isDirect: true }]]);
  const sources = new Map(held);
  for (const [id, isDirect] of added) sources.set(id, { isDirect: isDirect || (sources.get(id)?.isDirect ?? false) });
  return { ...grant, sources };
}

function toSources(sources: ReadonlyMap<string, boolean>): ReadonlyMap<string, { isDirect: boolean }> {
  return new Map([...sources].map(([id, isDirect]) => [id, { isDirect }]));
}

function principalKey(principal: ResourceId): string {
  return `${principal.resourceType}\u0000${principal.resource}`;
}

/** How an edge passes grants on. */
interface EdgeRule {
  /** Only principals that hold the source directly. */
  readonly shallow: boolean;
  /** Only principals of these types; empty means all. */
  readonly resourceTypeIds: readonly string[];
}

/** An edge into a node. */
interface IncomingEdge {
  readonly source: GraphNode;
  readonly rule: EdgeRule;
}

/** A node: one entitlement, or all those of a cycle. */
interface GraphNode {
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
