/** The first step: puts the plan of a sync on the stack, last step first. */
import type { ResourceTarget } from "../../contracts/model.ts";
import type { StepContext } from "../step-context.ts";
import type { Action, SyncState } from "../sync-state.ts";

/** Replaces `init` by the steps of a full sync, of one without entitlements and grants, or of a targeted one. */
export function begin({ state, targets }: StepContext, action: Action): void {
  state.finish(action.id);
  if (targets) planTargets(state, targets);
  else planEverything(state);
  state.push({ operation: "list-resource-types" });
}

/** One action per resource, the first on top. What is read of each is planned when it is there; nothing is expanded. */
function planTargets(state: SyncState, targets: readonly ResourceTarget[]): void {
  for (const { id, parentResourceId } of targets.toReversed()) {
    state.push({
      operation: "targeted-resource-sync",
      resourceTypeId: id.resourceType,
      resourceId: id.resource,
      ...(parentResourceId && {
        parentResourceTypeId: parentResourceId.resourceType,
        parentResourceId: parentResourceId.resource,
      }),
    });
  }
}

function planEverything(state: SyncState): void {
  if (!state.flags.shouldSkipEntitlementsAndGrants) {
    if (!state.flags.shouldSkipGrants) {
      state.push({ operation: "grant-expansion" });
      state.push({ operation: "list-grants" });
    }
    state.push({ operation: "list-entitlements" });
    state.push({ operation: "list-static-entitlements" });
  }
  state.push({ operation: "list-resources" });
}
