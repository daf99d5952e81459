/** What the run records of many targets say together: who is fresh and whole, and who is not. Pure. */
import type { KeyOwner } from "../contracts/completeness.ts";
import { lastSyncOf, parseRunRecord, type SyncResult } from "../contracts/run-record.ts";

/** A record that was found. */
export interface FoundRecord {
  /** Path or address of the record. */
  readonly at: string;
  /** Its text; undefined when it could not be read. */
  readonly text: string | undefined;
}

/** What is wrong with a target. */
export type Concern = "failed" | "held" | "incomplete" | "partial" | "stale" | "never-synced" | "unreadable";

/** One target. */
export interface FleetRow {
  /** What was read, for example the organization's slug; else the record's name. */
  readonly target: string;
  readonly at: string;
  /** Of the last run; null for a record that cannot be read. */
  readonly result: SyncResult | null;
  /** When the last run ended, RFC 3339 in UTC. */
  readonly lastRunAt: string | null;
  /** The end of the sync that the file holds; null when it holds none, or nobody knows. */
  readonly lastSyncAt: string | null;
  readonly ageSeconds: number | null;
  /** Rows of that sync by resource type, and its grants; null where the record does not say. */
  readonly resources: Readonly<Record<string, number>> | null;
  readonly grants: number | null;
  /** Role of the key's owner, as far as it is known. */
  readonly keyRole: string | null;
  /** Codes of the last run's warnings, and of its error. */
  readonly warnings: readonly string[];
  readonly error: string | null;
  /** Empty when all is well. */
  readonly concerns: readonly Concern[];
}

/** How rows are judged. */
export interface FleetOptions {
  readonly nowMs: number;
  /** A sync older than this is stale, seconds. */
  readonly staleAfterSeconds: number;
}

/** One row per record: those with concerns first, then by name. */
export function fleetRows(records: readonly FoundRecord[], options: FleetOptions): readonly FleetRow[] {
  const rows = records.map((record) => rowOf(record, options));
  return rows.toSorted(
    (a, b) => Number(a.concerns.length === 0) - Number(b.concerns.length === 0) || compare(a.target, b.target),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const byResult: Readonly<Partial<Record<SyncResult, Concern>>> = {
  Failed: "failed",
  Held: "held",
  Incomplete: "incomplete",
  "Partial roster": "partial",
};

function rowOf({ at, text }: FoundRecord, { nowMs, staleAfterSeconds }: FleetOptions): FleetRow {
  const record = text === undefined ? undefined : parseRunRecord(text);
  if (!record) return unreadable(at);
  const last = lastSyncOf(record);
  const endedMs = last ? Date.parse(last.endedAt) : Number.NaN;
  // A clock that was ahead makes nothing younger than new.
  const age = Number.isNaN(endedMs) ? null : Math.max(0, Math.round((nowMs - endedMs) / 1000));
  const results = new Set([record.result, ...(last ? [last.result] : [])]);
  const concerns = [...results].flatMap((result) => byResult[result] ?? []);
  if (age === null) concerns.push("never-synced");
  else if (age > staleAfterSeconds) concerns.push("stale");
  return {
    target: record.target ?? nameOf(at),
    at,
    result: record.result,
    lastRunAt: record.endedAt,
    lastSyncAt: last?.endedAt ?? null,
    ageSeconds: age,
    resources: last?.counts?.resourcesByResourceType ?? null,
    grants: last?.counts?.grants ?? null,
    keyRole: roleOf(record.completeness?.keyOwner ?? null),
    warnings: record.warnings.map(({ code }) => code),
    error: record.error?.code ?? null,
    concerns,
  };
}

function unreadable(at: string): FleetRow {
  const unknown = { result: null, lastRunAt: null, lastSyncAt: null, ageSeconds: null, resources: null, grants: null };
  return { target: nameOf(at), at, ...unknown, keyRole: null, warnings: [], error: null, concerns: ["unreadable"] };
}

function nameOf(at: string): string {
  return at.slice(at.search(/[^/\\]*$/)).replace(/\.run\.json$/, "");
}

function roleOf(owner: KeyOwner | null): string | null {
  if (owner === null) return null;
  return owner.role ?? (owner.kind === "unknown" ? "unknown" : null);
}
