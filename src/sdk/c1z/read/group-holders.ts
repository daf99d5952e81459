/**
 * Puts grants that come in any order under who holds them. A database takes twice as long to sort them: here principals
 * and entitlements are numbers, eight bytes for each grant.
 */
import type { HeldEntitlement, Holder } from "./sync-view.ts";
import { compareAsUtf8 } from "./utf8-order.ts";

const firstCapacity = 1 << 16;

/** Grants of principals of one type. */
export class GroupedHolders {
  readonly #resourceType: string;
  /** By id. */
  readonly #entitlements: readonly HeldEntitlement[];
  readonly #numbers = new Map<string, number | ReadonlyMap<string, number>>();
  readonly #principals = new Map<string, number>();
  #pairs = new Uint32Array(2 * firstCapacity);
  #count = 0;
  #lastId: string | undefined;
  #last: number | ReadonlyMap<string, number> | undefined;

  /** @param entitlements all that anybody holds. @param resourceType the type of the principals. */
  constructor(resourceType: string, entitlements: readonly HeldEntitlement[]) {
    this.#resourceType = resourceType;
    this.#entitlements = entitlements.toSorted((a, b) => compareAsUtf8(a.entitlementId, b.entitlementId));
    for (const [number, { entitlementId, resource }] of this.#entitlements.entries()) {
      const known = this.#numbers.get(entitlementId);
      if (known === undefined) this.#numbers.set(entitlementId, number);
      else {
        const first = typeof known === "number" ? this.#entitlements[known]?.resource : undefined;
        const before = typeof known === "number" ? new Map([[keyOf(first ?? resource), known]]) : known;
        this.#numbers.set(entitlementId, new Map([...before, [keyOf(resource), number]]));
      }
    }
  }

  /** True when an id does not tell the entitlement: it is on several resources. */
  get isAmbiguous(): boolean {
    return this.#numbers.size < this.#entitlements.length;
  }

  /** Adds a grant. @param resource what the entitlement is on; asked for only where the id does not tell. */
  add(principal: string, entitlementId: string, resource: () => HeldEntitlement["resource"]): void {
    // Grants of one entitlement follow each other in the files of most writers.
    if (entitlementId !== this.#lastId) {
      this.#lastId = entitlementId;
      this.#last = this.#numbers.get(entitlementId);
    }
    const known = this.#last;
    const entitlement = typeof known === "object" ? known.get(keyOf(resource())) : known;
    if (entitlement === undefined) return;
    let holder = this.#principals.get(principal);
    if (holder === undefined) {
      holder = this.#principals.size;
      this.#principals.set(principal, holder);
    }
    const at = 2 * this.#count++;
    if (at === this.#pairs.length) this.#grow();
    this.#pairs[at] = holder;
    this.#pairs[at + 1] = entitlement;
  }

  /** Everybody by id, with what they hold by entitlement id. */
  *inOrder(): Generator<Holder> {
    const ends = this.#ends();
    const sorted = this.#sorted(ends);
    const principals = [...this.#principals].sort(([a], [b]) => compareAsUtf8(a, b));
    for (const [resource, number] of principals) {
      const own = sorted.subarray(number === 0 ? 0 : ends[number - 1], ends[number]).sort();
      const held = Array.from(own, (entitlement) => this.#entitlements[entitlement] ?? nothing);
      yield { principal: { resourceType: this.#resourceType, resource }, held };
    }
  }

  /** Where the grants of each principal end when they are sorted by principal. */
  #ends(): Uint32Array {
    const ends = new Uint32Array(this.#principals.size);
    for (let at = 0; at < 2 * this.#count; at += 2) {
      const holder = this.#pairs[at] ?? 0;
      ends[holder] = (ends[holder] ?? 0) + 1;
    }
    for (let holder = 1; holder < ends.length; holder++) ends[holder] = (ends[holder] ?? 0) + (ends[holder - 1] ?? 0);
    return ends;
  }

  #sorted(ends: Uint32Array): Uint32Array {
    const free = Uint32Array.from(ends);
    const sorted = new Uint32Array(this.#count);
    for (let at = 0; at < 2 * this.#count; at += 2) {
      const holder = this.#pairs[at] ?? 0;
      const place = (free[holder] ?? 0) - 1;
      free[holder] = place;
      sorted[place] = this.#pairs[at + 1] ?? 0;
    }
    return sorted;
  }

  #grow(): void {
    const grown = new Uint32Array(2 * this.#pairs.length);
    grown.set(this.#pairs);
    this.#pairs = grown;
  }
}

const nothing: HeldEntitlement = { entitlementId: "", resource: { resourceType: "", resource: "" } };

function keyOf({ resourceType, resource }: HeldEntitlement["resource"]): string {
  return JSON.stringify([resourceType, resource]);
}
