/** Which people a reviewer should see first. Pure. */
import type { AccountStatus } from "../account-facts.ts";
import { isManagerSlug, roleRank } from "../file-shape.ts";

/** What of a person makes a risk. */
export interface RiskFacts {
  readonly status: AccountStatus;
  /** Slugs of roles, the most privileged first. */
  readonly roles: readonly string[];
  readonly twoFactor: "yes" | "no" | "unknown";
}

const factors = ["no", "unknown", "yes"] as const;
const isOff = (status: AccountStatus): boolean => status === "disabled" || status === "deleted";

/**
 * The smaller, the more urgent: disabled owners and managers; owners and managers without a second factor; others who
 * are disabled and hold a role; then everybody by role. Within each, by role, then by second factor.
 */
export function riskRank({ status, roles, twoFactor }: RiskFacts): number {
  const [role] = roles;
  const isPrivileged = role !== undefined && isManagerSlug(role);
  const step =
    isOff(status) && isPrivileged ? 0 : isPrivileged && twoFactor !== "yes" ? 1 : isOff(status) && role ? 2 : 3;
  return step * 1000 + roleRank(role) * 10 + factors.indexOf(twoFactor);
}
