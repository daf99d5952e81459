/** What a failure is described from: the error, and what the console knows of the connector besides. */
import type { KeyFacts } from "../contract/connectors.ts";
import type { Failure, FailureState } from "../contract/failures.ts";
import type { SentError } from "../worker/messages.ts";

/** Times are milliseconds since the epoch. */
export interface FailureContext {
  readonly error: SentError;
  /** Undefined where no connector is concerned. */
  readonly connector?: FailingConnector | undefined;
}

/** What is known of the connector that failed. */
export interface FailingConnector {
  readonly orgSlug: string;
  /** The organization's name in the last good run; "" when it is not known. */
  readonly orgName: string;
  readonly host: string;
  /** Shown without credentials; "" for none. */
  readonly proxy: string;
  readonly key: Pick<KeyFacts, "lastFour" | "sourceName"> | null;
  /** When a run with this very key was last good; null for never. */
  readonly keyWorkedAtMs: number | null;
  /** When a run of this organization was last good; null for never. */
  readonly lastGoodAtMs: number | null;
}

/** Describes one state. The title is fixed; message, effect and hint together have at most 60 words. */
export type Describe = (context: FailureContext) => Omit<Failure, "code" | "state">;

/** States by who describes them. */
export type Describers<States extends FailureState> = Readonly<Record<States, Describe>>;

/** What all failures that read nothing new mean for the data. */
export const lastFileStays = "Nothing new was saved; the last good file stays as it is.";

/** A moment in words, in UTC, as in `2026-03-01 14:05 UTC`. The page shows the viewer's own time beside it. */
export function inUtc(ms: number): string {
  return Math.abs(ms) <= 8.64e15
    ? `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`
    : "a time far away";
}

/** The key as it may be shown. */
export function keyFacts(connector: FailingConnector | undefined): Failure["facts"] {
  if (!connector?.key) return [];
  const { lastFour, sourceName } = connector.key;
  const tail = lastFour === "" ? [] : [["Key", `ends in ${lastFour}`] as const];
  return [...tail, ["From", sourceName]];
}

/** `Last good run` and when; nothing when there was none. */
export function lastGoodFact(connector: FailingConnector | undefined): Failure["facts"] {
  const { lastGoodAtMs = null } = connector ?? {};
  return lastGoodAtMs === null ? [] : [["Last good run", inUtc(lastGoodAtMs)]];
}
