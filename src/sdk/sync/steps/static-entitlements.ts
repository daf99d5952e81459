/** Entitlements that every resource of a type offers alike: asked for once, stored once per resource. */
import type { EntitlementTemplate, Page } from "../../contracts/connector.ts";
import type { Entitlement, Resource } from "../../contracts/model.ts";
import { entitlementId } from "../../resources/ids.ts";
import { callConnector, type StepContext, syncerOf, turnPage } from "../step-context.ts";
import type { Action } from "../sync-state.ts";

const noTemplates: Page<never> = { items: [], nextPageToken: "" };

/** Puts one action per type that has static entitlements on the stack. */
export function planStaticEntitlements({ store, state, logger, syncers }: StepContext, action: Action): void {
  logger.info("Syncing static entitlements...");
  state.finish(action.id);
  for (const type of store.listResourceTypes()) {
    if (!syncers.get(type.id)?.staticEntitlements) continue;
    state.push({ operation: "list-static-entitlements", resourceTypeId: type.id });
  }
}

/** Stores one page of a type's templates for every resource of the type. */
export async function syncStaticEntitlements(context: StepContext, action: Action): Promise<void> {
  const syncer = syncerOf(context, action.resourceTypeId);
  const page = await callConnector(context, action, async (options) =>
    syncer.staticEntitlements ? await syncer.staticEntitlements(options) : noTemplates,
  );
  if (page.items.length > 0) storeForEachResource(context, action.resourceTypeId, page.items);
  turnPage(context, action, page.nextPageToken);
}

function storeForEachResource(context: StepContext, typeId: string, templates: readonly EntitlementTemplate[]): void {
  let pageToken = "";
  do {
    const resources = context.store.listResources({ resourceTypeIds: [typeId], pageToken });
    const rows = resources.items.flatMap((resource) => templates.map((template) => instantiate(template, resource)));
    context.store.putEntitlements(rows);
    context.progress.addRows("entitlements", rows.length);
    pageToken = resources.nextPageToken;
  } while (pageToken !== "");
}

function instantiate(template: EntitlementTemplate, resource: Resource): Entitlement {
  return {
    ...template,
    id: entitlementId(resource.id, template.slug),
    resource,
    displayName: template.displayName || resource.displayName,
    description: template.description || (resource.description ?? ""),
  };
}
