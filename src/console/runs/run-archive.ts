/** Writes down what became of a run: its result, its file, and whether that is the current one from now on. */

import { isVendorUrl } from "../../cloudsmith/pasted.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { RunRecord } from "../../sdk/contracts/run-record.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import { organizationTitle } from "../contract/connectors.ts";
import type { Failure } from "../contract/failures.ts";
import type { RunDetail, RunsPage } from "../contract/runs.ts";
import { describeFailure } from "../failures/describe-failure.ts";
import { type FailingConnector, inUtc } from "../failures/failure-context.ts";
import type { KeptFile, KeptFiles } from "../kept-files.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import type { SentError } from "../worker/messages.ts";
import type { RunFiles } from "./run-files.ts";
import { endedRun, goodResults, isGood, type RunEnding, summaryOf, withFailure } from "./run-results.ts";

/** Files kept of a connector's runs, runs kept, lines kept. */
export const keptFiles = 50;
const keptRuns = 500;
/** Files that are looked at for the sync before. */
const offeredBefore = 5;
const keptLines = 100_000;

/** The past of all connectors. */
export class RunArchive implements KeptFiles {
  readonly #store: Store;
  readonly #files: RunFiles;
  readonly #clock: Clock;

  constructor(store: Store, files: RunFiles, clock: Clock) {
    this.#store = store;
    this.#files = files;
    this.#clock = clock;
  }

  /** Ends a run. @returns what is kept of it. */
  end(run: RunDetail, ending: RunEnding): RunDetail {
    const { connectorId, runId } = run;
    const connector = this.#store.connectors.get(connectorId);
    let ended = endedRun(run, ending);
    if (ended.file) this.#files.keep(connectorId, runId);
    if (connector) ended = withFailure(ended, this.#failureOf(connector, ended, ending.error));
    this.#store.runs.put(ended);
    if (connector && ended.file) this.#settleFile(connector, ended);
    this.#prune(connectorId);
    return ended;
  }

  /** A page of runs, newest first. */
  page(connectorId: string, part: { readonly offset?: number; readonly limit: number }): RunsPage {
    const { runs } = this.#store;
    return { rows: runs.list(connectorId, part).map(summaryOf), total: runs.count(connectorId) };
  }

  /** @throws BatonError `CONSOLE-NO-RUN` */
  run(runId: string): RunDetail {
    const run = this.#store.runs.get(runId);
    if (run) return run;
    throw new BatonError({
      code: "CONSOLE-NO-RUN",
      status: Status.notFound,
      message: "There is no such run, or it is not kept any more.",
      effect: "Nothing was done.",
      hint: "Go back to the history of the connector.",
    });
  }

  /** The current file of a connector. */
  currentFile(connectorId: string): KeptFile | undefined {
    const connector = this.#store.connectors.get(connectorId);
    const path = connector && this.#files.current(connectorId);
    if (!connector || path === undefined) return undefined;
    const run = connector.currentRunId === null ? undefined : this.#store.runs.get(connector.currentRunId);
    const title = organizationTitle(connector.name, run?.target ?? connector.settings.orgSlug);
    const about = { path, title, connectorId };
    if (!run) return { ...about, fileName: connector.name };
    return {
      ...about,
      fileName: fileName(run, connector),
      answers: this.#files.answersOf(run.runId),
      before: this.#filesBefore(run),
    };
  }

  /** The file kept of a run. */
  runFile(runId: string): KeptFile | undefined {
    const run = this.#store.runs.get(runId);
    const path = run && this.#files.ofRun(runId);
    if (!run || path === undefined) return undefined;
    const connector = this.#store.connectors.get(run.connectorId);
    const title = `${organizationTitle(connector?.name ?? "", run.target ?? "")}, ${inUtc(run.startedAtMs)}`;
    const names = { title, connectorId: run.connectorId, fileName: fileName(run, connector) };
    return { path, ...names, answers: this.#files.answersOf(runId), before: this.#filesBefore(run) };
  }

  /** Kept files of runs on the same organization that began before this one. */
  #filesBefore({ connectorId, runId, target }: RunDetail): readonly string[] {
    const runs = this.#store.runs.list(connectorId, { before: runId, limit: keptFiles });
    const same = runs.filter((run) => run.target === target);
    return same.flatMap((run) => this.#files.ofRun(run.runId) ?? []).slice(0, offeredBefore);
  }

  /** Ids of good runs on the same organization before this one whose files are kept, newest first. @param most of them. */
  goodRunsBefore(runId: string, most: number): readonly string[] {
    // A partial roster lacks people who are there all the same.
    return this.#store.runs.withFileBefore(this.run(runId), goodResults, most);
  }

  /** What is known of a connector besides an error of it. */
  factsFor(connector: ConnectorRecord): FailingConnector {
    const { settings, key, name } = connector;
    const lastGood = this.lastGoodRun(connector);
    const sameKey = lastGood !== null && key !== null && lastGood.keyFingerprint === key.fingerprint;
    const sameSlug = lastGood?.target === settings.orgSlug;
    return {
      orgSlug: settings.orgSlug,
      orgName: name === settings.orgSlug ? "" : name,
      host: URL.parse(settings.baseUrl)?.host ?? settings.baseUrl,
      isVendorHost: isVendorUrl(settings.baseUrl),
      file: this.#fileOf(connector),
      proxy: settings.proxy,
      key,
      keyWorkedAtMs: sameKey ? lastGood.endedAtMs : null,
      lastGoodAtMs: sameSlug ? lastGood.endedAtMs : null,
    };
  }

  #fileOf({ id, currentRunId }: ConnectorRecord): FailingConnector["file"] {
    const run = currentRunId === null ? undefined : this.#store.runs.get(currentRunId);
    if (!run || this.#files.current(id) === undefined) return "none";
    return isGood(run) ? "good" : "partial";
  }

  /** The held run that somebody has still to decide about: one that was not answered, with no good run since. */
  openQuestion({ id }: ConnectorRecord): RunDetail | null {
    const first = this.#store.runs.latest(id, [...goodResults, "Held"]);
    return first?.result === "Held" && !first.isAnswered ? first : null;
  }

  /** The latest run of the connector that was good. */
  lastGoodRun({ id }: ConnectorRecord): RunDetail | null {
    return this.#store.runs.latest(id, goodResults) ?? null;
  }

  /** Runs that a console that was killed left open: their record says how they ended, if they did. */
  endAbandoned(): void {
    for (const run of this.#store.runs.unfinished()) {
      const record = this.#files.record(run.connectorId);
      const error = record?.replaced ? null : errorIn(record);
      const endedAtMs = record ? Date.parse(record.endedAt) : this.#clock.nowMs();
      this.end(run, { endedAtMs, record, totals: null, error, wasCancelled: false });
    }
  }

  /** How many runs have failed one after another, the latest first. */
  consecutiveFailures({ id }: ConnectorRecord): number {
    const ended = this.#store.runs.results(id, 100);
    const firstOther = ended.findIndex((result) => result !== "Failed" && result !== "Incomplete");
    return firstOther < 0 ? ended.length : firstOther;
  }

  #failureOf(connector: ConnectorRecord, run: RunDetail, error: SentError | null): Failure | null {
    const told = run.result === "Interrupted" ? endedWithConsole : error;
    const described = told ? withDrop(told, run) : remarkOf(run);
    if (!described) return null;
    const triesAgain = described.retryAtMs !== undefined && !connector.isPaused && connector.mode !== "service";
    return describeFailure({ error: described, connector: this.factsFor(connector), triesAgain });
  }

  /** A partial file never takes the place of a good one; where there is no good one it is better than nothing. */
  #settleFile(connector: ConnectorRecord, run: RunDetail): void {
    const { id, currentRunId } = connector;
    const current = currentRunId === null ? undefined : this.#store.runs.get(currentRunId);
    const keepsGood = !isGood(run) && current !== undefined && isGood(current) && this.#files.current(id) !== undefined;
    if (keepsGood) {
      // The next run is compared with the good file, not with one that lacks rows.
      this.#files.workFromCurrent(id);
      return;
    }
    this.#files.promote(id, run.runId);
    if (currentRunId !== null && currentRunId !== run.runId) this.#files.discardRows(currentRunId);
    this.#store.connectors.update(id, { currentRunId: run.runId });
  }

