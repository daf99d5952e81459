/** What needs attention, over all connectors: GET /api/attention. */

/** Where a matter is looked at: people by a filter, a review, or the connector itself. */
export type AttentionPlace =
  | { readonly on: "people"; readonly where: Readonly<Record<string, string>> }
  | { readonly on: "review"; readonly name: string }
  | { readonly on: "connector" };

/** What there can be. */
export const attentionKinds = [
  "disabled-owners",
  "new-owners",
  "owners-without-two-factor",
  "leavers",
  "failing",
  "held",
  "partial",
  "stale",
  "no-figures",
] as const;
/** One of them. */
export type AttentionKind = (typeof attentionKinds)[number];

/** A matter of one connector. */
export interface AttentionMatter {
  readonly kind: AttentionKind;
  readonly connectorId: string;
  readonly connectorName: string;
  readonly orgSlug: string;
  /** How many people; null for a matter of the connector itself. */
  readonly count: number | null;
  /** Why a connector fails, or its figures cannot be worked out; "" for others. */
  readonly reason: string;
  /** `bad` wants something done, `warn` wants a look. */
  readonly tone: "bad" | "warn";
  readonly place: AttentionPlace;
  /** The same figure in the runs before, the oldest first, this one last; empty where there are none. */
  readonly series: readonly number[];
}

/** All matters, what is bad first. */
export interface Attention {
  readonly matters: readonly AttentionMatter[];
  /** Names of connectors whose figures are being worked out: what is in their files is not among the matters yet. */
  readonly pending: readonly string[];
}
