/** The way to the steps of adding a connector. */
import type { Crumb } from "../design/page.tsx";

/** The way to the step `last`. */
export function addCrumbs(last: string): readonly Crumb[] {
  return [
    { text: "Integrations" },
    { text: "Connectors", href: "/connectors" },
    { text: "Add connector", href: "/connectors/add" },
    { text: last },
  ];
}
