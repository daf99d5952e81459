/** Connectors as they are kept: what was entered, never what follows from runs. Secrets are elsewhere. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { FileEngine, KeyFacts, RunMode, Schedule } from "../contract/connectors.ts";

/** Settings that are no secrets. Texts are "" when not set. */
export interface StoredSettings {
  readonly orgSlug: string;
  readonly baseUrl: string;
  readonly caFile: string;
  readonly proxy: string;
  readonly c1ClientId: string;
  /** Longest time that one request may take. */
  readonly timeoutSeconds: number;
  /** Names of the settings that ask for more than is read by default. */
  readonly requested: readonly string[];
  /** What new files are written with. */
  readonly storageEngine: FileEngine;
}

/** What is known of the key; where it is kept is for the vault to say. */
export type StoredKeyFacts = Omit<KeyFacts, "storage">;

/** A connector as it is kept. Times are milliseconds since the epoch. */
export interface ConnectorRecord {
  readonly id: string;
  readonly name: string;
  readonly mode: RunMode;
  readonly owner: string;
  readonly isSample: boolean;
  readonly isPaused: boolean;
  readonly settings: StoredSettings;
  readonly key: StoredKeyFacts | null;
  readonly schedule: Schedule;
  /** Moments of the schedule up to here have been dealt with. */
  readonly scheduleSinceMs: number;
  /** When a run that could not go on is tried again. */
  readonly retryAtMs: number | null;
  readonly createdAtMs: number;
  /** The run whose file is the current one. */
  readonly currentRunId: string | null;
  /** The run whose banner somebody has put away. */
  readonly dismissedRunId: string | null;
  /** True while the service for C1 is to run. */
  readonly runsService: boolean;
}

/** Until somebody says otherwise. */
export const usualTimeoutSeconds = 300;

const columns = [
  "id",
  "name",
  "mode",
  "owner",
  "is_sample",
  "is_paused",
  "settings",
  "key_facts",
  "schedule",
  "schedule_since_ms",
  "retry_at_ms",
  "created_at_ms",
  "current_run_id",
  "dismissed_run_id",
  "runs_service",
] as const;

/** The table of connectors. */
export class ConnectorTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** All, in the order in which they were made. */
  list(): readonly ConnectorRecord[] {
    return this.#db.prepare("select * from connectors order by created_at_ms, rowid").all().map(toRecord);
  }

  get(id: string): ConnectorRecord | undefined {
    const row = this.#db.prepare("select * from connectors where id = ?").get(id);
    return row && toRecord(row);
  }

  /** Writes the whole record, new or in the place of the one of its id. */
  put(record: ConnectorRecord): void {
    const values = [
      record.id,
      record.name,
      record.mode,
      record.owner,
      Number(record.isSample),
      Number(record.isPaused),
      JSON.stringify(record.settings),
      record.key && JSON.stringify(record.key),
      JSON.stringify(record.schedule),
      record.scheduleSinceMs,
      record.retryAtMs,
      record.createdAtMs,
      record.currentRunId,
      record.dismissedRunId,
      Number(record.runsService),
    ];
    const updates = columns.slice(1).map((name) => `${name} = excluded.${name}`);
    this.#db
      .prepare(
        `insert into connectors (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})
         on conflict (id) do update set ${updates.join(", ")}`,
      )
      .run(...values);
  }

  /** Changes some values of a connector. @returns the record as it is now; undefined when there is none. */
  update(id: string, changes: Partial<Omit<ConnectorRecord, "id">>): ConnectorRecord | undefined {
    const found = this.get(id);
    if (!found) return undefined;
    const changed = { ...found, ...changes };
    this.put(changed);
    return changed;
  }

  /** Removes it with its runs, lines and secrets. */
  remove(id: string): void {
    for (const table of ["log_lines", "runs", "secrets"]) {
      this.#db.prepare(`delete from ${table} where connector_id = ?`).run(id);
    }
    this.#db.prepare("delete from connectors where id = ?").run(id);
  }
}

function toRecord(row: Readonly<Record<string, SQLOutputValue>>): ConnectorRecord {
  const text = (name: string): string => String(row[name]);
  const optionalText = (name: string): string | null => (row[name] == null ? null : String(row[name]));
  // JSON texts and words were written by `put`, which takes nothing else.
  const parsed = <T>(name: string): T => JSON.parse(text(name)) as T;
  return {
    id: text("id"),
    name: text("name"),
    mode: text("mode") as RunMode,
    owner: text("owner"),
    isSample: row["is_sample"] === 1,
    isPaused: row["is_paused"] === 1,
    // Earlier versions did not keep these two.
    settings: {
      ...{ timeoutSeconds: usualTimeoutSeconds, requested: [], storageEngine: "" },
      ...parsed<StoredSettings>("settings"),
    },
    key: row["key_facts"] == null ? null : parsed<StoredKeyFacts>("key_facts"),
    schedule: parsed<Schedule>("schedule"),
    scheduleSinceMs: Number(row["schedule_since_ms"]),
    retryAtMs: row["retry_at_ms"] == null ? null : Number(row["retry_at_ms"]),
    createdAtMs: Number(row["created_at_ms"]),
    currentRunId: optionalText("current_run_id"),
    dismissedRunId: optionalText("dismissed_run_id"),
    runsService: row["runs_service"] === 1,
  };
}
