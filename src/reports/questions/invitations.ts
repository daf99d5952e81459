/** Who is invited and has not accepted yet, and to what; the most privileged first. */
import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { ownerSlug, roleRank } from "../file-shape.ts";
import { type Account, Holdings } from "../holdings.ts";
import { compareTexts, counted, defineReport, type Items, type Subject } from "../report.ts";
import { inText } from "../screen/chart.ts";

interface Invited {
  readonly account: Account;
  readonly role: string;
}

/** Accounts that are pending, with what their profile says of the invitation. */
export const invitations = defineReport<Invited>({
  name: "invitations",
  isAboutAccess: false,
  title: "Pending invitations",
  summary: "Who is invited and has not accepted yet, owners first",
  isReview: true,
  hasSubject: (view) => pending(new Holdings(view)).next().done !== true,
  columns: [
    ...accountColumns<Invited>(({ account }) => account).filter(({ key }) => ["name", "login", "email"].includes(key)),
    column("role", "Role", "role", ({ role }) => role),
    column("teams", "Teams", "list", (invited) => listOf(invited, "teams")),
    column("inviter", "Invited by", "text", (invited) => textOf(invited, "inviter")),
    column("expires", "Expires", "moment", (invited) => textOf(invited, "expires_at")),
    ...accountIdColumns<Invited>(({ account }) => account),
  ],
  screen: ["name", "email", "role", "teams", "inviter", "expires"],
  headline: ({ total, count }) => {
    const sentence = `of ${inText(total)} pending invitations make an owner`;
    return { figure: inText(count("owner")), sentence, tone: count("owner") > 0 ? "bad" : "neutral" };
  },
  items: invitationItems,
});

function* invitationItems({ view }: Subject): Items<Invited> {
  const found = [...pending(new Holdings(view))].map((account) => {
    return { account, role: String(account.resource.profile?.["role"] ?? "").toLowerCase() };
  });
  yield* found.toSorted(
    (a, b) =>
      roleRank(a.role) - roleRank(b.role) ||
      compareTexts(a.account.resource.displayName, b.account.resource.displayName),
  );
  const owners = found.filter(({ role }) => role === ownerSlug).length;
  return { counts: [counted("invitations", found.length), counted("owner", owners, "to owner")], notices: [] };
}

function* pending(holdings: Holdings): Generator<Account> {
  for (const account of holdings.accounts()) if (account.facts.status === "pending") yield account;
}

function textOf({ account }: Invited, key: string): string | undefined {
  const value = account.resource.profile?.[key];
  return typeof value === "string" ? value : undefined;
}

function listOf({ account }: Invited, key: string): readonly string[] {
  const value = account.resource.profile?.[key];
  return Array.isArray(value) ? value.map(String) : [];
}
