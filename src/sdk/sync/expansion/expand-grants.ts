/** Grant expansion: writes out what principals hold through the groups they are in. */
import type { SyncStore } from "../../c1z/write/sync-store.ts";
import type { Grant, ResourceId } from "../../contracts/model.ts";
import { BatonError, Status } from "../../errors.ts";
import { grantImmutable } from "../../resources/annotations.ts";
import { newGrant } from "../../resources/ids.ts";
import type { StepContext } from "../step-context.ts";
import type { Action } from "../sync-state.ts";
import { type EdgeRule, ExpansionGraph, type GraphNode } from "./graph.ts";

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
  for (const grant of pages((token) => store.listExpandableGrants(token))) {
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
function isOwnEntitlement(store: SyncStore, grant: Grant, entitlementId: string): boolean {
  const resource = store.getEntitlementResource(entitlementId);
  if (!resource) return false;
  const { principal } = grant;
  if (resource.resourceType === principal.resourceType && resource.resource === principal.resource) return true;
  throw new BatonError({
    code: "BATON-EXPANSION-SOURCE",
    status: Status.internal,
    message: `Grant '${grant.id}' expands from '${entitlementId}', which is not an entitlement of its principal.`,
    effect: "The sync stays unfinished.",
    hint: "This is a fault of the connector: please report it.",
    fatal: true,
  });
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
function collect(store: SyncStore, sourceId: string, rule: EdgeRule, contributions: Contributions): void {
  for (const grant of pages((token) => store.listGrantsOfEntitlement(sourceId, token))) {
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
  const resource = context.store.getEntitlementResource(targetId);
  if (!resource) return;
  const rest = new Map(contributions);
  let batch: Grant[] = [];
  const flush = (): void => {
    context.store.putGrants(batch);
    context.progress.addRows("grants", batch.length);
    batch = [];
  };
  const existing: Grant[] = [];
  for (const grant of pages((token) => context.store.listGrantsOfEntitlement(targetId, token))) {
    const key = principalKey(grant.principal);
    const contribution = rest.get(key);
    if (!contribution) continue;
    rest.delete(key);
    existing.push(withSources(grant, contribution.sources));
  }
  context.store.putGrants(existing);
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

function* pages<T>(
  list: (pageToken: string) => { readonly items: readonly T[]; readonly nextPageToken: string },
): Generator<T> {
  let pageToken = "";
  do {
    const page = list(pageToken);
    yield* page.items;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
