/** The colour of a role, before its name, which says the same. */
import { roleColour } from "./role-colours.ts";

/** A small square. */
export function RoleSign({ role }: { readonly role: string }) {
  return <span class={`role-sign role-${roleColour(role)}`} aria-hidden="true" />;
}
