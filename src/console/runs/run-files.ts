/**
 * The files of connectors and runs: the one that runs work on, the current one, and those kept of runs. A file is never
 * written in place, so that further names for it (hard links) cost nothing and stay what they are.
 */
import { copyFileSync, existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseRunRecord, type RunRecord, runRecordPath } from "../../sdk/contracts/run-record.ts";
import { errnoOf } from "../../sdk/errors.ts";
import { rowsExtension } from "../kept-files.ts";
import type { DataDirectory } from "../store/data-directory.ts";

/** Finds and moves them. */
export class RunFiles {
  readonly #data: DataDirectory;

  constructor(data: DataDirectory) {
    this.#data = data;
  }

  /** What runs of the connector write into. An unfinished sync in it is gone on with. */
  working(connectorId: string): string {
    return join(this.#data.connectorFolder(connectorId), "working.c1z");
  }

  /** The last good file; undefined when there is none. */
  current(connectorId: string): string | undefined {
    return existing(this.#currentPath(connectorId));
  }

  /** The file kept of a run; undefined when there is none. */
  ofRun(runId: string): string | undefined {
    return existing(this.#data.runFile(runId));
  }

  /** Folder for what was worked out of the file of a run; it need not be there. */
  answersOf(runId: string): string {
    return `${this.#data.runFile(runId)}.answers`;
  }

  /** Forgets the record of an earlier run, so that one that is found later is of the run that begins now. */
  forgetRecord(connectorId: string): void {
    rmSync(runRecordPath(this.working(connectorId)), { force: true });
  }

  /** What the last run left beside its file. */
  record(connectorId: string): RunRecord | undefined {
    try {
      return parseRunRecord(readFileSync(runRecordPath(this.working(connectorId)), "utf8"));
    } catch {
      // A run that failed early leaves none.
      return undefined;
    }
  }

  /** Keeps the file that a run has just written, with its record. */
  keep(connectorId: string, runId: string): void {
    const kept = this.#data.runFile(runId);
    link(this.working(connectorId), kept);
    link(runRecordPath(this.working(connectorId)), runRecordPath(kept));
  }

  /** Makes the file of a run the current one. */
  promote(connectorId: string, runId: string): void {
    const [kept, current] = [this.#data.runFile(runId), this.#currentPath(connectorId)];
    link(kept, current);
    link(runRecordPath(kept), runRecordPath(current));
  }

  /** Lets the next run begin from the current file instead of the last one: that one is not to be compared with. */
  workFromCurrent(connectorId: string): void {
    const current = this.current(connectorId);
    if (current !== undefined) link(current, this.working(connectorId));
  }

  /** Deletes the file kept of a run, with what was worked out of it. */
  discard(runId: string): void {
    const kept = this.#data.runFile(runId);
    for (const path of [kept, runRecordPath(kept)]) rmSync(path, { force: true });
    rmSync(this.answersOf(runId), { recursive: true, force: true });
  }

  /** Deletes the rows that were read out of the file of a run, which are read again if somebody asks; figures stay. */
  discardRows(runId: string): void {
    const folder = this.answersOf(runId);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of names.filter((one) => one.endsWith(rowsExtension))) rmSync(join(folder, name), { force: true });
  }

  /** Deletes the files of a connector. */
  removeConnector(connectorId: string): void {
    rmSync(this.#data.connectorFolder(connectorId), { recursive: true, force: true });
  }

  #currentPath(connectorId: string): string {
    return join(this.#data.connectorFolder(connectorId), "current.c1z");
  }
}

/** Puts a further name for `from` in the place of `to`, at once or not at all. */
function link(from: string, to: string): void {
  const temporary = `${to}.linking`;
  rmSync(temporary, { force: true });
  try {
    linkSync(from, temporary);
  } catch (caught) {
    // Some file systems know no second name; a copy does the same for more room.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EMLINK"].includes(errnoOf(caught))) throw caught;
    copyFileSync(from, temporary);
  }
  renameSync(temporary, to);
}

function existing(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined;
}
