/** How columns of reports are written down, and those that every report about accounts begins and ends with. */
import type { AccountFacts } from "./account-facts.ts";
import type { Account } from "./holdings.ts";
import { type Cell, type ColumnOf, timeText } from "./report.ts";
import type { Column, ValueKind } from "./screen/shown.ts";

/** Share of the width that a value of a kind usually needs. */
const usualWidths: Readonly<Record<ValueKind, number>> = {
  text: 15,
  email: 21,
  number: 8,
  moment: 14.5,
  list: 18,
  status: 11.5,
  "two-factor": 11.5,
  role: 12,
  visibility: 10,
  word: 13,
};

/** A column; its width is what its kind usually needs unless it is given. */
export function column<Item>(
  key: string,
  title: string,
  kind: ValueKind,
  value: (item: Item) => Cell,
  more: Partial<Pick<Column, "width" | "link" | "isExportedOnly" | "absent" | "words">> = {},
): ColumnOf<Item> {
  return { key, title, kind, width: usualWidths[kind], ...more, value };
}

/** Columns of plain text from keys and titles, for rows that are not made by a definition. */
export function columnsOf(titles: Readonly<Record<string, string>>): readonly Column[] {
  return Object.entries(titles).map(([key, title]) => ({ key, title, kind: "text", width: usualWidths.text }));
}

/** What stands for a login that nobody told of. */
export const neverLoggedIn = "Never or hidden";

/** What a row about an account names it by. */
const accountLink = { type: "type", id: "id" } as const;

/** The columns that begin a report about accounts. @param accountOf undefined for a row about nobody. */
export function accountColumns<Item>(accountOf: (item: Item) => Account | undefined): readonly ColumnOf<Item>[] {
  const fact =
    (read: (facts: AccountFacts) => Cell) =>
    (item: Item): Cell => {
      const account = accountOf(item);
      return account?.isAccount ? read(account.facts) : undefined;
    };
  const name = (item: Item): Cell => accountOf(item)?.resource.displayName;
  return [
    column("name", "Name", "text", name, { width: 20, link: accountLink }),
    column(
      "login",
      "Login",
      "text",
      fact(({ login }) => login),
    ),
    column(
      "email",
      "E-mail",
      "email",
      fact(({ email }) => email),
    ),
    column(
      "status",
      "Status",
      "status",
      fact(({ status }) => status),
    ),
    column("twoFactor", "Two-factor", "two-factor", fact(twoFactorText)),
    column(
      "lastLogin",
      "Last login",
      "moment",
      fact(({ lastLoginSeconds }) => timeText(lastLoginSeconds)),
    ),
  ];
}

/** The id, which comes last: it is for machines. */
export function accountIdColumns<Item>(accountOf: (item: Item) => Account | undefined): readonly ColumnOf<Item>[] {
  const machine = { isExportedOnly: true };
  return [
    column("type", "Type", "text", (item) => accountOf(item)?.resource.id.resourceType, machine),
    column("id", "Id", "text", (item) => accountOf(item)?.resource.id.resource, machine),
  ];
}

/** `yes`, `no` or `unknown`. */
export function twoFactorText({ twoFactor }: Pick<AccountFacts, "twoFactor">): "yes" | "no" | "unknown" {
  if (twoFactor === undefined) return "unknown";
  return twoFactor ? "yes" : "no";
}
