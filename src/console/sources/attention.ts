/** What of a file needs attention: owners who are disabled or without a second factor, and leavers who hold access. */
import { isOwnerSlug } from "../../reports/file-shape.ts";
import type { PersonRow } from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";
import { reviewCount } from "./reviews.ts";
import { rosterKey } from "./roster.ts";

/** The facts of one file. */
export interface AttentionFacts {
  /** Slug of the role that owners hold here. */
  readonly ownerRole: string;
  /** Keys of all owners, to be held against those of another run. */
  readonly owners: readonly string[];
  readonly disabledOwners: number;
  /** Known to have none. */
  readonly ownersWithoutTwoFactor: number;
  /** Disabled people who hold access. */
  readonly leavers: number;
}

/** Works them out. */
export async function attentionFacts(open: OpenSource): Promise<AttentionFacts> {
  const { people } = await open.roster();
  const owners = people.filter(({ roles }) => roles.some(isOwnerSlug));
  const isOff = ({ status }: PersonRow): boolean => status === "disabled";
  return {
    ownerRole: owners[0]?.roles.find(isOwnerSlug) ?? "owner",
    owners: owners.map(rosterKey),
    disabledOwners: owners.filter(isOff).length,
    ownersWithoutTwoFactor: owners.filter(({ twoFactor }) => twoFactor === "no").length,
    leavers: await reviewCount(open, "offboarding", "stillHolding"),
  };
}
