/** What needs attention of a connector, out of its state and the figures of its kept runs. Pure. */
import type { AttentionKind, AttentionMatter, AttentionPlace } from "../contract/attention.ts";
import type { ConnectorStatus, ConnectorSummary } from "../contract/connectors.ts";
import type { AttentionFacts } from "../sources/attention.ts";
import type { Figures } from "../sources/sources.ts";

/** Data that is older than this is worth a look, milliseconds. */
const staleAfterMs = 7 * 86_400_000;

type Figure = Exclude<keyof AttentionFacts, "owners" | "ownerRole">;

/**
 * @param figures of the current file; undefined where there is no good one.
 * @param earlier of the good runs before whose file is kept, the latest first.
 */
export function mattersOf(
  connector: ConnectorSummary,
  figures: Figures | undefined,
  earlier: readonly AttentionFacts[],
  nowMs: number,
): readonly AttentionMatter[] {
  const inFile =
    figures?.kind === "known"
      ? peopleMatters(connector, [figures.facts, ...earlier])
      : figures?.kind === "failed"
        ? [{ ...matterOf(connector), kind: "no-figures", tone: "warn", reason: figures.reason } as const]
        : [];
  return [...inFile, ...ownMatters(connector, nowMs)];
}

/** One of the connector itself. */
function matterOf({ id, name, orgSlug }: ConnectorSummary) {
  const of = { connectorId: id, connectorName: name, orgSlug };
  return { ...of, count: null, reason: "", place: { on: "connector" }, series: [] } as const;
}

function peopleMatters(connector: ConnectorSummary, facts: readonly AttentionFacts[]): readonly AttentionMatter[] {
  const [now, before] = facts;
  if (!now) return [];
  const of = matterOf(connector);
  const owner = { roles: now.ownerRole };
  const fresh = before ? now.owners.filter((key) => !before.owners.includes(key)).length : 0;
  const bad = (kind: AttentionKind, figure: Figure, place: AttentionPlace) =>
    ({
      ...of,
      kind,
      tone: "bad",
      count: now[figure],
      series: facts.map((one) => one[figure]).toReversed(),
      place,
    }) as const;
  const all: readonly AttentionMatter[] = [
    bad("disabled-owners", "disabledOwners", { on: "people", where: { ...owner, status: "disabled" } }),
    bad("leavers", "leavers", { on: "review", name: "offboarding" }),
    bad("owners-without-two-factor", "ownersWithoutTwoFactor", { on: "people", where: { ...owner, twoFactor: "no" } }),
    { ...of, kind: "new-owners", count: fresh, tone: "warn", place: { on: "people", where: owner } },
  ];
  return all.filter(({ count }) => (count ?? 0) > 0);
}

const states: Readonly<Partial<Record<ConnectorStatus, Pick<AttentionMatter, "kind" | "tone">>>> = {
  Error: { kind: "failing", tone: "bad" },
  Offline: { kind: "failing", tone: "bad" },
  Held: { kind: "held", tone: "warn" },
  Partial: { kind: "partial", tone: "warn" },
};

function ownMatters(connector: ConnectorSummary, nowMs: number): readonly AttentionMatter[] {
  const { status, lastRun, lastGoodRun } = connector;
  const of = matterOf(connector);
  const state = states[status];
  const goodMs = lastGoodRun?.endedAtMs ?? null;
  const isStale = goodMs !== null && nowMs - goodMs > staleAfterMs;
  return [
    ...(state ? [{ ...of, ...state, reason: state.kind === "failing" ? (lastRun?.errorTitle ?? "") : "" }] : []),
    ...(isStale ? [{ ...of, kind: "stale", tone: "warn" } as const] : []),
  ];
}

/** What is bad first, else as they come. */
export function inOrder(matters: readonly AttentionMatter[]): readonly AttentionMatter[] {
  return matters.toSorted((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"));
}
