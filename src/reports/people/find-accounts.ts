/** Finds accounts by what somebody typed: an id, a login, an address or a name. All that are asked for in one walk. */

import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import { compareUtf8 } from "../../sdk/wire/encode.ts";
import { closestNamed, nameKey } from "../folded-text.ts";
import { type Account, type Holdings, slim } from "../holdings.ts";

/** Ways to name one person, the surest first. */
export type Naming = readonly string[];

/** Somebody who may be meant. */
export interface Named {
  readonly names: readonly (string | undefined)[];
  /** The account behind the names, asked for where one of them fits. */
  account(): Account;
}

/**
 * The accounts that each naming fits, in the same order. The surest way that fits anybody decides, the others narrow it
 * down; where one fits nobody but others, all are given: ways that contradict each other are not one person.
 * @param everybody all accounts with their names, by default read out of the file.
 */
export function findAccounts(
  namings: readonly Naming[],
  holdings: Holdings,
  everybody?: Iterable<Named>,
): readonly (readonly Account[])[] {
  const byId = new Map(namings.flat().map((way) => [way, accountById(way.trim(), holdings)]));
  // Ids need no walk.
  const names = [...byId].flatMap(([way, account]) => (account ? [] : [way]));
  const named = new Map<string, Account[]>(names.map((way) => [nameKey(way), []]));
  for (const somebody of names.length === 0 ? [] : (everybody ?? everybodyIn(holdings))) {
    const keys = new Set(somebody.names.map((name) => nameKey(name ?? "")));
    for (const key of keys) if (key !== "") named.get(key)?.push(somebody.account());
  }
  if (!everybody) for (const accounts of named.values()) sortAsRead(accounts, holdings);
  const called = (way: string): readonly Account[] => {
    const account = byId.get(way);
    return account ? [account] : closestNamed(way, named.get(nameKey(way)) ?? [], namesOf);
  };
  return namings.map((naming) => agreed(naming.map(called)));
}

function* everybodyIn(holdings: Holdings): Generator<Named> {
  for (const account of holdings.accountsAsStored()) yield { names: namesOf(account), account: () => slim(account) };
}

/** In the order of `accounts` of the holdings. */
function sortAsRead(accounts: Account[], { shape }: Holdings): void {
  const rank = ({ resource }: Account): number => shape.accountTypes.indexOf(resource.id.resourceType);
  accounts.sort((a, b) => rank(a) - rank(b) || compareUtf8(a.resource.id.resource, b.resource.id.resource));
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
