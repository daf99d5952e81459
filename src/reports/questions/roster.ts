/** Everybody, a row each, with what they hold. */
import { Holdings } from "../holdings.ts";
import { columnsOf, counted, type Report, type Rows, type Subject, timeText } from "../report.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles } from "./account-columns.ts";

/** All accounts by id. */
export const roster: Report = {
  name: "roster",
  title: "Roster",
  summary: "Everybody, a row each, with roles, teams and other access",
  isEvidence: true,
  columns: columnsOf({
    ...accountTitles,
    created: "Since",
    roles: "Roles",
    teams: "Teams",
    other: "Other access",
    grants: "Grants",
    ...accountIdTitle,
  }),
  rows: rosterRows,
};

function* rosterRows({ view }: Subject): Rows {
  const counts = { enabled: 0, disabled: 0, deleted: 0, unknown: 0 };
  let withoutAccess = 0;
  for (const account of new Holdings(view).accountHoldings()) {
    const { facts, roles, teams, other, grants } = account;
    counts[facts.status]++;
    if (grants === 0) withoutAccess++;
    const cells = [timeText(facts.createdSeconds), roles, teams, other, grants];
    yield [...accountCells(account), ...cells, ...accountIdCells(account)];
  }
  return {
    counts: [
      counted("enabled", counts.enabled),
      counted("disabled", counts.disabled),
      counted("deleted", counts.deleted),
      counted("statusUnknown", counts.unknown, "status unknown"),
      counted("withoutAccess", withoutAccess, "without any access"),
    ],
    notices: [],
  };
}
