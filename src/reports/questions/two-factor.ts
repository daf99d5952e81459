/** Who has a second factor, who has none, and of whom it is not known. The most privileged come first. */
import { roleRank } from "../file-shape.ts";
import { type AccountHoldings, Holdings } from "../holdings.ts";
import { columnsOf, compareTexts, counted, type Report, type Row, type Rows, type Subject } from "../report.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles, twoFactorText } from "./account-columns.ts";

const states = ["no", "unknown", "yes"] as const;
type State = (typeof states)[number];

/** All accounts: owners and managers first, within a role those without a second factor. */
export const twoFactor: Report = {
  name: "two-factor",
  title: "Two-factor review",
  summary: "Accounts with, without and with unknown two-factor authentication, owners and managers first",
  isEvidence: true,
  columns: columnsOf({ ...accountTitles, roles: "Roles", ...accountIdTitle }),
  rows: twoFactorRows,
};

interface Ranked {
  readonly row: Row;
  readonly role: string | undefined;
  /** Of the role; kept, as each is compared many times. */
  readonly privilege: number;
  readonly state: State;
  readonly id: string;
}

function* twoFactorRows({ view }: Subject): Rows {
  const ranked: Ranked[] = [];
  const counts: Record<State, number> = { no: 0, unknown: 0, yes: 0 };
  let privileged = 0;
  for (const account of new Holdings(view).accountHoldings()) {
    const one = rank(account);
    ranked.push(one);
    counts[one.state]++;
    if (one.state !== "yes" && one.role !== undefined && one.privilege <= roleRank("manager")) privileged++;
  }
  for (const { row } of ranked.toSorted(mostPrivilegedFirst)) yield row;
  return {
    counts: [counted("yes", counts.yes), counted("no", counts.no), counted("unknown", counts.unknown)],
    notices: [
      ...(privileged > 0 ? [`Owners and managers not known to have two-factor: ${privileged}.`] : []),
      ...shareNotice(counts),
    ],
  };
}

/** Of those who are known alone: who is unknown is neither with nor without. */
function shareNotice({ yes, no }: Readonly<Record<State, number>>): readonly string[] {
  if (yes + no === 0) return [];
  return [`${Math.floor((100 * yes) / (yes + no))} % of the accounts of which it is known have two-factor.`];
}

function rank(account: AccountHoldings): Ranked {
  const { facts, resource, roles } = account;
  const row = [...accountCells(account), roles, ...accountIdCells(account)];
  const [role] = roles;
  return { row, role, privilege: roleRank(role), state: twoFactorText(facts), id: resource.id.resource };
}

function mostPrivilegedFirst(a: Ranked, b: Ranked): number {
  return (
    a.privilege - b.privilege ||
    compareTexts(a.role ?? "", b.role ?? "") ||
    states.indexOf(a.state) - states.indexOf(b.state) ||
    compareTexts(a.id, b.id)
  );
}
