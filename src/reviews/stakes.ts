/** What a row of a report is about: whose access, and which entitlements a revocation would take away. */
import { isManagerSlug } from "../reports/file-shape.ts";
import type { Holdings } from "../reports/holdings.ts";
import { findAccounts } from "../reports/people/find-accounts.ts";
import { labelOf } from "../reports/questions/access.ts";
import type { Answer, Cell, Row } from "../reports/report.ts";
import type { Column } from "../reports/screen/shown.ts";
import type { HeldEntitlement } from "../sdk/c1z/read/sync-view.ts";
import type { ResourceId } from "../sdk/contracts/model.ts";
import type { RowSubject } from "./person-facts.ts";

/** What is at stake in one row. */
export interface Stake {
  /** Stays the same in later syncs. */
  readonly key: string;
  readonly who: ResourceId | undefined;
  readonly held: readonly HeldEntitlement[];
}

/** Keys of the columns that tell rows apart. */
const identity = ["what", "change", "field", "listed", "role", "slug", "type", "id", "principalType", "principalId"];
const further = ["teamId", "entitlementId", "resourceType", "resourceId"];

/** Finds what is at stake in the rows of an answer, by the keys of its columns. */
export class Stakes {
  readonly #holdings: Holdings;
  readonly #places: ReadonlyMap<string, number>;
  /** Who all rows are about, in a report about one. */
  readonly #subject: ResourceId | undefined;

  constructor({ report: { columns }, about }: Answer, holdings: Holdings) {
    this.#holdings = holdings;
    this.#places = new Map(columns.map(({ key }, index) => [key, index]));
    const isAboutOne = about !== undefined && !hasPrincipal(columns) && this.#places.has("entitlementId");
    this.#subject = isAboutOne ? findAccounts([[about]], holdings)[0]?.[0]?.resource.id : undefined;
  }

  /** What is at stake in a row. */
  of(row: Row): Stake {
    const key = JSON.stringify([...identity, ...further].map((one) => this.#text(row, one) ?? ""));
    const { who } = this.subjectOf(row);
    // What was taken away before is at stake no more.
    if (!who || this.#text(row, "change") === "removed") return { key, who, held: [] };
    return { key, who, held: this.#narrowed(row, this.#holdings.view.heldBy(who)) };
  }

  /** `resource: slug`. */
  label(entitlementId: string): string {
    return labelOf(entitlementId, this.#holdings);
  }

  /** Whom a row is about, and which entitlement where it is about one. */
  subjectOf(row: Row): RowSubject {
    return { who: this.#subject ?? this.#whoIn(row), entitlementId: this.#text(row, "entitlementId") };
  }

  #whoIn(row: Row): ResourceId | undefined {
    const resourceType = this.#text(row, "principalType") ?? this.#text(row, "type");
    const resource = this.#text(row, "principalId") ?? this.#text(row, "id");
    const isKnown = resourceType !== undefined && resource !== undefined && resourceType !== "entitlement";
    return isKnown ? { resourceType, resource } : undefined;
  }

  /** A row about one role, team or entitlement leaves the rest of what somebody holds alone. */
  #narrowed(row: Row, held: readonly HeldEntitlement[]): readonly HeldEntitlement[] {
    const entitlementId = this.#text(row, "entitlementId");
    if (entitlementId !== undefined) return held.filter((one) => one.entitlementId === entitlementId);
    const teamId = this.#text(row, "teamId");
    if (teamId !== undefined)
      return held.filter((one) => one.resource.resource === teamId && isManagerSlug(this.#slug(one)));
    const role = this.#text(row, "role");
    const { organizationTypes } = this.#holdings.shape;
    if (role !== undefined)
      return held.filter((one) => organizationTypes.includes(one.resource.resourceType) && this.#slug(one) === role);
    if (this.#text(row, "what") !== "access") return held;
    const [on, slug] = [this.#text(row, "field"), this.#text(row, "after")];
    return held.filter((one) => this.#holdings.nameOf(one).resourceName === on && this.#slug(one) === slug);
  }

  #slug(held: HeldEntitlement): string {
    return this.#holdings.nameOf(held).slug;
  }

  #text(row: Row, key: string): string | undefined {
    const at = this.#places.get(key);
    const cell: Cell = at === undefined ? undefined : row[at];
    return typeof cell === "string" && cell !== "" ? cell : undefined;
  }
}

function hasPrincipal(columns: readonly Column[]): boolean {
  return columns.some(({ key }) => key === "type" || key === "principalType");
}
