/** Who could log in and has not done so for long. Disabled accounts are left to the offboarding review. */
import { type Account, Holdings } from "../holdings.ts";
import { type Cell, columnsOf, compareTexts, counted, type Report, type Rows, type Subject } from "../report.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles } from "./account-columns.ts";
import { daysSince } from "./days.ts";

const noLogins = "No account has a last login: it may be that the connector does not report it.";
const loginsOnly =
  "A login is one by a person, on a page. Use by API key or command line is no login: an account without logins may be in use.";
/** The ages by key, the longest first. Without a last login there was none, or the key that read does not see it. */
export const ageNames = {
  never: "never or hidden",
  over180: ">180 days",
  over90: "91-180 days",
  over30: "31-90 days",
  recent: "0-30 days",
} as const;
/** One of the ages. */
export type Age = keyof typeof ageNames;
/** All ages, the longest first. */
export const ages = Object.keys(ageNames) as readonly Age[];

/** Accounts that are not disabled and whose last login is more than 30 days ago, the longest first, those without before all. */
export const dormant: Report = {
  name: "dormant",
  title: "Dormant accounts",
  summary: "Accounts that could log in and never did, or not for 30, 90 or 180 days; use by key is no login",
  countsAges: true,
  isEvidence: true,
  columns: columnsOf({ ...accountTitles, age: "No login for", days: "Days", ...accountIdTitle }),
  rows: dormantRows,
};

interface Aged {
  readonly cells: readonly Cell[];
  readonly age: Age;
  readonly days: number | undefined;
  readonly id: string;
}

function* dormantRows({ view, asOfSeconds }: Subject): Rows {
  const counts = new Map<Age, number>(ages.map((age) => [age, 0]));
  const found: Aged[] = [];
  let accounts = 0;
  let disabled = 0;
  for (const account of new Holdings(view).accounts()) {
    const { status } = account.facts;
    if (status === "disabled" || status === "deleted") {
      disabled++;
      continue;
    }
    accounts++;
    const aged = ageOf(account, asOfSeconds);
    counts.set(aged.age, (counts.get(aged.age) ?? 0) + 1);
    if (aged.age !== "recent") found.push(aged);
  }
  for (const { cells } of found.toSorted(longestFirst)) yield cells;
  const isSilent = accounts > 0 && counts.get("never") === accounts;
  return {
    counts: [
      counted("accounts", accounts),
      ...[...counts].map(([age, count]) => counted(age, count, ageNames[age])),
      counted("disabled", disabled, "disabled, not looked at"),
    ],
    notices: isSilent ? [noLogins] : found.length > 0 ? [loginsOnly] : [],
  };
}

function ageOf(account: Account, asOfSeconds: number): Aged {
  const days = daysSince(account.facts.lastLoginSeconds, asOfSeconds);
  const age = ageAfter(days);
  const cells = [...accountCells(account), ageNames[age], days, ...accountIdCells(account)];
  return { cells, age, days, id: account.resource.id.resource };
}

function ageAfter(days: number | undefined): Age {
  if (days === undefined) return "never";
  if (days > 180) return "over180";
  if (days > 90) return "over90";
  return days > 30 ? "over30" : "recent";
}

function longestFirst(a: Aged, b: Aged): number {
  const days = ({ days: known }: Aged): number => known ?? Number.MAX_SAFE_INTEGER;
  return days(b) - days(a) || compareTexts(a.id, b.id);
}
