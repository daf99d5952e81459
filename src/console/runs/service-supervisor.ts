/** Keeps the services for C1 running, each in a process of its own that is started again when it ends unasked. */
import { randomUUID } from "node:crypto";
import type { ServiceEvent } from "../../sdk/c1/events.ts";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import type { Clock } from "../../sdk/clock.ts";
import { toBatonError } from "../../sdk/errors.ts";
import type { ServiceState } from "../contract/connectors.ts";
import type { RunDetail, RunResult } from "../contract/runs.ts";
import type { EventHub } from "../event-hub.ts";
import { describeFailure, sentErrorOf } from "../failures/describe-failure.ts";
import type { NewLogLine } from "../store/log-table.ts";
import type { Store } from "../store/store.ts";
import type { C1Settings, SentError } from "../worker/messages.ts";
import { lostProcess, startWorker, type WorkerEnd, type WorkerProcess } from "../worker/worker-process.ts";
import { type LogWriter, parseLogLine } from "./log-writer.ts";
import { newRun, withFailure } from "./run-results.ts";
import { afterEnd, afterEvent, stoppedService } from "./service-state.ts";
import type { RunSettings } from "./sync-runner.ts";

const lost = {
  effect: "C1 gets no new data until it is back.",
  hint: "It is started again by itself; the log says more.",
};

/** A service that was told to stop has so long to leave its tasks in good order. */
const stopWithinMs = 9_500;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** What the supervisor works with. */
export interface ServiceParts {
  readonly store: Store;
  readonly logs: LogWriter;
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly program: ProgramCommand;
  readonly scratch: string;
  readonly access: { ofService(connectorId: string): Promise<ServiceSettings> };
}

/** What a service is made with. */
export interface ServiceSettings extends RunSettings {
  readonly c1: C1Settings;
}

class RunningService {
  state: ServiceState = { ...stoppedService, isRunning: true };
  process: WorkerProcess | undefined;
  /** Syncs that C1 asked for, by the id of the task. */
  readonly runs = new Map<string, RunDetail>();
  readonly stop = new AbortController();
  ended: Promise<void> = Promise.resolve();
}

/** The services of all connectors. */
export class ServiceSupervisor {
  readonly #parts: ServiceParts;
  readonly #services = new Map<string, RunningService>();

  #listener: (connectorId: string) => void = () => {};

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Tells of each change of a service, from now on. */
  follow(listener: (connectorId: string) => void): void {
    this.#listener = listener;
  }

  /** How the service is doing. */
  state(connectorId: string): ServiceState {
    return this.#services.get(connectorId)?.state ?? stoppedService;
  }

  /** Starts the service; one that runs already stays. @throws BatonError when the connector is not set up for it. */
  async start(connectorId: string): Promise<ServiceState> {
    const running = this.#services.get(connectorId);
    if (running) return running.state;
    // What cannot be mended by waiting is said at once.
    await this.#parts.access.ofService(connectorId);
    return this.resume(connectorId);
  }

  /** Starts the service without looking first, as after a restart of the console: what is amiss stands in its state. */
  resume(connectorId: string): ServiceState {
    const running = this.#services.get(connectorId);
    if (running) return running.state;
    const service = new RunningService();
    this.#services.set(connectorId, service);
    service.ended = this.#keepRunning(connectorId, service);
    this.#show(connectorId, service, service.state);
    return service.state;
  }

  /** Stops the service in good order. */
  async stop(connectorId: string): Promise<ServiceState> {
    const service = this.#services.get(connectorId);
    if (!service) return stoppedService;
    service.stop.abort();
    service.process?.stop(stopWithinMs);
    await service.ended;
    this.#services.delete(connectorId);
    const { hostId, lastContactMs, lastTask } = service.state;
    const state = { ...stoppedService, hostId, lastContactMs, lastTask };
    this.#show(connectorId, service, state);
    return state;
  }

