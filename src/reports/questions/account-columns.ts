/** The columns that every report about accounts begins with, and their cells. */
import type { AccountFacts } from "../account-facts.ts";
import type { Account } from "../holdings.ts";
import { type Cell, timeText } from "../report.ts";

/** Titles by key; to be followed by the report's own. */
export const accountTitles = {
  name: "Name",
  login: "Login",
  email: "E-mail",
  status: "Status",
  twoFactor: "Two-factor",
  lastLogin: "Last login",
} as const;

/** The id, which comes last: it is for machines. */
export const accountIdTitle = { type: "Type", id: "Id" } as const;

/** The cells under {@link accountTitles}. */
export function accountCells({ resource, facts, isAccount }: Account): Cell[] {
  if (!isAccount) return [resource.displayName, ...Array.from({ length: 5 }, () => undefined)];
  const { login, email, status, lastLoginSeconds } = facts;
  return [resource.displayName, login, email, status, twoFactorText(facts), timeText(lastLoginSeconds)];
}

/** The cells under {@link accountIdTitle}. */
export function accountIdCells({ resource }: Account): Cell[] {
  return [resource.id.resourceType, resource.id.resource];
}

/** `yes`, `no` or `unknown`. */
export function twoFactorText({ twoFactor }: Pick<AccountFacts, "twoFactor">): "yes" | "no" | "unknown" {
  if (twoFactor === undefined) return "unknown";
  return twoFactor ? "yes" : "no";
}
