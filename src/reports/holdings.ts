/**
 * Accounts with everything that they hold, told apart as roles in an organization, places in teams and other access.
 * One account is in memory at a time; names of what is held are remembered, as many share them.
 */

import { mergeByKey } from "../sdk/c1z/read/merge-by-key.ts";
import type { HeldEntitlement, Holder, KeyedResource, SyncView } from "../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../sdk/c1z/scratch/row-sql.ts";
import type { Resource, ResourceId } from "../sdk/contracts/model.ts";
import { type AccountFacts, accountFacts, plainFacts } from "./account-facts.ts";
import { compareRoles, type FileShape, fileShape, isManagerSlug, slugOf } from "./file-shape.ts";
import { compareTexts } from "./report.ts";

/** An account, or another holder of access, and what it is said to be. */
export interface Account {
  readonly resource: Resource;
  readonly facts: AccountFacts;
  /** False for a team or whatever else can hold access; then the facts say nothing. */
  readonly isAccount: boolean;
}

/** An account with what it holds. */
export interface AccountHoldings extends Account {
  /** Slugs of its roles in organizations, most privileged first. */
  readonly roles: readonly string[];
  /** Names of its teams, `(manager)` behind those that it manages; sorted. */
  readonly teams: readonly string[];
  /** Everything else, `resource: slug`, sorted. */
  readonly other: readonly string[];
  /** Number of grants. */
  readonly grants: number;
}

/** What an entitlement is called. */
export interface EntitlementName {
  readonly slug: string;
  readonly resource: ResourceId;
  /** Name of the resource that it is on; its id where the file has no name. */
  readonly resourceName: string;
}

/** The same with what every grant of it needs, made once. */
interface KnownName extends EntitlementName {
  /** Of the resource. */
  readonly key: string;
  readonly label: string;
  readonly kind: "role" | "team" | "other";
  readonly manages: boolean;
}

/** The account without what no column of accounts shows: to be kept by the ten thousand until all are sorted. */
export function slim<A extends Account>(account: A): A {
  const { id, displayName } = account.resource;
  return { ...account, facts: plainFacts(account.facts), resource: { id, displayName, annotations: [] } };
}

/** Names remembered at once: of all teams, and of those whose grants follow each other. */
const mostNames = 20_000;

/** Answers who holds what, over one sync. */
export class Holdings {
  readonly shape: FileShape;
  readonly view: SyncView;
  readonly #names = new Map<string, KnownName>();
  readonly #resourceNames = new Map<string, string>();
  readonly #teamTypes: ReadonlySet<string>;
  readonly #organizationTypes: ReadonlySet<string>;

  constructor(view: SyncView) {
    this.shape = fileShape(view);
    this.view = view;
    this.#teamTypes = new Set(this.shape.teamTypes);
    this.#organizationTypes = new Set(this.shape.organizationTypes);
  }

  /** All accounts, type by type, by id. */
  *accounts(): Generator<Account> {
    for (const type of this.shape.accountTypes) yield* accountsIn(this.view.resourcesByKey(type));
  }

  /** The same in the order in which they are read fastest, for those who sort them anyway. */
  *accountsAsStored(): Generator<Account> {
    for (const type of this.shape.accountTypes) yield* accountsIn(this.view.resourcesAsStored(type));
  }

  /** All accounts with what they hold, in the same order. */
  *accountHoldings(): Generator<AccountHoldings> {
    for (const type of this.shape.accountTypes) {
      const accounts = {
        items: accountsIn(this.view.resourcesByKey(type)),
        keyOf: ({ resource }: Account) => resource.id.resource,
      };
      const holders = { items: this.view.holders(type), keyOf: ({ principal }: Holder) => principal.resource };
      for (const pair of mergeByKey(accounts, holders)) {
        // Holders that are no resources of the file have nothing that could be said of them.
        if (pair.kind === "right") continue;
        yield this.#withNames(pair.left, pair.kind === "both" ? pair.right.held : []);
      }
    }
  }