  /** Lets a service that runs begin anew, with the settings as they are now. */
  async restart(connectorId: string): Promise<void> {
    if (!this.#services.has(connectorId)) return;
    await this.stop(connectorId);
    this.resume(connectorId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#services.keys()].map((id) => this.stop(id)));
  }

  /** Never rejects. A process that lasted a while is started again at once, one that keeps ending ever later. */
  async #keepRunning(connectorId: string, service: RunningService): Promise<void> {
    const { clock } = this.#parts;
    let pauseMs = firstPauseMs;
    while (!service.stop.signal.aborted) {
      const startedMs = clock.monotonicMs();
      const error = await this.#runOnce(connectorId, service);
      if (service.stop.signal.aborted) return;
      if (clock.monotonicMs() - startedMs > longestPauseMs) pauseMs = firstPauseMs;
      this.#show(connectorId, service, afterEnd(service.state, error, clock.nowMs() + pauseMs));
      try {
        await clock.sleep(pauseMs, service.stop.signal);
      } catch {
        return;
      }
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  /** One life of the process. @returns why it ended. */
  async #runOnce(connectorId: string, service: RunningService): Promise<SentError> {
    const { access, program, scratch, clock } = this.#parts;
    let end: WorkerEnd;
    try {
      const { settings, c1, env } = await access.ofService(connectorId);
      service.process = startWorker({
        program,
        env,
        job: { kind: "service", settings, c1, tempDir: scratch },
        onMessage: (message) => {
          const line = message.type === "log" ? parseLogLine(message.line, null) : undefined;
          if (line) this.#logged(connectorId, service, line);
          if (message.type === "service") this.#heard(connectorId, service, message.event, message.timeMs);
        },
      });
      if (service.stop.signal.aborted) service.process.stop(stopWithinMs);
      end = await service.process.ended;
    } catch (caught) {
      end = { kind: "ended", error: sentErrorOf(toBatonError(caught)) };
    }
    service.process = undefined;
    const error =
      end.kind === "ended" && end.error
        ? end.error
        : lostProcess("the service", end.kind === "lost" ? end.how : "", lost);
    for (const taskId of service.runs.keys()) this.#endRun(service, taskId, clock.nowMs(), "Interrupted", error);
    return error;
  }

  #logged(connectorId: string, service: RunningService, line: NewLogLine): void {
    const taskId = String(line.fields["task_id"] ?? "");
    this.#parts.logs.add(connectorId, { ...line, runId: service.runs.get(taskId)?.runId ?? null });
  }

  #heard(connectorId: string, service: RunningService, event: ServiceEvent, timeMs: number): void {
    this.#followTask(connectorId, service, event, timeMs);
    const next = afterEvent(service.state, event, timeMs);
    if (next !== service.state) this.#show(connectorId, service, next);
  }

  /** A sync that C1 asks for is a run like any other, but that its file goes to C1. */
  #followTask(connectorId: string, service: RunningService, event: ServiceEvent, timeMs: number): void {
    if (event.kind === "taskBegun" && event.task.type === "syncFull") {
      const run = newRun({ runId: randomUUID(), connectorId, startedBy: "c1", startedAtMs: timeMs });
      service.runs.set(event.task.id, run);
      this.#parts.store.runs.put(run);
    } else if (event.kind === "taskFinished") {
      this.#endRun(service, event.task.id, timeMs, event.result ?? "Complete", null);
    } else if (event.kind === "taskFailed" || event.kind === "taskUntold") {
      this.#endRun(service, event.task.id, timeMs, "Failed", { ...event.error, candidates: [], facts: [] });
    } else if (event.kind === "taskLeft") {
      this.#endRun(service, event.task.id, timeMs, "Interrupted", { ...event.error, candidates: [], facts: [] });
    }
  }

  #endRun(service: RunningService, taskId: string, atMs: number, result: RunResult, error: SentError | null): void {
    const run = service.runs.get(taskId);
    if (!run) return;
    service.runs.delete(taskId);
    const ended = { ...run, endedAtMs: atMs, durationMs: Math.max(0, atMs - run.startedAtMs), result };
    this.#parts.store.runs.put(withFailure(ended, error && describeFailure({ error })));
  }

  #show(connectorId: string, service: RunningService, state: ServiceState): void {
    service.state = state;
    this.#parts.hub.publish({ type: "service", connectorId, service: state });
    this.#listener(connectorId);
  }
}
