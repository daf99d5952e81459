/** Who could log in and has not done so for long. Disabled accounts are left to the offboarding review. */
import { type Account, Holdings } from "../holdings.ts";
import { type Cell, columnsOf, compareTexts, type Report, type Rows, type Subject } from "../report.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles } from "./account-columns.ts";
import { daysSince } from "./days.ts";

/** Without a last login there was none, or the key that the file was read with does not see it. */
const never = "never or hidden";
const noLogins = "No account has a last login: it may be that the connector does not report it.";
const loginsOnly =
  "A login is one by a person, on a page. Use by API key or command line is no login: an account without logins may be in use.";
/** Names of the ages, the longest first. */
const buckets = [never, ">180 days", "91-180 days", "31-90 days", "0-30 days"] as const;
type Bucket = (typeof buckets)[number];
const recent: Bucket = "0-30 days";

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
  readonly bucket: Bucket;
  readonly days: number | undefined;
  readonly id: string;
}

function* dormantRows({ view, asOfSeconds }: Subject): Rows {
  const counts = new Map<Bucket, number>(buckets.map((bucket) => [bucket, 0]));
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
    counts.set(aged.bucket, (counts.get(aged.bucket) ?? 0) + 1);
    if (aged.bucket !== recent) found.push(aged);
  }
  for (const { cells } of found.toSorted(longestFirst)) yield cells;
  const isSilent = accounts > 0 && counts.get(never) === accounts;
  return {
    counts: [["accounts", accounts], ...counts, ["disabled, not looked at", disabled]],
    notices: isSilent ? [noLogins] : found.length > 0 ? [loginsOnly] : [],
  };
}

function ageOf(account: Account, asOfSeconds: number): Aged {
  const days = daysSince(account.facts.lastLoginSeconds, asOfSeconds);
  const bucket = bucketOf(days);
  const cells = [...accountCells(account), bucket, days, ...accountIdCells(account)];
  return { cells, bucket, days, id: account.resource.id.resource };
}

function bucketOf(days: number | undefined): Bucket {
  if (days === undefined) return never;
  if (days > 180) return ">180 days";
  if (days > 90) return "91-180 days";
  return days > 30 ? "31-90 days" : recent;
}

function longestFirst(a: Aged, b: Aged): number {
  const days = ({ days: known }: Aged): number => known ?? Number.MAX_SAFE_INTEGER;
  return days(b) - days(a) || compareTexts(a.id, b.id);
}
