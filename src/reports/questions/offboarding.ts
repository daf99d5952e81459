/** Who is disabled and still holds a role, a team or other access: what offboarding forgot. */

import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { roleRank } from "../file-shape.ts";
import { type Account, type AccountHoldings, Holdings, slim } from "../holdings.ts";
import { compareTexts, counted, defineReport, type Items, type Subject, timeText } from "../report.ts";
import { barsByColumns, inText } from "../screen/chart.ts";
import { daysSince } from "./ages.ts";

interface Disabled extends Account {
  readonly days: number | undefined;
  readonly visibility: string | undefined;
}

type Leaver = Disabled & AccountHoldings;

const accountOf = (leaver: Leaver): AccountHoldings => leaver;

/** Disabled and deleted accounts with at least one grant, the most privileged first. */
export const offboarding = defineReport<Leaver>({
  name: "offboarding",
  title: "Offboarding review",
  summary: "Disabled accounts that still hold a role, a team or other access",
  countsAges: true,
  isReview: true,
  columns: [
    ...accountColumns(accountOf),
    column("days", "Days since last login", "number", ({ days }) => days, { width: 11 }),
    column("joined", "Joined", "moment", ({ facts }) => timeText(facts.createdSeconds)),
    column("visibility", "Visibility", "visibility", ({ visibility }) => visibility),
    column("roles", "Roles", "role", ({ roles }) => roles),
    column("teams", "Teams", "list", ({ teams }) => teams),
    column("other", "Other access", "list", ({ other }) => other),
    column("grants", "Grants", "number", ({ grants }) => grants),
    ...accountIdColumns(accountOf),
  ],
  screen: ["name", "email", "status", "roles", "teams", "lastLogin"],
  headline: ({ count }) => {
    const [left, disabled] = [count("stillHolding"), inText(count("disabled"))];
    if (left > 0)
      return { figure: inText(left), sentence: `of ${disabled} disabled people still hold access`, tone: "bad" };
    const sentence = disabled === "0" ? "people are disabled" : `of ${disabled} disabled people hold access`;
    return { figure: "0", sentence, tone: "good" };
  },
  chart: (charted) => ({
    title: "Disabled people who hold access, by role",
    scale: "count",
    bars: barsByColumns(charted, "roles", "status"),
  }),
  items: leavers,
});

function* leavers({ view, asOfSeconds }: Subject): Items<Leaver> {
  const holdings = new Holdings(view);
  const disabled: Disabled[] = [];
  let accounts = 0;
  for (const account of holdings.accountsAsStored()) {
    accounts++;
    const { status } = account.facts;
    if (status !== "disabled" && status !== "deleted") continue;
    const visibility = textIn(account.resource.profile?.["visibility"]);
    disabled.push({ ...slim(account), visibility, days: daysSince(account.facts.lastLoginSeconds, asOfSeconds) });
  }
  const found = [...holdings.holdingsOf(disabled)].filter(({ grants }) => grants > 0);
  yield* found.toSorted(mostPrivilegedFirst);
  return {
    counts: [
      counted("accounts", accounts),
      counted("disabled", disabled.length),
      counted("stillHolding", found.length, "disabled and still holding access"),
    ],
    notices: found.length > 0 ? ["Access of disabled accounts comes back when they are enabled again: remove it."] : [],
  };
}

function mostPrivilegedFirst(a: Leaver, b: Leaver): number {
  const [left, right] = [a.resource.id, b.resource.id];
  return roleRank(a.roles[0]) - roleRank(b.roles[0]) || compareTexts(left.resource, right.resource);
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
