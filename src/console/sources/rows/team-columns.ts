/** The columns of teams: how many people, of which roles, who is disabled, who has no second factor. */
import { column } from "../../../reports/columns.ts";
import { compareRoles } from "../../../reports/file-shape.ts";
import type { ColumnOf } from "../../../reports/report.ts";
import { capitalized } from "../../../reports/screen/chart.ts";
import type { TeamRow } from "../../contract/sources.ts";

/** The keys that a screen shows from the first. */
export const teamScreen: readonly string[] = [
  "name",
  "members",
  "roles",
  "disabled",
  "withoutTwoFactor",
  "managers",
  "visibility",
];

/** A column with the number of people of one role. */
export interface RoleColumn extends ColumnOf<TeamRow> {
  /** Its slug, "" for people who have none. */
  readonly role: string;
}

/** One for each role that somebody in a team has, the most privileged first. */
export function roleColumns(teams: readonly TeamRow[]): readonly RoleColumn[] {
  const roles = new Set(teams.flatMap(({ byRole }) => byRole.map(([role]) => role)));
  return [...roles].toSorted(byPrivilege).map((role, at) => {
    const held = ({ byRole }: TeamRow): number => byRole.find(([one]) => one === role)?.[1] ?? 0;
    return { ...column(`role${at + 1}`, role === "" ? "No role" : capitalized(role), "number", held), role };
  });
}

/** Who has no role comes last. */
export function byPrivilege(a: string, b: string): number {
  return Number(a === "") - Number(b === "") || compareRoles(a, b);
}

/** @param byRole from `roleColumns`. */
export function teamColumns(byRole: readonly RoleColumn[]): readonly ColumnOf<TeamRow>[] {
  return [
    column("name", "Team", "text", ({ name, id }) => name || id, { width: 20, link: { type: "type", id: "id" } }),
    column("members", "People", "number", ({ memberCount }) => memberCount, { width: 9.5 }),
    column("roles", "Roles", "role", (team) => team.byRole.map(([role]) => role), { width: 21 }),
    column("disabled", "Disabled", "number", ({ disabledCount }) => disabledCount, { width: 13 }),
    column("withoutTwoFactor", "No two-factor", "number", ({ withoutTwoFactor }) => withoutTwoFactor, { width: 16 }),
    column("managers", "Managers", "number", ({ managerCount }) => managerCount, { width: 11 }),
    column("visibility", "Visibility", "visibility", ({ visibility }) => visibility ?? undefined, { width: 12.5 }),
    column("slug", "Slug", "text", ({ slug }) => slug ?? undefined),
    ...byRole,
    column("type", "Type", "text", ({ type }) => type, { isExportedOnly: true }),
    column("id", "Id", "text", ({ id }) => id, { isExportedOnly: true }),
  ];
}
