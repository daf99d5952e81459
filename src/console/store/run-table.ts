/** Runs as they are kept, newest first. How a run ended is decided elsewhere. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { RunDetail, RunResult } from "../contract/runs.ts";

/** The table of runs. */
export class RunTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Writes the whole run, new or in the place of the one of its id. */
  put(run: RunDetail): void {
    const { file, ...rest } = run;
    this.#db
      .prepare(
        `insert into runs (run_id, connector_id, started_by, started_at_ms, ended_at_ms, result, detail, file_bytes, file_sha256)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (run_id) do update set ended_at_ms = excluded.ended_at_ms, result = excluded.result,
         detail = excluded.detail, file_bytes = excluded.file_bytes, file_sha256 = excluded.file_sha256`,
      )
      .run(
        run.runId,
        run.connectorId,
        run.startedBy,
        run.startedAtMs,
        run.endedAtMs,
        run.result,
        JSON.stringify(rest),
        file?.bytes ?? null,
        file?.sha256 ?? null,
      );
  }

  get(runId: string): RunDetail | undefined {
    const row = this.#db.prepare("select * from runs where run_id = ?").get(runId);
    return row && toRun(row);
  }

  /** Runs of a connector, newest first. @param before only those that began before this run. */
  list(
    connectorId: string,
    { before, offset = 0, limit }: { readonly before?: string; readonly offset?: number; readonly limit: number },
  ): readonly RunDetail[] {
    return this.#db
      .prepare(
        `select * from runs where connector_id = ?
         and (? is null or seq < (select seq from runs where run_id = ?)) order by seq desc limit ? offset ?`,
      )
      .all(connectorId, before ?? null, before ?? null, limit, offset)
      .map(toRun);
  }

  /** Number of a connector's runs. */
  count(connectorId: string): number {
    return Number(
      this.#db.prepare("select count(*) as runs from runs where connector_id = ?").get(connectorId)?.["runs"],
    );
  }

  /** The latest run of a connector that ended with one of these words. */
  latest(connectorId: string, results: readonly RunResult[]): RunDetail | undefined {
    const row = this.#db
      .prepare(
        `select * from runs where connector_id = ? and result in (${marksFor(results)}) order by seq desc limit 1`,
      )
      .get(connectorId, ...results);
    return row && toRun(row);
  }

  /** How the latest runs of a connector ended, the latest first. */
  results(connectorId: string, limit: number): readonly RunResult[] {
    return this.#db
      .prepare("select result from runs where connector_id = ? and result is not null order by seq desc limit ?")
      .all(connectorId, limit)
      .map(({ result }) => result as RunResult); // written by `put`, which takes nothing else
  }

  /** Ids of runs with a file that read the same before this one and ended with one of these words, newest first. */
  withFileBefore(
    { connectorId, runId, target }: RunDetail,
    results: readonly RunResult[],
    limit: number,
  ): readonly string[] {
    return this.#db
      .prepare(
        `select run_id from runs where connector_id = ? and seq < (select seq from runs where run_id = ?)
         and file_sha256 is not null and json_extract(detail, '$.target') is ? and result in (${marksFor(results)})
         order by seq desc limit ?`,
      )
      .all(connectorId, runId, target, ...results, limit)
      .map((row) => String(row["run_id"]));
  }

  /** The latest run that has ended. */
  lastEnded(connectorId: string): RunDetail | undefined {
    const row = this.#db
      .prepare("select * from runs where connector_id = ? and ended_at_ms is not null order by seq desc limit 1")
      .get(connectorId);
    return row && toRun(row);
  }

  /** Runs that nobody has ended, of all connectors: those of a console that was killed. */
  unfinished(): readonly RunDetail[] {
    return this.#db.prepare("select * from runs where ended_at_ms is null order by seq").all().map(toRun);
  }

  /** Runs beyond the newest `keep` that still have a file. */
  withFileBeyond(connectorId: string, keep: number): readonly RunDetail[] {
    return this.#db
      .prepare(
        `select * from runs where connector_id = ? and file_sha256 is not null order by seq desc limit -1 offset ?`,
      )
      .all(connectorId, keep)
      .map(toRun);
  }

  /** Forgets runs beyond the newest `keep`. */
  prune(connectorId: string, keep: number): void {
    this.#db
      .prepare(
        `delete from runs where connector_id = ?
         and seq not in (select seq from runs where connector_id = ? order by seq desc limit ?)`,
      )
      .run(connectorId, connectorId, keep);
  }
}

function marksFor(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}

function toRun(row: Readonly<Record<string, SQLOutputValue>>): RunDetail {
  // Written by `put`, which takes nothing else; earlier versions of it knew no completeness statement.
  const rest = JSON.parse(String(row["detail"])) as Omit<RunDetail, "file" | "completeness"> & Partial<RunDetail>;
  const sha256 = row["file_sha256"];
  const file = typeof sha256 === "string" ? { bytes: Number(row["file_bytes"]), sha256 } : null;
  return { ...rest, completeness: rest.completeness ?? null, file };
}
