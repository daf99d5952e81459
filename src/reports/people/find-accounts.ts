/** Finds accounts by what somebody typed: an id, a login, an address or a name. All that are asked for in one walk. */
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import { closestNamed, nameKey } from "../folded-text.ts";
import type { Account, Holdings } from "../holdings.ts";

/** Ways to name one person, the surest first. */
export type Naming = readonly string[];

/**
 * The accounts that each naming fits, in the same order. The surest way that fits anybody decides, the others narrow it
 * down; where one fits nobody but others, all are given: ways that contradict each other are not one person.
 */
export function findAccounts(namings: readonly Naming[], holdings: Holdings): readonly (readonly Account[])[] {
  const named = new Map<string, Account[]>(namings.flat().map((way) => [nameKey(way), []]));
  for (const account of holdings.accounts()) {
    const keys = new Set(namesOf(account).map((name) => nameKey(name ?? "")));
    for (const key of keys) if (key !== "") named.get(key)?.push(account);
  }
  return namings.map((naming) => agreed(naming.map((way) => called(way, named.get(nameKey(way)) ?? [], holdings))));
}

function called(way: string, named: readonly Account[], holdings: Holdings): readonly Account[] {
  const byId = accountById(way.trim(), holdings);
  return byId ? [byId] : closestNamed(way, named, namesOf);
}

/** By `type:id`, be it a team or another holder of access, or by the id of an account. */
function accountById(text: string, holdings: Holdings): Account | undefined {
  const colon = text.indexOf(":");
  const ids = [
    ...(colon > 0 ? [{ resourceType: text.slice(0, colon), resource: text.slice(colon + 1) }] : []),
    ...holdings.shape.accountTypes.map((resourceType) => ({ resourceType, resource: text })),
  ];
  const id = ids.find((one) => holdings.view.getResource(one) !== undefined);
  return id && holdings.account(id);
}

function agreed(found: readonly (readonly Account[])[]): readonly Account[] {
  const [first = [], ...others] = found.filter((accounts) => accounts.length > 0);
  return others.reduce((agreedOn, accounts) => {
    const keys = new Set(accounts.map(keyOf));
    const both = agreedOn.filter((account) => keys.has(keyOf(account)));
    return both.length > 0 ? both : agreedOn.concat(accounts);
  }, first);
}

function keyOf({ resource }: Account): string {
  return resourceKey(resource.id);
}

function namesOf({ resource, facts }: Account): readonly (string | undefined)[] {
  return [facts.login, facts.email, resource.displayName];
}
