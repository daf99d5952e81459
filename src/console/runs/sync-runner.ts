/**
 * Runs syncs, each in a process of its own, at most so many side by side; others wait their turn. Knows runs and
 * processes; how a run ended is written down by the archive.
 */
import { randomUUID } from "node:crypto";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import type { Clock } from "../../sdk/clock.ts";
import { toBatonError } from "../../sdk/errors.ts";
import type { RunDetail, RunProgress, RunSummary, RunTotals } from "../contract/runs.ts";
import type { EventHub } from "../event-hub.ts";
import { sentErrorOf } from "../failures/describe-failure.ts";
import { budgetFact } from "../failures/remote-failures.ts";
import { RunningError } from "../failures/running-error.ts";
import type { Store } from "../store/store.ts";
import type { JobSettings, SentError } from "../worker/messages.ts";
import {
  lostProcess,
  startWorker,
  stoppedProcess,
  type WorkerEnd,
  type WorkerProcess,
} from "../worker/worker-process.ts";
import type { LogWriter } from "./log-writer.ts";
import type { RunArchive } from "./run-archive.ts";
import type { RunFiles } from "./run-files.ts";
import { firstProgress, nextProgress } from "./run-progress.ts";
import { newRun } from "./run-results.ts";

const lost = {
  effect: "The last good file stays as it is.",
  hint: "Sync again; what was read is gone on with. If it stays, report it with the log.",
};

/** Syncs that run at once. */
const mostAtOnce = 2;
/** A sync that was told to stop has so long to save what it has; then it is ended, and nothing is lost either. */
const stopWithinMs = 1500;
const closeWithinMs = 8000;

/** What a run is made with; read when its turn has come. */
export interface RunSettings {
  readonly settings: JobSettings;
  readonly keyFingerprint: string;
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the runner works with. */
export interface SyncRunnerParts {
  readonly store: Store;
  readonly archive: RunArchive;
  readonly files: RunFiles;
  readonly logs: LogWriter;
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly program: ProgramCommand;
  readonly scratch: string;
  /** Asked when the turn of a run has come. @throws BatonError when the connector cannot run as it is set up. */
  readonly access: { ofSync(connectorId: string): Promise<RunSettings> };
}

/** Told when a run has begun or ended. */
export type RunListener = (connectorId: string, ended?: RunDetail) => void;

/** How a run is begun. */
export interface StartOptions {
  readonly startedBy: RunSummary["startedBy"];
  readonly acceptChanges?: boolean | undefined;
}

interface ActiveRun {
  readonly run: RunDetail;
  readonly acceptChanges: boolean;
  progress: RunProgress;
  process: WorkerProcess | undefined;
  wasCancelled: boolean;
  totals: RunTotals | null;
  /** Resolves when the run is written down. */
  readonly done: PromiseWithResolvers<void>;
}

/** The syncs of all connectors. */
export class SyncRunner {
  readonly #parts: SyncRunnerParts;
  readonly #active = new Map<string, ActiveRun>();
  #listener: RunListener = () => {};
  #isClosing: boolean = false;

  constructor(parts: SyncRunnerParts) {
    this.#parts = parts;
  }

  /** Tells of each run that begins or ends, from now on. */
  follow(listener: RunListener): void {
    this.#listener = listener;
  }

