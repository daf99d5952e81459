/** Who could log in and has not done so for long. Disabled accounts are left to the offboarding review. */

import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { type Account, Holdings, slim } from "../holdings.ts";
import type { Activity } from "../people/activity.ts";
import {
  type Charted,
  compareTexts,
  counted,
  defineReport,
  type Items,
  type Report,
  type Subject,
  timeText,
} from "../report.ts";
import { barsByColumns, capitalized, countIn, inText, partOf } from "../screen/chart.ts";
import type { Chart } from "../screen/shown.ts";
import { type Age, ageNames, ageOf, ages, daysSince } from "./ages.ts";

const noLogins = "No account has a last login: it may be that the connector does not report it.";
const loginsOnly =
  "A login is one by a person, on a page. Use by API key or command line is no login: an account without logins may be in use.";

interface Aged {
  readonly account: Account;
  readonly age: Age;
  readonly days: number | undefined;
  /** The last login, or the last event that tells of them; seconds since the Unix epoch. */
  readonly seenSeconds: number | undefined;
}

/** By what it is told who was there, and what the ages are called. */
interface Measure {
  readonly names: Readonly<Record<Age, string>>;
  /** Undefined: by logins alone. */
  readonly activity: Activity | undefined;
}

const accountOf = ({ account }: Aged): Account => account;

/** Accounts that are not disabled and whose last login is more than 30 days ago, the longest first, those without before all. */
export const dormant = dormantBy({ names: ageNames, activity: undefined });

/**
 * The same by logins and events: who did something is not dormant, whatever the last login. Who has no known login and is
 * in no event was not seen for as long as the events reach, which is not never.
 */
export function dormantWithEvents(activity: Activity): Report {
  const days = Math.max(1, daysSince(activity.fromSeconds, activity.toSeconds) ?? 1);
  return dormantBy({ names: { ...ageNames, never: `not seen in ${days} ${days === 1 ? "day" : "days"}` }, activity });
}

function dormantBy({ names, activity }: Measure): Report {
  const words = Object.values(names);
  const seen = column<Aged>("lastSeen", "Last seen", "moment", ({ seenSeconds }) => timeText(seenSeconds));
  return defineReport<Aged>({
    name: "dormant",
    title: "Dormant accounts",
    summary: "Accounts that could log in and never did, or not for 30, 90 or 180 days; use by key is no login",
    countsAges: true,
    takesEvents: true,
    isReview: true,
    columns: [
      ...accountColumns(accountOf),
      ...(activity ? [seen] : []),
      column("age", activity ? "Not seen for" : "No login for", "word", ({ age }) => names[age], {
        words,
        width: 15.5,
      }),
      column("days", "Days", "number", ({ days }) => days),
      ...accountIdColumns(accountOf),
    ],
    screen: ["name", "email", "roles", "twoFactor", "lastLogin", "age"],
    headline: ({ count }) => {
      const found = count("never") + count("over180") + count("over90");
      const sentence = `of ${inText(count("accounts"))} people who can log in did not for more than 90 days, or have no known login`;
      return { figure: inText(found), sentence, tone: found > 0 ? "warn" : "good" };
    },
    chart: (charted) => ({ title: "Time since the last login", scale: "count", bars: barsByAge(charted) }),
    items: (subject) => dormantItems(subject, { names, activity }),
  });
}

function* dormantItems({ view, asOfSeconds }: Subject, { names, activity }: Measure): Items<Aged> {
  const counts = new Map<Age, number>(ages.map((age) => [age, 0]));
  const found: Aged[] = [];
  let accounts = 0;
  let disabled = 0;
  for (const account of new Holdings(view).accounts()) {
    const { status, kind, lastLoginSeconds } = account.facts;
    // Nobody logs in to a machine's account, or to one that is not there yet.
    if (kind === "machine" || status === "pending") continue;
    if (status === "disabled" || status === "deleted") {
      disabled++;
      continue;
    }
    accounts++;
    const seenSeconds = latest(lastLoginSeconds, activity?.lastSeen(account.resource.id));
    const days = daysSince(seenSeconds, asOfSeconds);
    const age = ageOf(days);
    counts.set(age, (counts.get(age) ?? 0) + 1);
    if (age !== "recent") found.push({ account: slim(account), age, days, seenSeconds });
  }
  yield* found.toSorted(longestFirst);
  const isSilent = accounts > 0 && counts.get("never") === accounts;
  return {
    counts: [
      counted("accounts", accounts),
      ...[...counts].map(([age, count]) => counted(age, count, names[age])),
      counted("disabled", disabled, "disabled, not looked at"),
    ],
    notices: [
      ...(isSilent ? [noLogins] : found.length > 0 && !activity ? [loginsOnly] : []),
      ...(activity ? [reach(activity)] : []),
    ],
  };
}

function latest(...moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

function reach({ fromSeconds, toSeconds }: Activity): string {
  return `Seen is who logged in, or did something of which the events tell. The events reach from ${timeText(fromSeconds)} to ${timeText(toSeconds)}: what somebody did before or after is not known.`;
}

function longestFirst(a: Aged, b: Aged): number {
  const days = ({ days: known }: Aged): number => known ?? Number.MAX_SAFE_INTEGER;
  return days(b) - days(a) || compareTexts(a.account.resource.id.resource, b.account.resource.id.resource);
}

/** Rows are those that were not seen for long; those who were are in the counts alone. */
function barsByAge({ columns, rows, counts }: Charted): Chart["bars"] {
  const at = columns.findIndex(({ key }) => key === "age");
  return ages.flatMap((age) => {
    const found = rows.filter((row) => row[at] === ageNames[age]);
    const [bar] = barsByColumns({ columns, rows: found, counts }, "age", "status");
    if (bar) return [bar];
    return age === "never"
      ? []
      : [{ label: capitalized(ageNames[age]), parts: [partOf("seen", countIn(counts, age))] }];
  });
}