  /** The principal with its facts; one that is not in the file is known by its id alone. */
  account(id: ResourceId): Account {
    const resource = this.view.getResource(id) ?? { id, displayName: "", annotations: [] };
    const isAccount = this.shape.accountTypes.includes(id.resourceType);
    return { resource, facts: accountFacts(resource), isAccount };
  }

  /** Each of the accounts with what it holds, in their order. Thousands are held in memory, so they should be slim. */
  *holdingsOf<A extends Account>(accounts: Iterable<A>): Generator<A & AccountHoldings, undefined> {
    for (const some of chunksOf(accounts, accountsAtOnce)) {
      const held = this.view.heldByEach(some.map(({ resource }) => resource.id));
      for (const [at, account] of some.entries()) yield this.#withNames(account, held[at] ?? []);
    }
  }

  #withNames<A extends Account>(account: A, held: readonly HeldEntitlement[]): A & AccountHoldings {
    const roles = new Set<string>();
    const teams = new Map<string, { readonly name: string; manages: boolean }>();
    const other: string[] = [];
    for (const one of held) {
      const name = this.nameOf(one);
      if (name.kind === "role") roles.add(name.slug);
      else if (name.kind === "team") addTeam(teams, name);
      else other.push(name.label);
    }
    return {
      ...account,
      roles: [...roles].toSorted(compareRoles),
      teams: [...teams.values()]
        .map(({ name, manages }) => (manages ? `${name} (manager)` : name))
        .toSorted(compareTexts),
      other: other.toSorted(compareTexts),
      grants: held.length,
    };
  }

  /** What an entitlement is called, also when the file does not have it. */
  nameOf({ entitlementId, resource }: HeldEntitlement): KnownName {
    const known = this.#names.get(entitlementId);
    if (known) return known;
    const entitlement = this.view.getEntitlement(entitlementId, resource);
    const slug = entitlement ? slugOf(entitlement) : entitlementId.slice(entitlementId.lastIndexOf(":") + 1);
    const resourceName = this.resourceName(resource);
    const { resourceType } = resource;
    const isRole = this.#organizationTypes.has(resourceType);
    const name: KnownName = {
      slug,
      resource,
      resourceName,
      label: `${resourceName}: ${slug}`,
      manages: isManagerSlug(slug),
      key: resourceKey(resource),
      kind: isRole ? "role" : this.#teamTypes.has(resourceType) ? "team" : "other",
    };
    this.#names.set(entitlementId, name);
    return name;
  }

  /** Name of a resource; its id where the file has no name. */
  resourceName(id: ResourceId): string {
    const key = resourceKey(id);
    const known = this.#resourceNames.get(key);
    if (known !== undefined) return known;
    return this.remember(key, this.view.getResource(id) ?? { id, displayName: "" });
  }

  /** Spares looking the name up. Returns it. @param key of the resource. */
  remember(key: string, { id, displayName }: Pick<Resource, "id" | "displayName">): string {
    const name = displayName || id.resource;
    if (this.#resourceNames.size >= mostNames) this.#resourceNames.clear();
    this.#resourceNames.set(key, name);
    return name;
  }
}

/** Accounts of which is asked together what they hold: a step that others of the process wait for. */
const accountsAtOnce = 10_000;

function* chunksOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function* accountsIn(resources: Iterable<KeyedResource>): Generator<Account> {
  for (const keyed of resources) {
    const resource = keyed.resource();
    yield { resource, facts: accountFacts(resource), isAccount: true };
  }
}

function addTeam(
  teams: Map<string, { readonly name: string; manages: boolean }>,
  { key, resourceName, manages }: KnownName,
): void {
  const team = teams.get(key);
  if (!team) teams.set(key, { name: resourceName, manages });
  else team.manages ||= manages;
}
