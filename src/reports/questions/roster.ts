/** Everybody, a row each, with what they hold. */

import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { type AccountHoldings, Holdings } from "../holdings.ts";
import { counted, defineReport, type Items, type Subject, timeText } from "../report.ts";
import { barsByColumns, inText } from "../screen/chart.ts";

const accountOf = (account: AccountHoldings): AccountHoldings => account;

/** All accounts by id. */
export const roster = defineReport<AccountHoldings>({
  name: "roster",
  title: "Roster",
  summary: "Everybody, a row each, with roles, teams and other access",
  isReview: true,
  columns: [
    ...accountColumns(accountOf),
    column("created", "Since", "moment", ({ facts }) => timeText(facts.createdSeconds)),
    column("roles", "Roles", "role", ({ roles }) => roles),
    column("teams", "Teams", "list", ({ teams }) => teams),
    column("other", "Other access", "list", ({ other }) => other),
    column("grants", "Grants", "number", ({ grants }) => grants),
    ...accountIdColumns(accountOf),
  ],
  screen: ["name", "email", "status", "roles", "teams", "grants"],
  headline: ({ total, count }) => {
    const told = [`${inText(count("enabled"))} enabled`, `${inText(count("disabled"))} disabled`];
    const without = count("withoutAccess");
    const parts = without > 0 ? [...told, `${inText(without)} without any access`] : told;
    return { figure: inText(total), sentence: `people: ${parts.join(", ")}`, tone: "neutral" };
  },
  chart: (charted) => ({ title: "People by role", scale: "count", bars: barsByColumns(charted, "roles", "status") }),
  items: everybody,
});

function* everybody({ view }: Subject): Items<AccountHoldings> {
  const counts = { enabled: 0, disabled: 0, deleted: 0, pending: 0, unknown: 0 };
  let withoutAccess = 0;
  for (const account of new Holdings(view).accountHoldings()) {
    counts[account.facts.status]++;
    if (account.grants === 0) withoutAccess++;
    yield account;
  }
  return {
    counts: [
      counted("enabled", counts.enabled),
      counted("disabled", counts.disabled),
      counted("deleted", counts.deleted),
      ...(counts.pending > 0 ? [counted("pending", counts.pending)] : []),
      counted("statusUnknown", counts.unknown, "status unknown"),
      counted("withoutAccess", withoutAccess, "without any access"),
    ],
    notices: [],
  };
}
