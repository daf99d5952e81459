/** Columns of a review's table: what the report gives, with links, chips and days where they help. */
import type { ComponentChildren } from "preact";
import type { ReviewPage, SourceInfo, TablePage } from "../../contract/sources.ts";
import { Dash, Day, neverLoggedIn, StatusChip, TwoFactorChip } from "../access/person-cells.tsx";
import { roleTitle } from "../access/picture/roles.ts";
import { resourceAddress, subjectAddress } from "../access/source-address.ts";
import { VisibilityChip } from "../access/visibility-chip.tsx";
import { formatCount } from "../design/format.ts";
import type { LongColumn } from "../design/long-column.ts";

/** A row as it comes. */
export type TableRow = TablePage["rows"][number];
type Value = TableRow[number];

/** Columns for machines: they become links, and are in every download. */
const hidden: ReadonlySet<string> = new Set(["type", "id", "teamId"]);

/** Shares of the width, where a column needs more or less than others. */
const shares: Readonly<Record<string, number>> = {
  name: 18,
  email: 22,
  login: 14,
  status: 12,
  twoFactor: 11,
  lastLogin: 13,
  days: 7,
  grants: 8,
  members: 8,
  teams: 18,
  before: 18,
  after: 18,
};
const usualShare = 13;

/** The columns of a review. */
export function reviewColumns(source: string, info: SourceInfo, page: ReviewPage): readonly LongColumn<TableRow>[] {
  const place = { source, review: page.name, teamType: onlyTeamType(info) };
  const at = new Map(page.columns.map(({ key }, index) => [key, index]));
  const valueIn = (row: TableRow, key: string): Value => row[at.get(key) ?? -1] ?? null;
  const shown = page.columns.filter(({ key }) => !hidden.has(key));
  return shown.map(({ key, title, isNumber }, order) => ({
    key,
    title,
    isNumber,
    isRowHeader: order === 0,
    share: shares[key] ?? usualShare,
    cell: (row) => {
      const value = valueIn(row, key);
      const address = linkOf(place, key, (other) => valueIn(row, other));
      const content = cellOf(key, value);
      return address && value !== null && value !== "" ? <a href={address}>{content}</a> : content;
    },
  }));
}

interface Place {
  readonly source: string;
  readonly review: string;
  readonly teamType: string | undefined;
}

/** Reports name a team by its id alone, which is enough where there is one type of teams. */
function onlyTeamType({ resourceTypes }: SourceInfo): string | undefined {
  const types = resourceTypes.filter(({ isTeam }) => isTeam);
  return types.length === 1 ? types[0]?.id : undefined;
}

function linkOf({ source, review, teamType }: Place, key: string, valueIn: (key: string) => Value): string | undefined {
  const text = (other: string): string => String(valueIn(other) ?? "");
  if (key === "team") {
    return teamType && subjectAddress(source, "teams", teamType, text("teamId") || text("id"));
  }
  if (key !== "name" || text("type") === "" || text("id") === "") return undefined;
  if (review !== "changes") return subjectAddress(source, "people", text("type"), text("id"));
  // What was removed is not in this file any more.
  if (text("change") === "removed" || text("type") === "entitlement") return undefined;
  if (text("what") === "account") return subjectAddress(source, "people", text("type"), text("id"));
  return resourceAddress(source, text("type"), text("id"));
}

/** A value by the key of its column. */
export function cellOf(key: string, value: Value): ComponentChildren {
  if (key === "lastLogin") return <Day ms={momentOf(value)} absent={neverLoggedIn} />;
  if (value === null || value === "" || (typeof value === "object" && value.length === 0)) return <Dash />;
  if (typeof value === "number") return formatCount(value);
  if (typeof value !== "string") return key === "roles" ? value.map(roleTitle).join(", ") : value.join(", ");
  if (key === "status") return <StatusChip status={value} />;
  if (key === "twoFactor") return <TwoFactorChip twoFactor={value} />;
  if (key === "visibility") return <VisibilityChip visibility={value} />;
  return value;
}

function momentOf(value: Value): number | null {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
