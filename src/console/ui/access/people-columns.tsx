/** Columns of lists of people. */
import type { PersonRow } from "../../contract/sources.ts";
import { formatCount } from "../design/format.ts";
import type { LongColumn } from "../design/long-column.ts";
import { Day, EmailOrDash, neverLoggedIn, StatusChip, TextOrDash, TwoFactorChip } from "./person-cells.tsx";
import { roleTitle } from "./picture/roles.ts";
import { subjectAddress } from "./source-address.ts";

type PersonColumn = LongColumn<PersonRow>;

/** Columns of everybody. */
export function peopleColumns(source: string): readonly PersonColumn[] {
  return [nameColumn(source), email, status, role, teams, twoFactor, visibility, lastLogin, joined];
}

/** Columns of the members of one team. */
export function memberColumns(source: string): readonly PersonColumn[] {
  return [nameColumn(source), email, teamRole, status, role, twoFactor, lastLogin];
}

function nameColumn(source: string): PersonColumn {
  return {
    key: "name",
    title: "Name",
    share: 19,
    order: "name",
    isRowHeader: true,
    cell: ({ name, type, id, login }) => <a href={subjectAddress(source, "people", type, id)}>{name || login || id}</a>,
  };
}

const email: PersonColumn = {
  key: "email",
  title: "E-mail",
  share: 24,
  order: "email",
  cell: (row) => <EmailOrDash address={row.email} />,
};

const status: PersonColumn = {
  key: "status",
  title: "Status",
  share: 13,
  order: "status",
  cell: (row) => <StatusChip status={row.status} />,
};

const role: PersonColumn = {
  key: "role",
  title: "Role",
  share: 13,
  order: "role",
  cell: ({ roles }) => <TextOrDash text={roles.map(roleTitle).join(", ")} />,
};

const teams: PersonColumn = {
  key: "teams",
  title: "Teams",
  share: 8,
  order: "teams",
  isNumber: true,
  cell: ({ teamCount }) => formatCount(teamCount),
};

const twoFactor: PersonColumn = {
  key: "two-factor",
  title: "Two-factor",
  share: 13.5,
  order: "two-factor",
  cell: (row) => <TwoFactorChip twoFactor={row.twoFactor} />,
};

const visibility: PersonColumn = {
  key: "visibility",
  title: "Visibility",
  share: 9,
  isMinor: true,
  cell: (row) => <TextOrDash text={row.visibility} />,
};

const lastLogin: PersonColumn = {
  key: "last-login",
  title: "Last login",
  share: 13,
  order: "last-login",
  cell: ({ lastLoginMs }) => <Day ms={lastLoginMs} absent={neverLoggedIn} />,
};

const joined: PersonColumn = {
  key: "joined",
  title: "Joined",
  share: 13,
  order: "joined",
  cell: ({ joinedMs }) => <Day ms={joinedMs} absent="Not known" />,
};

const teamRole: PersonColumn = {
  key: "team-role",
  title: "Role in team",
  share: 12,
  cell: (row) => <TextOrDash text={row.teamRole === undefined ? null : roleTitle(row.teamRole)} />,
};
