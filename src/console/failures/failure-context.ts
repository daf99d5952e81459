/** What a failure is described from: the error, and what the console knows of the connector besides. */
import type { KeyFacts } from "../contract/connectors.ts";
import type { Failure, FailureState } from "../contract/failures.ts";
import type { SentError } from "../worker/messages.ts";

/** Times are milliseconds since the epoch. */
export interface FailureContext {
  readonly error: SentError;
  /** Undefined where no connector is concerned. */
  readonly connector?: FailingConnector | undefined;
  /** True for a run that is tried again by itself. A test is not, nor is a run of a paused connector. */
  readonly triesAgain?: boolean;
}

/** What is known of the connector that failed. */
export interface FailingConnector {
  readonly orgSlug: string;
  /** The organization's name in the last good run; "" when it is not known. */
  readonly orgName: string;
  readonly host: string;
  /** Whether the host is one of Cloudsmith's own. */
  readonly isVendorHost: boolean;
  /** The current file: one that can be taken for the whole organization, a partial one, or none yet. */
  readonly file: "good" | "partial" | "none";
  /** True: it failed in a test of its settings, which writes no file. */
  readonly isTest?: boolean;
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

/** What a failure that saved nothing means for the data. */
export function nothingSaved(connector: FailingConnector | undefined): string {
  if (connector === undefined) return "Nothing was saved.";
  if (!connector.isTest) return savedTexts[connector.file];
  return connector.file === "none"
    ? "What you entered is kept as a draft; nothing was synced yet."
    : "The test changed nothing: settings and file stay as they are.";
}

/** What to do once the cause is gone. */
export function again(connector: FailingConnector | undefined): "test again" | "sync again" {
  return connector?.isTest ? "test again" : "sync again";
}

const savedTexts: Readonly<Record<FailingConnector["file"], string>> = {
  good: "Nothing new was saved; the last good file stays as it is.",
  partial: "Nothing new was saved; the current file stays the partial one that was there.",
  none: "Nothing was saved: there is no file yet.",
};

/** The host that was asked, where it is not one of Cloudsmith's own. */
export function hostFact(connector: FailingConnector | undefined): Failure["facts"] {
  return connector && !connector.isVendorHost ? [["Host", connector.host]] : [];
}

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