  #prune(connectorId: string): void {
    for (const run of this.#store.runs.withFileBeyond(connectorId, keptFiles)) {
      this.#files.discard(run.runId);
      this.#store.runs.put({ ...run, file: null });
    }
    this.#store.runs.prune(connectorId, keptRuns);
    this.#store.logs.prune(connectorId, keptLines);
  }
}

/** What was read, and on which day. */
function fileName(run: RunDetail, connector: ConnectorRecord | undefined): string {
  const organization = run.target ?? connector?.settings.orgSlug ?? "";
  return `${organization || "cloudsmith"}-${new Date(run.startedAtMs).toISOString().slice(0, 10)}`;
}

const endedWithConsole: SentError = {
  code: "BATON-INTERRUPTED",
  status: Status.canceled,
  message: "The console ended before this sync did.",
  hint: "The next sync goes on from there.",
  candidates: [],
  facts: [],
};

/** What a run that nobody waited for says of its end. */
function errorIn(record: RunRecord | undefined): SentError {
  if (!record?.error) return endedWithConsole;
  return { ...record.error, status: Status.unknown, candidates: [], facts: [] };
}

/** The error of a held run, with what fell away. */
function withDrop(error: SentError, { drop }: RunDetail): SentError {
  if (!drop) return error;
  const facts = drop.counts.map(({ what, before, after }) => [what, `${before} before, ${after} now`] as const);
  return { ...error, facts, candidates: drop.sampleNames };
}

/** What is to be said of a run that ended without an error. */
function remarkOf(run: RunDetail): SentError | null {
  const none = { status: 0, message: "", candidates: [], facts: [] };
  if (run.result === "Partial roster") {
    const signals = run.signals.filter(({ level }) => level !== "note");
    const candidates = signals.map(({ message, count }) => (count > 1 ? `${message} (${count})` : message));
    return { ...none, code: "CONSOLE-PARTIAL", candidates, facts: [["Signs", signals.map(({ id }) => id).join(", ")]] };
  }
  return isGood(run) && run.totals !== null && run.totals.members <= 1 ? { ...none, code: "CONSOLE-EMPTY" } : null;
}
