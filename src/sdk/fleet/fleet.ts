/** Finds run records below a directory, and what they say together: which targets are fresh and whole, and which are not. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { KeyOwner } from "../contracts/completeness.ts";
import { lastSyncOf, parseRunRecord, runRecordPath, type SyncResult } from "../contracts/run-record.ts";
import { BatonError, errnoOf, Status } from "../errors.ts";

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
  const sinceEnd = Number.isNaN(endedMs) ? null : Math.round((nowMs - endedMs) / 1000);
  // A clock that was ahead makes nothing younger than new.
  const age = sinceEnd === null ? null : Math.max(0, sinceEnd);
  const results = new Set([record.result, ...(last ? [last.result] : [])]);
  const concerns = [...results].flatMap((result) => byResult[result] ?? []);
  if (sinceEnd === null) concerns.push("never-synced");
  // One that was far ahead would keep a target fresh for as long as that.
  else if (Math.abs(sinceEnd) > staleAfterSeconds) concerns.push("stale");
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

/** A record is a few kilobytes; whatever is longer is none. */
export const longestRecordBytes = 4 * 1024 * 1024;
const recordSuffix = runRecordPath("");

/** True for the name of a run record. */
export function isRecordName(name: string): boolean {
  return name.endsWith(recordSuffix) && name.length > recordSuffix.length;
}

/**
 * All records below `directory`, in directories of any depth; links are not followed.
 * @throws BatonError `FLEET-DIRECTORY` when it cannot be read.
 */
export async function recordsIn(directory: string): Promise<readonly FoundRecord[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw directoryUnreadable(directory, cause);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && isRecordName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const records: FoundRecord[] = [];
  // One after another: many files at once gain nothing and may be more than the process may open.
  for (const at of paths) records.push({ at, text: await textOf(at) });
  return records;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    return size > longestRecordBytes ? undefined : await file.readFile("utf8");
  } catch {
    // Shown as a record that cannot be read.
    return undefined;
  }
}

function directoryUnreadable(directory: string, cause: unknown): BatonError {
  const reason = errnoOf(cause, "unknown error");
  return new BatonError({
    code: "FLEET-DIRECTORY",
    status: reason === "ENOENT" ? Status.notFound : Status.unknown,
    message: `The directory ${directory} cannot be read (${reason}).`,
    effect: "Nothing was looked at.",
    hint: "Name a directory with run records, or s3://BUCKET/PREFIX.",
    cause,
  });
}
