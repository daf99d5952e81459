/** The way to what belongs to the connectors. */
import type { Crumb } from "../design/page.tsx";

/** The list of connectors. */
export const connectorHome: readonly Crumb[] = [{ text: "Integrations" }, { text: "Connectors", href: "/connectors" }];

/** The way to the screen `last`, which is a step of adding a connector or one of its own. */
export function connectorCrumbs(last: string, step?: "Add connector"): readonly Crumb[] {
  return [...connectorHome, ...(step ? [{ text: step, href: "/connectors/add" }] : []), { text: last }];
}
