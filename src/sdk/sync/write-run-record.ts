/** Writes how a run ended beside its file, `FILE.run.json`. What it says of the file was read back from the file. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { replaceFile, writeAll } from "../c1z/container/save.ts";
import { readTextBeside } from "../c1z/container/whole-file.ts";
import type { SyncStats } from "../c1z/write/sync-store.ts";
import { recordedList } from "../contracts/completeness.ts";
import type { RunKey, SyncWarning } from "../contracts/connector.ts";
import {
  lastSyncOf,
  parseRunRecord,
  type RunCounts,
  type RunRecord,
  type RunSignal,
  runRecordPath,
} from "../contracts/run-record.ts";
import type { RunEnd } from "./events.ts";

/** What a record is made of besides the run's end. */
export interface RunRecordOptions {
  /** The c1z that was or was not replaced. */
  readonly path: string;
  /** What the record calls it, where `path` is only a copy; default the path. */
  readonly shownAs?: string;
  /** The program. */
  readonly connector: { readonly name: string; readonly version: string };
  /** The record of the run before, as text; "" when there is none. */
  readonly previous?: string;
}

/**
 * Writes the record as a whole, mode 0600, in the place of that of the run before, or of a link that stands there.
 * @throws BatonError with a FILE- code when the file cannot be read back or the record not be written.
 */
export async function writeRunRecord(end: RunEnd, options: RunRecordOptions): Promise<void> {
  const path = runRecordPath(resolve(options.path));
  const previous = readPrevious(path);
  const bytes = Buffer.from(await runRecordText(end, { previous, ...options }), "utf8");
  await replaceFile(path, (file) => writeAll(file, bytes, 0));
}

/** "" also for what cannot be read, which the new record takes the place of. */
function readPrevious(path: string): string {
  try {
    return readTextBeside(path) ?? "";
  } catch {
    return "";
  }
}

/**
 * The record as text, for a place that is no path.
 * @throws BatonError with a FILE- code when the file cannot be read back.
 */
export async function runRecordText(end: RunEnd, options: RunRecordOptions): Promise<string> {
  return `${JSON.stringify(await runRecord(end, options), undefined, 2)}\n`;
}

async function runRecord(end: RunEnd, options: RunRecordOptions): Promise<RunRecord> {
  const { path, shownAs, connector, previous = "" } = options;
  const before = parseRunRecord(previous);
  const { result, replaced, error, sync, syncType, saved, warnings, connector: stats, description } = end;
  const file = saved ? { path: resolve(path), ...saved.file } : await describeFile(resolve(path));
  return {
    schemaVersion: 2,
    result,
    replaced,
    signals: warnings.flatMap(signalOf),
    warnings: warnings.map(({ code, severity = "note", count = 1, message }) => ({ code, severity, count, message })),
    error: error ? { code: error.code, message: error.message } : null,
    drop: end.drop ?? null,
    syncId: sync?.id ?? null,
    syncType,
    resumed: sync?.resumed ?? false,
    startedAt: timeOf(end.startedAtMs),
    endedAt: timeOf(end.endedAtMs),
    durationMs: Math.round(end.durationMs),
    phaseMs: Object.fromEntries(Object.entries(end.phaseMs).map(([phase, ms]) => [phase, Math.round(ms)])),
    requests: stats?.requests ?? null,
    retries: stats?.retries ?? null,
    counts: saved ? countsOf(saved.stats) : null,
    completeness: { ...end.completeness, lists: end.completeness.lists.map(recordedList) },
    file: file && { ...file, path: shownAs ?? file.path },
    key: description?.key ? recordedKey(description.key) : null,
    target: description?.target ?? null,
    identity: description?.identity ?? null,
    connector,
    lastSync: replaced ? null : ((before && lastSyncOf(before)) ?? null),
  };
}

function recordedKey({ source, fingerprint, kind = "key", expiresAtMs }: RunKey): NonNullable<RunRecord["key"]> {
  return { source, fingerprint, kind, ...(expiresAtMs !== undefined && { expiresAt: timeOf(expiresAtMs) }) };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function signalOf({ signal, severity = "note", count = 1, message }: SyncWarning): readonly RunSignal[] {
  return signal === undefined ? [] : [{ id: signal, level: severity, count, message }];
}

function countsOf({ resourceTypes, resources, entitlements, grants, resourcesByResourceType }: SyncStats): RunCounts {
  return { resourceTypes, resources, entitlements, grants, resourcesByResourceType };
}

/** The file that a run left as it was. */
async function describeFile(path: string): Promise<RunRecord["file"]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return null;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { path, bytes: found.size, sha256: hash.digest("hex") };
}
