/** Brings the lines that jobs log into the store, a batch at a time, and says that there are new ones. */

import { type LogLine, type LogPage, logLevels } from "../contract/runs.ts";
import type { EventHub } from "../event-hub.ts";
import type { LogFilter, LogTable, NewLogLine } from "../store/log-table.ts";

const writeEveryMs = 200;
/** Lines that wait while the store cannot be written; those beyond are lost, the oldest last. */
const mostWaiting = 10_000;

/** Takes lines of all connectors. */
export class LogWriter {
  readonly #table: LogTable;
  readonly #hub: EventHub;
  readonly #waiting = new Map<string, NewLogLine[]>();
  readonly #timer: NodeJS.Timeout;

  constructor(table: LogTable, hub: EventHub) {
    this.#table = table;
    this.#hub = hub;
    this.#timer = setInterval(() => this.flush(), writeEveryMs).unref();
  }

  /** Takes a line as a job's logger writes it. */
  addJson(connectorId: string, runId: string | null, json: string): void {
    const line = parseLogLine(json, runId);
    if (line) this.add(connectorId, line);
  }

  /** Takes a line of the console's own. */
  add(connectorId: string, line: NewLogLine): void {
    const lines = this.#waiting.get(connectorId) ?? [];
    if (lines.length < mostWaiting) lines.push(line);
    this.#waiting.set(connectorId, lines);
  }

  /** Writes what waits. A store that cannot be written now is tried again; a run does not fail for its log. */
  flush(): void {
    for (const [connectorId, lines] of this.#waiting) {
      if (lines.length === 0) continue;
      try {
        const seq = this.#table.append(connectorId, lines);
        this.#waiting.delete(connectorId);
        this.#hub.publish({ type: "logged", connectorId, seq });
      } catch {
        // A full disk; the run itself says so.
      }
    }
  }

  /** A page of lines, newest first, with whatever was logged until now; some thousand lines a step. */
  page(connectorId: string, filter: LogFilter): Generator<void, LogPage, undefined> {
    this.flush();
    return this.#table.page(connectorId, filter);
  }

  /** Every line, oldest first, for a download. */
  all(connectorId: string): Iterable<LogLine> {
    this.flush();
    return this.#table.all(connectorId);
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}

/** A line as a job's logger writes it, its details sorted; undefined for anything else. */
export function parseLogLine(json: string, runId: string | null): NewLogLine | undefined {
  try {
    // A line of our own logger: an object with these keys first.
    const { level, ts, caller: _, msg, ...fields } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    return {
      timeMs: Math.round(Number(ts) * 1000),
      level: logLevels.find((name) => name === level) ?? "info",
      message: String(msg),
      fields: Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      runId,
    };
  } catch {
    return undefined;
  }
}
