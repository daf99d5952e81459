/** Who is disabled and still holds a role, a team or other access: what offboarding forgot. */
import { Holdings } from "../holdings.ts";
import { columnsOf, counted, type Report, type Row, type Rows, type Subject, timeText } from "../report.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles } from "./account-columns.ts";
import { daysSince } from "./days.ts";

/** Disabled and deleted accounts with at least one grant, by id. */
export const offboarding: Report = {
  name: "offboarding",
  title: "Offboarding review",
  summary: "Disabled accounts that still hold a role, a team or other access",
  countsAges: true,
  isEvidence: true,
  columns: columnsOf({
    ...accountTitles,
    days: "Days since last login",
    joined: "Joined",
    visibility: "Visibility",
    roles: "Roles",
    teams: "Teams",
    other: "Other access",
    grants: "Grants",
    ...accountIdTitle,
  }),
  rows: offboardingRows,
};

function* offboardingRows({ view, asOfSeconds }: Subject): Rows {
  const holdings = new Holdings(view);
  let accounts = 0;
  let disabled = 0;
  let holding = 0;
  for (const account of holdings.accounts()) {
    accounts++;
    const { status } = account.facts;
    if (status !== "disabled" && status !== "deleted") continue;
    disabled++;
    const held = holdings.holdingsOf(account);
    if (held.grants === 0) continue;
    holding++;
    const days = daysSince(account.facts.lastLoginSeconds, asOfSeconds);
    const visibility = account.resource.profile?.["visibility"];
    const about = [timeText(account.facts.createdSeconds), typeof visibility === "string" ? visibility : undefined];
    const access = [held.roles, held.teams, held.other, held.grants];
    const row: Row = [...accountCells(held), days, ...about, ...access, ...accountIdCells(held)];
    yield row;
  }
  return {
    counts: [
      counted("accounts", accounts),
      counted("disabled", disabled),
      counted("stillHolding", holding, "disabled and still holding access"),
    ],
    notices: holding > 0 ? ["Access of disabled accounts comes back when they are enabled again: remove it."] : [],
  };
}
