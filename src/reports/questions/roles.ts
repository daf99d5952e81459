/** Who holds which role in an organization, and who its owners are. */
import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import type { Entitlement } from "../../sdk/contracts/model.ts";
import { compareRoles, isManagerSlug, ownerSlug, slugOf } from "../file-shape.ts";
import { type Account, Holdings } from "../holdings.ts";
import { columnsOf, counted, type Report, type Rows, type Subject } from "../report.ts";
import { unknownSubject } from "../unknown-subject.ts";
import { accountCells, accountIdCells, accountIdTitle, accountTitles } from "./account-columns.ts";

/** More owners than this are worth a second look. */
const manyOwners = 5;

/** Holders of every role, or of one, the most privileged role first. */
export const roles: Report = {
  name: "roles",
  title: "Holders of roles",
  summary: "Who holds which role in the organization, the most privileged first",
  operand: "[ROLE]",
  isEvidence: true,
  columns: columnsOf({ role: "Role", organization: "Organization", ...accountTitles, ...accountIdTitle }),
  rows: roleRows,
};

/** Owners and behind them managers, with what makes owners risky. */
export const owners: Report = {
  name: "owners",
  title: "Owners",
  summary: "Who can do everything: owners, then managers, their two-factor authentication and last login",
  isEvidence: true,
  columns: columnsOf({ role: "Role", organization: "Organization", ...accountTitles, ...accountIdTitle }),
  rows: ownerRows,
};

function* roleRows({ view, about }: Subject): Rows {
  const holdings = new Holdings(view);
  const all = roleEntitlements(view, holdings);
  const chosen = about === undefined ? all : all.filter((one) => slugOf(one).toLowerCase() === about.toLowerCase());
  if (about !== undefined && chosen.length === 0) throw unknownSubject("role", about, [...new Set(all.map(slugOf))]);
  const counts = new Map<string, number>(chosen.map((one) => [slugOf(one), 0]));
  for (const { slug, organization, account } of holdersOf(chosen, holdings)) {
    counts.set(slug, (counts.get(slug) ?? 0) + 1);
    yield [slug, organization, ...accountCells(account), ...accountIdCells(account)];
  }
  return { counts: [...counts].map(([slug, count]) => counted(slug, count)), notices: [] };
}

function* ownerRows({ view }: Subject): Rows {
  const holdings = new Holdings(view);
  const entitlements = roleEntitlements(view, holdings).filter((one) => isManagerSlug(slugOf(one)));
  const found = { owners: 0, managers: 0, withoutTwoFactor: 0, disabled: 0 };
  for (const { slug, organization, account } of holdersOf(entitlements, holdings)) {
    if (slug.toLowerCase() === ownerSlug) countOwner(account, found);
    else found.managers++;
    yield [slug, organization, ...accountCells(account), ...accountIdCells(account)];
  }
  return {
    counts: [
      counted("owners", found.owners),
      counted("managers", found.managers),
      counted("ownersWithoutTwoFactor", found.withoutTwoFactor, "owners not known to have two-factor"),
      counted("disabledOwners", found.disabled, "disabled owners"),
    ],
    notices: ownerNotices(found),
  };
}

function countOwner(account: Account, found: { owners: number; withoutTwoFactor: number; disabled: number }): void {
  found.owners++;
  if (account.isAccount && account.facts.twoFactor !== true) found.withoutTwoFactor++;
  if (account.facts.status === "disabled") found.disabled++;
}

function ownerNotices(found: { owners: number; withoutTwoFactor: number; disabled: number }): string[] {
  const notices: string[] = [];
  if (found.owners === 0) notices.push("The file shows no owner: the key that it was read with may not see everybody.");
  if (found.owners === 1) notices.push("There is one owner only: nobody can step in when the account is lost.");
  if (found.owners > manyOwners)
    notices.push(`There are ${found.owners} owners: more than ${manyOwners} are hard to watch.`);
  if (found.withoutTwoFactor > 0) notices.push(`Owners not known to have two-factor: ${found.withoutTwoFactor}.`);
  if (found.disabled > 0) notices.push(`Owners that are disabled and still hold the role: ${found.disabled}.`);
  return notices;
}

/** Entitlements on organizations, the most privileged first. */
function roleEntitlements(view: SyncView, { shape }: Holdings): readonly Entitlement[] {
  const found = shape.organizationTypes.flatMap((resourceTypeId) => [...view.entitlements({ resourceTypeId })]);
  return found.toSorted((a, b) => compareRoles(slugOf(a), slugOf(b)));
}

interface RoleHolder {
  readonly slug: string;
  readonly organization: string;
  readonly account: Account;
}

function* holdersOf(entitlements: readonly Entitlement[], holdings: Holdings): Generator<RoleHolder> {
  for (const entitlement of entitlements) {
    const organization = holdings.resourceName(entitlement.resource.id);
    for (const holder of holdings.view.holdersOf({
      entitlementId: entitlement.id,
      resource: entitlement.resource.id,
    })) {
      yield { slug: slugOf(entitlement), organization, account: holdings.account(holder) };
    }
  }
}
