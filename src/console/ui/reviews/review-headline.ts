/**
 * The one figure and sentence that stand above a review: what a reviewer would say when asked. Made of the counts that
 * the report gives. Pure; knows the keys of the reports' counts, and shows the first count of reports that it does not know.
 */
import type { ReviewPage } from "../../contract/sources.ts";

/** `bad` wants something done, `warn` wants a look, `good` is settled. */
export type Tone = "good" | "warn" | "bad" | "neutral";

/** Figure and sentence: the sentence goes on from the figure. */
export interface Headline {
  readonly figure: string;
  readonly sentence: string;
  readonly tone: Tone;
}

type Counted = Pick<ReviewPage, "name" | "counts" | "total">;
type CountOf = (key: string) => number;
type Teller = (count: CountOf, page: Counted) => Headline;

/** The headline of a review. */
export function headlineOf(page: Counted): Headline {
  const counts = new Map(page.counts.map(({ key, count }) => [key, count]));
  const count: CountOf = (key) => counts.get(key) ?? 0;
  return (tellers[page.name] ?? tellFirst)(count, page);
}

const tellers: Readonly<Record<string, Teller>> = {
  offboarding: (count) => {
    const [left, disabled] = [count("stillHolding"), count("disabled")];
    if (left > 0)
      return { figure: text(left), sentence: `of ${text(disabled)} disabled people still hold access`, tone: "bad" };
    const sentence = disabled === 0 ? "people are disabled" : `of ${text(disabled)} disabled people hold access`;
    return { figure: "0", sentence, tone: "good" };
  },
  dormant: (count) => {
    const [never, long, accounts] = [count("never"), count("over180") + count("over90"), count("accounts")];
    const sentence = `of ${text(accounts)} people who can log in did not for more than 90 days, or have no known login`;
    return { figure: text(never + long), sentence, tone: never + long > 0 ? "warn" : "good" };
  },
  "two-factor": (count) => {
    const [yes, no, unknown] = [count("yes"), count("no"), count("unknown")];
    const told = unknown > 0 ? `; of ${text(unknown)} more it is not known` : "";
    if (yes + no === 0)
      return { figure: text(unknown), sentence: "people: two-factor is known of nobody", tone: "warn" };
    const sentence = `of ${text(yes + no)} people have two-factor, ${text(no)} do not${told}`;
    return { figure: percent(yes, yes + no), sentence, tone: no > 0 ? "bad" : unknown > 0 ? "warn" : "good" };
  },
  owners: (count) => {
    const [owners, without] = [count("owners"), count("ownersWithoutTwoFactor")];
    const disabled = count("disabledOwners");
    const worries = [
      ...(without > 0 ? [`${text(without)} not known to have two-factor`] : []),
      ...(disabled > 0 ? [`${text(disabled)} disabled`] : []),
    ];
    const tone = worries.length > 0 ? "bad" : owners < 2 || owners > 5 ? "warn" : "good";
    const managers = count("managers");
    const besides = managers > 0 ? [`besides ${text(managers)} ${managers === 1 ? "manager" : "managers"}`] : [];
    return {
      figure: text(owners),
      sentence: [owners === 1 ? "owner" : "owners", ...worries, ...besides].join(", "),
      tone,
    };
  },
  changes: (_count, { total, counts }) => {
    const things = counts.reduce((sum, { count }) => sum + count, 0);
    if (total === 0) return { figure: "0", sentence: "changes", tone: "good" };
    const parts = counts.filter(({ count }) => count > 0).map(({ label, count }) => `${text(count)} ${label}`);
    return { figure: text(things), sentence: `changes: ${parts.join(", ")}`, tone: "neutral" };
  },
  "team-managers": (count) => {
    const [teams, without] = [count("teams"), count("unmanaged")];
    const sentence = `of ${text(teams)} teams ${without === 1 ? "has" : "have"} no manager`;
    return { figure: text(without), sentence, tone: without > 0 ? "warn" : "good" };
  },
  roles: (_count, { total, counts }) => {
    const parts = counts.map(({ label, count }) => `${text(count)} ${count === 1 ? label : `${label}s`}`);
    return { figure: text(total), sentence: `roles held: ${parts.join(", ")}`, tone: "neutral" };
  },
  roster: (count, { total }) => {
    const told = [`${text(count("enabled"))} enabled`, `${text(count("disabled"))} disabled`];
    const without = count("withoutAccess");
    const parts = without > 0 ? [...told, `${text(without)} without any access`] : told;
    return { figure: text(total), sentence: `people: ${parts.join(", ")}`, tone: "neutral" };
  },
  "empty-and-hidden-teams": (count) => {
    const [empty, hidden, teams] = [count("empty"), count("hidden"), count("teams")];
    const sentence = `of ${text(teams)} teams ${empty === 1 ? "is" : "are"} empty, ${text(hidden)} hidden`;
    return { figure: text(empty), sentence, tone: empty + hidden > 0 ? "warn" : "good" };
  },
};

const tellFirst: Teller = (_count, { total, counts: [first] }) =>
  first
    ? { figure: text(first.count), sentence: first.label, tone: "neutral" }
    : { figure: text(total), sentence: total === 1 ? "row" : "rows", tone: "neutral" };

function text(count: number): string {
  return count.toLocaleString("en");
}

/** Never 100 % or 0 % unless it is so: rounded towards the middle. */
export function percent(part: number, whole: number): string {
  const exact = (part / whole) * 100;
  if (part === 0 || part === whole) return `${exact} %`;
  return `${Math.min(99, Math.max(1, Math.round(exact)))} %`;
}
