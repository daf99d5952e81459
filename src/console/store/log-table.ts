/** Lines of the log: appended in batches, searched, bounded. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { type LogLine, type LogPage, logLevels } from "../contract/runs.ts";

/** A line before it has a place. */
export type NewLogLine = Omit<LogLine, "seq">;

/** What is asked of the lines of a connector. */
export interface LogFilter {
  /** The least severe level. */
  readonly level?: LogLine["level"] | undefined;
  /** Text that message or details hold, in either case of letters. */
  readonly q?: string | undefined;
  readonly runId?: string | undefined;
  /** Only lines up to this one. */
  readonly asOf?: number | undefined;
  /** Newer ones of them that are left out. */
  readonly offset?: number | undefined;
  readonly limit: number;
}

/** Lines that are looked through in one step: a few milliseconds. */
const pieceLines = 4000;

interface Piece {
  readonly connectorId: string;
  readonly level: number;
  readonly from: number;
  /** Not among them. */
  readonly to: number;
}

/** The table of lines. */
export class LogTable {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare(
      "insert into log_lines (connector_id, run_id, time_ms, level, message, fields) values (?, ?, ?, ?, ?, ?)",
    );
  }

  /** Appends lines, all or none. @returns the place of the last one; 0 for none. */
  append(connectorId: string, lines: readonly NewLogLine[]): number {
    if (lines.length === 0) return 0;
    let seq: number | bigint = 0;
    this.#db.exec("begin");
    try {
      for (const { runId, timeMs, level, message, fields } of lines) {
        const values = [connectorId, runId, timeMs, logLevels.indexOf(level), message, JSON.stringify(fields)];
        seq = this.#insert.run(...values).lastInsertRowid;
      }
      this.#db.exec("commit");
    } catch (caught) {
      if (this.#db.isTransaction) this.#db.exec("rollback");
      throw caught;
    }
    return Number(seq);
  }

  /** A page, newest first, and how many lines match in all; some thousand lines a step. */
  *page(connectorId: string, filter: LogFilter): Generator<void, LogPage, undefined> {
    const { limit, offset = 0, asOf = Number.MAX_SAFE_INTEGER - 1 } = filter;
    const found: number[] = [];
    let total = 0;
    for (const level of levelsOf(filter)) {
      for (const piece of this.#pieces(connectorId, level, asOf)) {
        const seqs = this.#matches({ connectorId, level, ...piece }, filter);
        total += seqs.length;
        found.push(...seqs.slice(0, offset + limit));
        yield;
      }
    }
    const newest = found.toSorted((a, b) => b - a);
    const line = this.#db.prepare("select * from log_lines where seq = ?");
    const rows = newest.slice(offset, offset + limit).flatMap((seq) => {
      const row = line.get(seq);
      return row ? [toLine(row)] : [];
    });
    return { rows, total, asOf: filter.asOf ?? newest[0] ?? 0 };
  }

  /** Stretches of the lines of one level up to a line, the newest first. */
  *#pieces(
    connectorId: string,
    level: number,
    asOf: number,
  ): Generator<{ readonly from: number; readonly to: number }> {
    const lowest = this.#db.prepare(
      `select min(seq) as seq from
         (select seq from log_lines where connector_id = ? and level = ? and seq < ? order by seq desc limit ?)`,
    );
    for (let to = asOf + 1; ; ) {
      const from = lowest.get(connectorId, level, to, pieceLines)?.["seq"];
      if (typeof from !== "number") return;
      yield { from, to };
      to = from;
    }
  }

  #matches({ connectorId, level, from, to }: Piece, filter: LogFilter): number[] {
    const { where, values } = conditions(filter);
    return this.#db
      .prepare(
        `select seq from log_lines where connector_id = ? and level = ? and seq >= ? and seq < ?${where} order by seq desc`,
      )
      .all(connectorId, level, from, to, ...values)
      .map(({ seq }) => Number(seq));
  }

  /** Every line of a connector, oldest first. */
  *all(connectorId: string): Generator<LogLine> {
    const some = this.#db.prepare("select * from log_lines where connector_id = ? and seq > ? order by seq limit 1000");
    let last = 0;
    // By pieces: a statement that is left open would keep the store from being written.
    for (;;) {
      const lines = some.all(connectorId, last).map(toLine);
      yield* lines;
      const end = lines.at(-1);
      if (!end) return;
      last = end.seq;
    }
  }

  /** Forgets lines beyond the newest `keep`. */
  prune(connectorId: string, keep: number): void {
    this.#db
      .prepare(
        `delete from log_lines where connector_id = ? and seq <= coalesce(
           (select seq from log_lines where connector_id = ? order by seq desc limit 1 offset ?), 0)`,
      )
      .run(connectorId, connectorId, keep);
  }
}

function levelsOf({ level = "debug" }: LogFilter): readonly number[] {
  return logLevels.map((_, index) => index).slice(logLevels.indexOf(level));
}

function conditions({ q, runId }: LogFilter): { where: string; values: SQLInputValue[] } {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  if (runId !== undefined) {
    parts.push("run_id = ?");
    values.push(runId);
  }
  if (q) {
    // Not by itself an expression: the signs that LIKE knows are taken as they are.
    const pattern = `%${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    parts.push(String.raw`(message like ? escape '\' or fields like ? escape '\')`);
    values.push(pattern, pattern);
  }
  return { where: parts.map((part) => ` and ${part}`).join(""), values };
}

function toLine(row: Readonly<Record<string, SQLOutputValue>>): LogLine {
  const runId = row["run_id"];
  return {
    seq: Number(row["seq"]),
    timeMs: Number(row["time_ms"]),
    level: logLevels[Number(row["level"])] ?? "info",
    message: String(row["message"]),
    // Written by `append`, which takes nothing else.
    fields: JSON.parse(String(row["fields"])) as LogLine["fields"],
    runId: typeof runId === "string" ? runId : null,
  };
}
