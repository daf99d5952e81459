/** What the people in a list hold, such as leavers: who is found, who is not, and who could be several. */
import { type AccountHoldings, Holdings } from "../holdings.ts";
import { findAccounts } from "../people/find-accounts.ts";
import type { PeopleList } from "../people/people-list.ts";
import { type Cell, columnsOf, counted, type Report, type Row, type Rows, type Subject } from "../report.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles } from "./account-columns.ts";

/** The words of the column `found`. */
export const findings = { found: "found", ambiguous: "ambiguous", notFound: "not found" } as const;

/**
 * The report about one list, in its order: a row for everybody who is found, one for each who could be meant where that
 * is more than one, one for everybody who is not found.
 */
export function listedAccess(list: PeopleList): Report {
  return {
    name: "access-list",
    title: "Access of listed people",
    summary: "What the people in a list hold, and who of them is not found",
    columns: columnsOf({
      line: "Line",
      listed: "Listed as",
      found: "Found",
      ...accountTitles,
      roles: "Roles",
      teams: "Teams",
      other: "Other access",
      grants: "Grants",
      ...accountIdTitle,
    }),
    rows: (subject) => listedRows(list, subject),
  };
}

function* listedRows({ people, repeated, columns }: PeopleList, { view }: Subject): Rows {
  const holdings = new Holdings(view);
  const counts = { found: 0, ambiguous: 0, notFound: 0, holding: 0 };
  const namings = people.map(({ naming }) => naming);
  for (const [at, accounts] of findAccounts(namings, holdings).entries()) {
    const listed = people[at];
    if (!listed) continue;
    const finding = accounts.length === 1 ? "found" : accounts.length === 0 ? "notFound" : "ambiguous";
    counts[finding]++;
    const head = [listed.line, listed.text, findings[finding]];
    if (finding === "notFound") yield [...head, ...nobody];
    for (const account of accounts) {
      const held = holdings.holdingsOf(account);
      if (finding === "found" && held.grants > 0) counts.holding++;
      yield [...head, ...personCells(held)];
    }
  }
  return {
    counts: [
      counted("listed", people.length),
      counted("found", counts.found),
      counted("holding", counts.holding, "found and holding access"),
      counted("ambiguous", counts.ambiguous),
      counted("notFound", counts.notFound, "not found"),
    ],
    notices: [
      ...(columns.length > 0 ? [`People were looked for in the columns ${columns.join(", ")}.`] : []),
      ...(repeated > 0 ? [`Lines that repeat a line before them, left out: ${repeated}.`] : []),
      ...(counts.ambiguous > 0
        ? ["Of an ambiguous line everybody is shown who could be meant: decide by the id."]
        : []),
      ...(counts.notFound > 0 ? ["Who is not found may be there under another name or address."] : []),
    ],
  };
}

const nobody: readonly Cell[] = Array.from(
  { length: [accountTitles, accountIdTitle].flatMap((titles) => Object.keys(titles)).length + 4 },
  () => undefined,
);

function personCells(held: AccountHoldings): Row {
  return [...accountCells(held), held.roles, held.teams, held.other, held.grants, ...accountIdCells(held)];
}
