/** A row of the table of teams, read by the columns that the server names. Pure. */
import type { TableRow, TeamRow, TeamsPage } from "../../../contract/sources.ts";

/** What is drawn of a team. */
export type TeamFigures = Pick<TeamRow, "type" | "id" | "name" | "memberCount" | "disabledCount" | "withoutTwoFactor"> &
  Pick<TeamRow, "byRole">;

/** The team of a row. */
export function teamFigures(
  { columns, roleColumns }: Pick<TeamsPage, "columns" | "roleColumns">,
  { cells, links }: TableRow,
): TeamFigures {
  const cellOf = (key: string) => cells[columns.findIndex((column) => column.key === key)];
  const countOf = (key: string): number => Number(cellOf(key) ?? 0);
  const { type = "", id = "" } = links?.find((link) => link !== null) ?? {};
  return {
    type,
    id,
    name: String(cellOf("name") ?? ""),
    memberCount: countOf("members"),
    disabledCount: countOf("disabled"),
    withoutTwoFactor: countOf("withoutTwoFactor"),
    byRole: roleColumns.map(({ key, role }) => [role, countOf(key)] as const).filter(([, count]) => count > 0),
  };
}
