/** What the people in a list hold, such as leavers: who is found, who is not, and who could be several. */
import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { type AccountHoldings, Holdings } from "../holdings.ts";
import { findAccounts, type Named } from "../people/find-accounts.ts";
import type { PeopleList } from "../people/people-list.ts";
import { counted, defineReport, type Items, type Report, type Subject } from "../report.ts";

/** The words of the column `found`. */
export const findings = { found: "found", ambiguous: "ambiguous", notFound: "not found" } as const;

/** A line of a list, and somebody who may be meant by it. */
interface Listed {
  readonly line: number;
  readonly text: string;
  readonly found: keyof typeof findings;
  /** Undefined for a line that names nobody. */
  readonly person: AccountHoldings | undefined;
}

const personOf = ({ person }: Listed): AccountHoldings | undefined => person;
const columns = [
  column<Listed>("line", "Line", "number", ({ line }) => line),
  column<Listed>("listed", "Listed as", "text", ({ text }) => text),
  column<Listed>("found", "Found", "word", ({ found }) => findings[found], { words: Object.values(findings) }),
  ...accountColumns(personOf),
  column<Listed>("roles", "Roles", "role", ({ person }) => person?.roles),
  column<Listed>("teams", "Teams", "list", ({ person }) => person?.teams),
  column<Listed>("other", "Other access", "list", ({ person }) => person?.other),
  column<Listed>("grants", "Grants", "number", ({ person }) => person?.grants),
  ...accountIdColumns(personOf),
];

/**
 * The report about one list, in its order: a row for everybody who is found, one for each who could be meant where that
 * is more than one, one for everybody who is not found.
 * @param everybody who may be meant, by default everybody in the file.
 */
export function listedAccess(list: PeopleList, everybody?: Iterable<Named>): Report {
  return defineReport<Listed>({
    name: "access-list",
    title: "Access of listed people",
    summary: "What the people in a list hold, and who of them is not found",
    columns,
    screen: ["listed", "found", "name", "status", "roles", "teams"],
    items: (subject) => listedPeople(list, subject, everybody),
  });
}

function* listedPeople(
  { people, repeated, columns: titles }: PeopleList,
  { view }: Subject,
  everybody: Iterable<Named> | undefined,
): Items<Listed> {
  const holdings = new Holdings(view);
  const counts = { found: 0, ambiguous: 0, notFound: 0, holding: 0 };
  const namings = people.map(({ naming }) => naming);
  const found = findAccounts(namings, holdings, everybody);
  const everyone = holdings.holdingsOf(found.flat());
  for (const [at, accounts] of found.entries()) {
    const listed = people[at];
    if (!listed) continue;
    const finding = accounts.length === 1 ? "found" : accounts.length === 0 ? "notFound" : "ambiguous";
    counts[finding]++;
    const { line, text } = listed;
    if (finding === "notFound") yield { line, text, found: finding, person: undefined };
    for (const _ of accounts) {
      const person = everyone.next().value;
      if (finding === "found" && person && person.grants > 0) counts.holding++;
      yield { line, text, found: finding, person };
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
      ...(titles.length > 0 ? [`People were looked for in the columns ${titles.join(", ")}.`] : []),
      ...(repeated > 0 ? [`Lines that repeat a line before them, left out: ${repeated}.`] : []),
      ...(counts.ambiguous > 0
        ? ["Of an ambiguous line everybody is shown who could be meant: decide by the id."]
        : []),
      ...(counts.notFound > 0 ? ["Who is not found may be there under another name or address."] : []),
    ],
  };
}
