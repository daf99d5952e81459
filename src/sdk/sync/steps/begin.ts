/** The first step: puts the plan of a whole sync on the stack, last step first. */
import type { StepContext } from "../step-context.ts";
import type { Action } from "../sync-state.ts";

/** Replaces `init` by the steps of a full sync, or of one without entitlements and grants. */
export function begin({ state }: StepContext, action: Action): void {
  state.finish(action.id);
  if (!state.flags.shouldSkipEntitlementsAndGrants) {
    state.push({ operation: "grant-expansion" });
    state.push({ operation: "list-grants" });
    state.push({ operation: "list-entitlements" });
    state.push({ operation: "list-static-entitlements" });
  }
  state.push({ operation: "list-resources" });
  state.push({ operation: "list-resource-types" });
}
