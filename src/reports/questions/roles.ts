/** Who holds which role in an organization, and who its owners are. */
import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import type { Entitlement } from "../../sdk/contracts/model.ts";
import { accountColumns, accountIdColumns, column, twoFactorText } from "../columns.ts";
import { compareRoles, isManagerSlug, ownerSlug, slugOf } from "../file-shape.ts";
import { type Account, Holdings, slim } from "../holdings.ts";
import { type ColumnOf, counted, defineReport, type Items, type Subject } from "../report.ts";
import { barsByColumns, inText } from "../screen/chart.ts";
import { riskRank } from "../screen/risk.ts";
import type { Headline } from "../screen/shown.ts";
import { unknownSubject } from "../unknown-subject.ts";

/** More owners than this are worth a second look. */
const manyOwners = 5;

interface RoleHolder {
  readonly slug: string;
  readonly organization: string;
  readonly account: Account;
}

const accountOf = ({ account }: RoleHolder): Account => account;
const columns: readonly ColumnOf<RoleHolder>[] = [
  column("role", "Role", "role", ({ slug }) => slug),
  column("organization", "Organization", "text", ({ organization }) => organization),
  ...accountColumns(accountOf),
  ...accountIdColumns(accountOf),
];
const screen = ["name", "email", "role", "status", "twoFactor", "lastLogin"];

/** Holders of every role, or of one, the most privileged role first, within it the riskiest. */
export const roles = defineReport<RoleHolder>({
  name: "roles",
  title: "Holders of roles",
  summary: "Who holds which role in the organization, the most privileged first",
  operand: "[ROLE]",
  isReview: true,
  columns,
  screen,
  headline: ({ total, counts }) => {
    const parts = counts.map(({ label, count }) => `${inText(count)} ${count === 1 ? label : `${label}s`}`);
    return { figure: inText(total), sentence: `roles held: ${parts.join(", ")}`, tone: "neutral" };
  },
  chart: (charted) => ({ title: "Holders by role", scale: "count", bars: barsByColumns(charted, "role", "status") }),
  items: roleHolders,
});

/** Owners and behind them managers, with what makes owners risky. */
export const owners = defineReport<RoleHolder>({
  name: "owners",
  title: "Owners",
  summary: "Who can do everything: owners, then managers, their two-factor authentication and last login",
  isReview: true,
  columns,
  screen,
  headline: ({ count }) => ownersHeadline(count),
  chart: (charted) => ({
    title: "Two-factor by role",
    scale: "share",
    bars: barsByColumns(charted, "role", "twoFactor"),
  }),
  items: ownersAndManagers,
});

function ownersHeadline(count: (key: string) => number): Headline {
  const [all, managers] = [count("owners"), count("managers")];
  const worry = (key: string, text: string): readonly string[] => {
    return count(key) > 0 ? [`${inText(count(key))} ${text}`] : [];
  };
  const worries = [
    ...worry("ownersWithoutTwoFactor", "without two-factor"),
    ...worry("ownersTwoFactorUnknown", "of whom two-factor is not known"),
    ...worry("disabledOwners", "disabled"),
  ];
  const besides = managers > 0 ? [`besides ${inText(managers)} ${managers === 1 ? "manager" : "managers"}`] : [];
  return {
    figure: inText(all),
    sentence: [all === 1 ? "owner" : "owners", ...worries, ...besides].join(", "),
    tone: worries.length > 0 ? "bad" : all < 2 || all > manyOwners ? "warn" : "good",
  };
}

function* roleHolders({ view, about }: Subject): Items<RoleHolder> {
  const holdings = new Holdings(view);
  const all = roleEntitlements(view, holdings);
  const chosen = about === undefined ? all : all.filter((one) => slugOf(one).toLowerCase() === about.toLowerCase());
  if (about !== undefined && chosen.length === 0) throw unknownSubject("role", about, [...new Set(all.map(slugOf))]);
  const counts = new Map<string, number>(chosen.map((one) => [slugOf(one), 0]));
  for (const holder of holdersOf(chosen, holdings)) {
    counts.set(holder.slug, (counts.get(holder.slug) ?? 0) + 1);
    yield holder;
  }
  return { counts: [...counts].map(([slug, count]) => counted(slug, count)), notices: [] };
}

function* ownersAndManagers({ view }: Subject): Items<RoleHolder> {
  const holdings = new Holdings(view);
  const entitlements = roleEntitlements(view, holdings).filter((one) => isManagerSlug(slugOf(one)));
  const found = { owners: 0, managers: 0, withoutTwoFactor: 0, twoFactorUnknown: 0, disabled: 0 };
  for (const holder of holdersOf(entitlements, holdings)) {
    if (holder.slug.toLowerCase() === ownerSlug) countOwner(holder.account, found);
    else found.managers++;
    yield holder;
  }
  return {
    counts: [
      counted("owners", found.owners),
      counted("managers", found.managers),
      counted("ownersWithoutTwoFactor", found.withoutTwoFactor, "owners without two-factor"),
      counted("ownersTwoFactorUnknown", found.twoFactorUnknown, "owners of whom two-factor is not known"),
      counted("disabledOwners", found.disabled, "disabled owners"),
    ],
    notices: ownerNotices(found),
  };
}

interface OwnersFound {
  owners: number;
  withoutTwoFactor: number;
  twoFactorUnknown: number;
  disabled: number;
}

function countOwner({ isAccount, facts }: Account, found: OwnersFound): void {
  found.owners++;
  if (isAccount && facts.twoFactor === false) found.withoutTwoFactor++;
  if (isAccount && facts.twoFactor === undefined) found.twoFactorUnknown++;
  if (facts.status === "disabled") found.disabled++;
}

function ownerNotices(found: OwnersFound): string[] {
  const notices: string[] = [];
  if (found.owners === 0) notices.push("The file shows no owner: the key that it was read with may not see everybody.");
  if (found.owners === 1) notices.push("There is one owner only: nobody can step in when the account is lost.");
  if (found.owners > manyOwners)
    notices.push(`There are ${found.owners} owners: more than ${manyOwners} are hard to watch.`);
  if (found.withoutTwoFactor > 0) notices.push(`Owners without two-factor: ${found.withoutTwoFactor}.`);
  if (found.twoFactorUnknown > 0) notices.push(`Owners of whom two-factor is not known: ${found.twoFactorUnknown}.`);
  if (found.disabled > 0) notices.push(`Owners that are disabled and still hold the role: ${found.disabled}.`);
  return notices;
}

/** Entitlements on organizations, the most privileged first. */
function roleEntitlements(view: SyncView, { shape }: Holdings): readonly Entitlement[] {
  const found = shape.organizationTypes.flatMap((resourceTypeId) => [...view.entitlements({ resourceTypeId })]);
  return found.toSorted((a, b) => compareRoles(slugOf(a), slugOf(b)));
}

function* holdersOf(entitlements: readonly Entitlement[], holdings: Holdings): Generator<RoleHolder> {
  for (const { id, resource, ...entitlement } of entitlements) {
    const slug = slugOf({ ...entitlement, id, resource });
    const organization = holdings.resourceName(resource.id);
    const holders = [...holdings.view.holdersOf({ entitlementId: id, resource: resource.id })].map((holder) => {
      const account = slim(holdings.account(holder));
      const { status } = account.facts;
      // Holders come by their key, which stays the order among those of one rank.
      return { account, risk: riskRank({ status, roles: [slug], twoFactor: twoFactorText(account.facts) }) };
    });
    for (const { account } of holders.toSorted((a, b) => a.risk - b.risk)) yield { slug, organization, account };
  }
}
