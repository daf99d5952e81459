/** What is known of the person in a row besides the columns of its report, so that every list of people can be narrowed alike. */
import { twoFactorText } from "../reports/columns.ts";
import { compareRoles } from "../reports/file-shape.ts";
import { folded, hasAllWords, nameKey, searchWords } from "../reports/folded-text.ts";
import type { Account, Holdings } from "../reports/holdings.ts";
import { ageNames, ageOf, daysSince } from "../reports/questions/ages.ts";
import type { HeldEntitlement } from "../sdk/c1z/read/sync-view.ts";
import type { ResourceId } from "../sdk/contracts/model.ts";

/** Somebody in a row, and what the facts are read from. */
interface Looked {
  readonly holdings: Holdings;
  readonly account: Account;
  readonly held: readonly HeldEntitlement[];
  /** What the row is about, where it is about one entitlement. */
  readonly on: ResourceId | undefined;
  readonly asOfSeconds: number;
}

/** The values of a fact; "" for none. */
type Fact = (looked: Looked) => readonly string[];

const facts = {
  status: ({ account }) => [account.facts.status],
  roles: ({ holdings, held }) =>
    orNone(held.map((one) => holdings.nameOf(one)).flatMap(({ kind, slug }) => (kind === "role" ? [slug] : []))),
  twoFactor: ({ account }) => [twoFactorText(account.facts)],
  visibility: ({ account: { resource } }) => {
    const visibility = resource.profile?.["visibility"];
    return [typeof visibility === "string" ? visibility : ""];
  },
  age: ({ account, asOfSeconds }) => [ageNames[ageOf(daysSince(account.facts.lastLoginSeconds, asOfSeconds))]],
  /** By `TYPE/ID`, id, slug or name. */
  inTeam: ({ holdings, held }) =>
    orNone(
      held.flatMap(({ resource: { resourceType, resource } }) => {
        if (!holdings.shape.teamTypes.includes(resourceType)) return [];
        const team = holdings.view.getResource({ resourceType, resource });
        const slug = team?.profile?.["slug"];
        return [`${resourceType}/${resource}`, resource, team?.displayName ?? "", typeof slug === "string" ? slug : ""];
      }),
    ),
  /** The most privileged in the team that the row is about. */
  teamRole: ({ holdings, held, on }) => {
    const there = held.filter(
      ({ resource }) => resource.resource === on?.resource && resource.resourceType === on.resourceType,
    );
    return orNone(
      there
        .map((one) => holdings.nameOf(one).slug)
        .toSorted(compareRoles)
        .slice(0, 1),
    );
  },
} satisfies Readonly<Record<string, Fact>>;

const byKey: ReadonlyMap<string, Fact> = new Map<string, Fact>(Object.entries(facts));

/** Keys of the facts: those above, and `person` for words of a name, login, address or id. */
export const factKeys: readonly string[] = [...byKey.keys(), "person"];

/** Whom a row is about. */
export interface RowSubject {
  readonly who: ResourceId | undefined;
  /** The entitlement, where the row is about one. */
  readonly entitlementId: string | undefined;
}

/** Tells whether the person in a row fits. @param asOfSeconds moment that ages are counted to. */
export function factCondition(
  key: string,
  value: string,
  holdings: Holdings,
  asOfSeconds: number,
): (subject: RowSubject) => boolean {
  const [fact, wanted, words] = [byKey.get(key), nameKey(value), searchWords(value)];
  return ({ who, entitlementId }) => {
    if (!who) return false;
    const account = holdings.account(who);
    const { email = "", login = "" } = account.facts;
    if (!fact) return hasAllWords(folded([account.resource.displayName, login, email, who.resource].join("\n")), words);
    const held = holdings.view.heldBy(who);
    const on = held.find((one) => one.entitlementId === entitlementId)?.resource;
    return fact({ holdings, account, held, on, asOfSeconds }).some((one) => nameKey(one) === wanted);
  };
}

function orNone(values: readonly string[]): readonly string[] {
  return values.length > 0 ? values : [""];
}
