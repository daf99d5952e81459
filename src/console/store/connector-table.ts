/** Connectors as they are kept: what was entered, never what follows from runs. Secrets are elsewhere. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { ConnectorSettings, KeyFacts, RunMode, Schedule } from "../contract/connectors.ts";

/** Settings that are no secrets. Texts are "" when not set. */
export type StoredSettings = Omit<ConnectorSettings, "c1SecretIsSet">;

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

/** Where each value is kept, and in which form. */
const columns: Readonly<Record<keyof ConnectorRecord, readonly [name: string, form: "plain" | "flag" | "json"]>> = {
  id: ["id", "plain"],
  name: ["name", "plain"],
  mode: ["mode", "plain"],
  owner: ["owner", "plain"],
  isSample: ["is_sample", "flag"],
  isPaused: ["is_paused", "flag"],
  settings: ["settings", "json"],
  key: ["key_facts", "json"],
  schedule: ["schedule", "json"],
  scheduleSinceMs: ["schedule_since_ms", "plain"],
  retryAtMs: ["retry_at_ms", "plain"],
  createdAtMs: ["created_at_ms", "plain"],
  currentRunId: ["current_run_id", "plain"],
  dismissedRunId: ["dismissed_run_id", "plain"],
  runsService: ["runs_service", "flag"],
};
const names = Object.values(columns).map(([name]) => name);
const upsert = `insert into connectors (${names.join(", ")}) values (${names.map(() => "?").join(", ")})
  on conflict (id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`;

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
    const values = Object.entries(columns).map(([key, [, form]]) => kept(record[key as keyof ConnectorRecord], form));
    this.#db.prepare(upsert).run(...values);
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

function kept(value: ConnectorRecord[keyof ConnectorRecord], form: "plain" | "flag" | "json"): SQLInputValue {
  if (typeof value === "boolean") return Number(value);
  return form === "json" && value !== null ? JSON.stringify(value) : (value as SQLInputValue);
}

function toRecord(row: Readonly<Record<string, SQLOutputValue>>): ConnectorRecord {
  const values = Object.entries(columns).map(([key, [name, form]]) => {
    const value = row[name] ?? null;
    if (form === "flag") return [key, value === 1];
    return [key, form === "json" && value !== null ? JSON.parse(String(value)) : value];
  });
  // Written by `put`, which takes nothing else.
  const record = Object.fromEntries(values) as ConnectorRecord;
  // Earlier versions did not keep these.
  const usual = { timeoutSeconds: usualTimeoutSeconds, requested: [], storageEngine: "" } as const;
  return { ...record, settings: { ...usual, ...record.settings } };
}
