/** What the screen of a file's contents shows, as it stands in the page's address. Pure. */
import { screenAddress } from "../access/source-address.ts";

/** Kinds of rows, and the screen of one resource. */
export const tableKinds = ["resource-types", "resources", "entitlements", "grants", "resource"] as const;
/** One of them. */
export type TableKind = (typeof tableKinds)[number];

/** What is shown; "" stands for no filter. */
export interface TablesQuery {
  readonly show: TableKind;
  /** Resource type. */
  readonly type: string;
  /** Id of the resource, for `resource`. */
  readonly id: string;
  readonly entitlement: string;
  /** `TYPE/ID` of a holder, for `grants`. */
  readonly principal: string;
}

/** Reads the query of the page's address; what it does not know is left out. */
export function readTablesQuery(query: Readonly<Record<string, string>>): TablesQuery {
  const { show = "", type = "", id = "", entitlement = "", principal = "" } = query;
  const kind = tableKinds.find((one) => one === show) ?? "resource-types";
  return { show: kind, type, id, entitlement, principal };
}

/** Address of what is shown. */
export function tablesAddress(source: string, query: Partial<TablesQuery>): string {
  return screenAddress(source, "tables", query);
}