  /** Begins a sync, or puts it in the queue. @returns the id of the run. @throws RunningError */
  start(connectorId: string, { startedBy, acceptChanges = false }: StartOptions): string {
    const running = this.#active.get(connectorId);
    if (running) throw new RunningError(running.run.runId);
    const { store, clock } = this.#parts;
    const run = newRun({ runId: randomUUID(), connectorId, startedBy, startedAtMs: clock.nowMs() });
    store.runs.put(run);
    this.#active.set(connectorId, {
      run,
      acceptChanges,
      progress: firstProgress(run, true),
      process: undefined,
      wasCancelled: false,
      totals: null,
      done: Promise.withResolvers<void>(),
    });
    this.#startNext();
    this.#listener(connectorId);
    return run.runId;
  }

  /** The progress of the connector's run; null when none is under way. */
  progress(connectorId: string): RunProgress | null {
    return this.#active.get(connectorId)?.progress ?? null;
  }

  /** Stops the connector's run; resolves when it has ended. */
  async cancel(connectorId: string): Promise<void> {
    const active = this.#active.get(connectorId);
    if (!active) return;
    active.wasCancelled = true;
    this.#show(active, { ...active.progress, isCancelling: true });
    if (active.process) active.process.stop(stopWithinMs);
    else if (active.progress.isQueued) this.#end(active, { kind: "ended", error: stoppedProcess });
    await active.done.promise;
  }

  /** Stops all runs in good order. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const all = [...this.#active.values()];
    for (const active of all) {
      if (active.process) active.process.stop(closeWithinMs);
      else if (active.progress.isQueued) this.#end(active, { kind: "ended", error: stoppedProcess });
    }
    await Promise.all(all.map(({ done }) => done.promise));
  }

  #startNext(): void {
    const all = [...this.#active.values()];
    const free = mostAtOnce - all.filter(({ progress }) => !progress.isQueued).length;
    for (const next of all.filter(({ progress }) => progress.isQueued).slice(0, Math.max(0, free))) {
      this.#show(next, { ...next.progress, isQueued: false });
      void this.#run(next);
    }
  }

  /** Never rejects: whatever goes wrong is how the run ended. */
  async #run(active: ActiveRun): Promise<void> {
    let end: WorkerEnd;
    try {
      end = await this.#work(active);
    } catch (caught) {
      end = { kind: "ended", error: sentErrorOf(toBatonError(caught)) };
    }
    this.#end(active, end);
  }

  async #work(active: ActiveRun): Promise<WorkerEnd> {
    const { access, files, logs, program, scratch, store } = this.#parts;
    const { connectorId, runId } = active.run;
    const { settings, env } = await access.ofSync(connectorId);
    if (active.wasCancelled) return { kind: "ended", error: stoppedProcess };
    files.forgetRecord(connectorId);
    const before = store.connectors.get(connectorId);
    const lastGood = before ? this.#parts.archive.lastGoodRun(before) : null;
    const { acceptChanges } = active;
    active.process = startWorker({
      program,
      env,
      job: { kind: "sync", settings, file: files.working(connectorId), tempDir: scratch, acceptChanges },
      onMessage: (message) => {
        if (message.type === "log") logs.addJson(connectorId, runId, message.line);
        else if (message.type === "counted") {
          active.totals = message.totals;
          if (message.organization !== "") store.connectors.update(connectorId, { name: message.organization });
        } else if (message.type === "progress") {
          this.#show(active, nextProgress(active.progress, message.progress, lastGood, this.#parts.clock.nowMs()));
        }
      },
    });
    // It may have been cancelled, or the console be closed, while the settings were read.
    if (this.#isClosing) active.process.stop(closeWithinMs);
    return await active.process.ended;
  }

  #end(active: ActiveRun, end: WorkerEnd): void {
    const { connectorId, runId } = active.run;
    const { archive, files, logs, clock } = this.#parts;
    const error = end.kind === "lost" ? lostProcess("the sync", end.how, lost) : withBudget(end.error, active.progress);
    if (end.kind === "lost") {
      const fields = { how: end.how, last_words: end.lastWords };
      const message = "the process of the sync ended unexpectedly";
      logs.add(connectorId, { timeMs: clock.nowMs(), level: "error", message, fields, runId });
    }
    logs.flush();
    const { totals, wasCancelled } = active;
    const record = active.process ? files.record(connectorId) : undefined;
    let ended: RunDetail | undefined;
    try {
      ended = archive.end(active.run, { endedAtMs: clock.nowMs(), record, totals, error, wasCancelled });
    } catch {
      // The store cannot be written, or a file not be linked: the next start finds the run and its record, and ends it.
    }
    this.#active.delete(connectorId);
    active.done.resolve();
    if (!this.#isClosing) this.#startNext();
    this.#listener(connectorId, ended);
  }

  #show(active: ActiveRun, progress: RunProgress): void {
    active.progress = progress;
    this.#parts.hub.publish({ type: "progress", progress });
  }
}

/** An error of the rate limit, with what the run last knew of it. */
function withBudget(error: SentError | null, { rateLimit }: RunProgress): SentError | null {
  if (!error?.code.startsWith("CS-RATE-") || rateLimit?.limit == null || rateLimit.remaining === null) return error;
  return { ...error, facts: [...error.facts, budgetFact(rateLimit.remaining, rateLimit.limit)] };
}
