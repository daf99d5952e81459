/** How much is in a file: figures that lead to their lists. */
import type { RunTotals } from "../../contract/runs.ts";
import { Figures, Leading } from "../design/facts.tsx";
import { formatCount } from "../design/format.ts";
import { screenAddress } from "./source-address.ts";

interface TotalsOfFileProps {
  readonly totals: Omit<RunTotals, "activeMembers" | "inactiveMembers"> & Partial<RunTotals>;
  /** The file's; undefined for one that is not kept, whose figures lead nowhere. */
  readonly source: string | undefined;
}

/** The figures. */
export function TotalsOfFile({ source, totals }: TotalsOfFileProps) {
  const { members, activeMembers, inactiveMembers = 0, teams, entitlements, grants } = totals;
  const figure = (
    label: string,
    count: number,
    screen: "people" | "teams" | "tables",
    query: Readonly<Record<string, string>> = {},
  ) => ({ label, value: formatCount(count), href: source && screenAddress(source, screen, query) });
  const withStatus = (status: string) => source && screenAddress(source, "people", { status });
  const note = activeMembers !== undefined && (
    <>
      <Leading href={withStatus("enabled")}>{`${formatCount(activeMembers)} active`}</Leading>
      {", "}
      <Leading href={withStatus("disabled")}>{`${formatCount(inactiveMembers)} inactive`}</Leading>
    </>
  );
  return (
    <Figures
      figures={[
        { ...figure("Members", members, "people"), note },
        figure("Teams", teams, "teams"),
        figure("Entitlements", entitlements, "tables", { show: "entitlements" }),
        figure("Grants", grants, "tables", { show: "grants" }),
      ]}
    />
  );
}
