/** Who has a second factor, who has none, and of whom it is not known. The most privileged come first. */

import { accountColumns, accountIdColumns, column, twoFactorText } from "../columns.ts";
import { roleRank } from "../file-shape.ts";
import { type AccountHoldings, Holdings, slim } from "../holdings.ts";
import { compareTexts, counted, defineReport, type Items, type Subject } from "../report.ts";
import { barsByColumns, inText, percent } from "../screen/chart.ts";

const states = ["no", "unknown", "yes"] as const;
type State = (typeof states)[number];

interface Ranked {
  readonly account: AccountHoldings;
  /** Of the most privileged role; kept, as each is compared many times. */
  readonly privilege: number;
  readonly state: State;
}

const accountOf = ({ account }: Ranked): AccountHoldings => account;

/** All accounts: owners and managers first, within a role those without a second factor. */
export const twoFactor = defineReport<Ranked>({
  name: "two-factor",
  title: "Two-factor review",
  summary: "Accounts with, without and with unknown two-factor authentication, owners and managers first",
  isReview: true,
  columns: [
    ...accountColumns(accountOf),
    column("roles", "Roles", "role", ({ account }) => account.roles),
    ...accountIdColumns(accountOf),
  ],
  screen: ["name", "email", "status", "roles", "twoFactor", "lastLogin"],
  headline: ({ count }) => {
    const [yes, no, unknown] = [count("yes"), count("no"), count("unknown")];
    const told = unknown > 0 ? `; of ${inText(unknown)} more it is not known` : "";
    if (yes + no === 0)
      return { figure: inText(unknown), sentence: "people: two-factor is known of nobody", tone: "warn" };
    const sentence = `of ${inText(yes + no)} people have two-factor, ${inText(no)} do not${told}`;
    return { figure: percent(yes, yes + no), sentence, tone: no > 0 ? "bad" : unknown > 0 ? "warn" : "good" };
  },
  chart: (charted) => ({
    title: "Two-factor by role",
    scale: "share",
    bars: barsByColumns(charted, "roles", "twoFactor"),
  }),
  items: twoFactorItems,
});

function* twoFactorItems({ view }: Subject): Items<Ranked> {
  const ranked: Ranked[] = [];
  const counts: Record<State, number> = { no: 0, unknown: 0, yes: 0 };
  let privileged = 0;
  for (const account of new Holdings(view).accountHoldings()) {
    // A second factor is a person's, who is there.
    if (account.facts.kind === "machine" || account.facts.status === "pending") continue;
    const one = rank(account);
    ranked.push(one);
    counts[one.state]++;
    if (one.state !== "yes" && account.roles.length > 0 && one.privilege <= roleRank("manager")) privileged++;
  }
  yield* ranked.toSorted(mostPrivilegedFirst);
  return {
    counts: [counted("yes", counts.yes), counted("no", counts.no), counted("unknown", counts.unknown)],
    notices: [
      ...(privileged > 0
        ? [`Owners and managers without two-factor, or of whom it is not known: ${inText(privileged)}.`]
        : []),
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
  const { facts, roles } = account;
  const shown = { ...slim(account), teams: [], other: [] };
  return { account: shown, privilege: roleRank(roles[0]), state: twoFactorText(facts) };
}

function mostPrivilegedFirst(a: Ranked, b: Ranked): number {
  return (
    a.privilege - b.privilege ||
    compareTexts(a.account.roles[0] ?? "", b.account.roles[0] ?? "") ||
    states.indexOf(a.state) - states.indexOf(b.state) ||
    compareTexts(a.account.resource.id.resource, b.account.resource.id.resource)
  );
}
