/**
 * `fleet`: finds run records below a directory, and prints what they say together, as a table or as JSON: which targets are
 * fresh and whole, and which are not.
 */

import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readTextBeside } from "../../c1z/container/whole-file.ts";
import type { Flag } from "../../config/field.ts";
import type { KeyOwner } from "../../contracts/completeness.ts";
import { lastSyncOf, parseRunRecord, runRecordPath, type SyncResult } from "../../contracts/run-record.ts";
import { BatonError, errnoOf, Status } from "../../errors.ts";
import { parsePrefixAddress } from "../../object-store/object-address.ts";
import { fleetExitCode } from "../../sync/verdict.ts";
import type { Invocation } from "../app.ts";
import { networkOf } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";
import { displayWidth, escapeControls, padEndToWidth } from "../terminal-text.ts";

/** A record that was found. */
interface FoundRecord {
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
const longestRecordBytes = 4 * 1024 * 1024;
const recordSuffix = runRecordPath("");

/** True for the name of a run record. */
function isRecordName(name: string): boolean {
  return name.endsWith(recordSuffix) && name.length > recordSuffix.length;
}

/**
 * All records below `directory`, in directories of any depth; links are not followed.
 * @throws BatonError `FLEET-DIRECTORY` when it cannot be read.
 */
async function recordsIn(directory: string): Promise<readonly FoundRecord[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw directoryUnreadable(directory, cause);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && isRecordName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.map((at) => ({ at, text: textOf(at) }));
}

function textOf(path: string): string | undefined {
  try {
    return readTextBeside(path);
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

const hourSeconds = 3600;

/**
 * Reads all records and judges them.
 * @throws BatonError `FLEET-DIRECTORY`, `FLEET-EMPTY`, BATON-S3 codes, BATON-USAGE.
 */
export async function runFleet(
  invocation: Invocation<Flag<"bool", "json"> | Flag<"int", "stale-after">>,
): Promise<number> {
  const { io, options, flags } = invocation;
  const [place, ...more] = flags.operands;
  if (place === undefined || more.length > 0) throw usageError("fleet takes one directory or s3://BUCKET/PREFIX");
  const records = await findRecords(place, invocation);
  if (records.length === 0) throw noRecords(place);
  const nowMs = io.clock.nowMs();
  const staleAfterHours = options.int("stale-after");
  const rows = fleetRows(records, { nowMs, staleAfterSeconds: staleAfterHours * hourSeconds });
  const attention = rows.filter(({ concerns }) => concerns.length > 0).length;
  const json = { checkedAt: new Date(nowMs).toISOString(), staleAfterHours, total: rows.length, attention, rows };
  io.stdout.write(options.bool("json") ? `${JSON.stringify(json, undefined, 2)}\n` : asText(rows, attention));
  return attention > 0 ? fleetExitCode : 0;
}

async function findRecords(place: string, invocation: Invocation): Promise<readonly FoundRecord[]> {
  const { io } = invocation;
  const prefix = parsePrefixAddress(place);
  if (!prefix) return await recordsIn(resolve(io.cwd, place));
  const { readTexts } = await import("../../object-store/s3-texts.ts");
  const network = networkOf(invocation);
  return await readTexts({
    place: prefix,
    env: io.env,
    network,
    clock: io.clock,
    isWanted: isRecordName,
    longestBytes: longestRecordBytes,
  });
}

function noRecords(place: string): BatonError {
  return new BatonError({
    code: "FLEET-EMPTY",
    status: Status.notFound,
    message: `There is no run record (NAME.run.json) in ${place}.`,
    effect: "Nothing is known of any target.",
    hint: "Name the directory or prefix that the files are synced into.",
  });
}

const head = ["TARGET", "STATE", "LAST GOOD SYNC", "AGE", "LAST RUN", "ROWS", "GRANTS", "KEY", "WARNINGS"] as const;

function asText(rows: readonly FleetRow[], attention: number): string {
  const cells = rows.map(cellsOf).map((line) => line.map(escapeControls));
  const table = [[...head], ...cells];
  const widths = head.map((_, column) => Math.max(...table.map((line) => displayWidth(line[column] ?? ""))));
  const lines = table.map((line) =>
    line
      .map((cell, column) => padEndToWidth(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const closing = attention === 0 ? "all are fresh and whole" : `${attention} need attention`;
  return `${lines.join("\n")}\n\n${rows.length} ${rows.length === 1 ? "target" : "targets"}, ${closing}\n`;
}

function cellsOf(row: FleetRow): readonly string[] {
  const { target, concerns, lastSyncAt, ageSeconds, result, resources, grants, keyRole, warnings, error } = row;
  const counts = resources && Object.entries(resources).map(([type, count]) => `${count} ${type}`);
  return [
    target,
    concerns.length === 0 ? "ok" : concerns.join(", "),
    lastSyncAt?.replace(/\.\d+Z$/, "Z") ?? "-",
    ageSeconds === null ? "-" : ageInWords(ageSeconds),
    result ?? "-",
    counts?.join(", ") ?? "-",
    grants === null ? "-" : String(grants),
    keyRole ?? "-",
    [...(error === null ? [] : [error]), ...warnings].join(", "),
  ];
}

function ageInWords(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  if (days >= 2) return `${days} d`;
  return hours >= 1 ? `${hours} h` : `${minutes} min`;
}
