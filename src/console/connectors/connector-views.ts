/** Connectors as the page sees them: what is kept, what runs, and what follows from both. */
import { defaultBaseUrl } from "../../cloudsmith/config.ts";
import { requestedFields } from "../../cloudsmith/on-request/settings.ts";
import type { ConnectorDetail, ConnectorSummary, KeyFacts, ScheduleProblem } from "../contract/connectors.ts";
import type { RunDetail } from "../contract/runs.ts";
import type { RunArchive } from "../runs/run-archive.ts";
import type { RunFiles } from "../runs/run-files.ts";
import { summaryOf } from "../runs/run-results.ts";
import { nextMoments } from "../runs/schedule.ts";
import { nextRunAt } from "../runs/scheduler.ts";
import type { ServiceSupervisor } from "../runs/service-supervisor.ts";
import type { SyncRunner } from "../runs/sync-runner.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import type { ConnectionTests } from "./connection-tests.ts";
import { bannerOf, isRateLimited, type StatusFacts, statusOf } from "./connector-status.ts";
import { type Environment, findKeys } from "./found-settings.ts";

/** Moments of a schedule that are shown. */
const shownMoments = 3;

/** What the views are made of. */
export interface ViewParts {
  readonly store: Store;
  readonly archive: RunArchive;
  readonly files: RunFiles;
  readonly runner: SyncRunner;
  readonly tests: ConnectionTests;
  readonly services: ServiceSupervisor;
  /** Where keys of this machine are looked up. */
  readonly env: Environment;
}

/** A line of the list. */
export function summaryView(connector: ConnectorRecord, parts: ViewParts): ConnectorSummary {
  return { ...summary(factsOf(connector, parts)), ...(problemOf(connector, parts) && { nextRunAtMs: null }) };
}

/** Why a schedule cannot run as things are; null when it can, or when there is none. */
function problemOf(connector: ConnectorRecord, { store, env }: ViewParts): ScheduleProblem | null {
  const { id, key, schedule, settings, isSample, mode } = connector;
  if (schedule.kind === "manual" || mode === "service" || isSample) return null;
  if (key === null || settings.orgSlug === "") return "not-set-up";
  if (key.source !== "entered") return hasFoundKey(key, env) ? null : "key-gone";
  const place = store.secrets.place(id, "api-key");
  if (place === undefined) return "key-gone";
  return place === "encrypted" && store.secrets.storage === "memory" ? "key-sealed" : null;
}

function hasFoundKey({ source }: Pick<KeyFacts, "source">, env: Environment): boolean {
  return findKeys(env).some((found) => found.source === source);
}

const requestable = requestedFields.map(({ name, description = name }) => ({ name, text: description }));

/** Everything of one. */
export function detailView(connector: ConnectorRecord, parts: ViewParts, nowMs: number): ConnectorDetail {
  const { archive, files, store } = parts;
  const facts = factsOf(connector, parts);
  const { settings, schedule, key, id } = connector;
  const problem = problemOf(connector, parts);
  const question = archive.openQuestion(connector);
  return {
    ...summary(facts),
    ...(problem && { nextRunAtMs: null }),
    createdAtMs: connector.createdAtMs,
    requestable,
    settings: { ...settings, c1SecretIsSet: store.secrets.place(id, "c1-client-secret") !== undefined },
    key: key && { ...key, storage: storageOf(connector, store) },
    schedule,
    nextRunsMs: connector.isPaused || problem ? [] : upcoming(connector, nowMs),
    scheduleProblem: problem,
    failure: bannerOf(facts),
    heldRun: question?.failure ? { runId: question.runId, failure: question.failure } : null,
    consecutiveFailures: archive.consecutiveFailures(connector),
    service: connector.mode === "service" ? facts.service : null,
    currentFile: files.current(id) ?? null,
  };
}

/** True when a key is kept, or is looked up elsewhere. */
export function hasKey({ id, key, isSample }: ConnectorRecord, { secrets }: Store): boolean {
  if (isSample) return true;
  if (key === null) return false;
  return key.source !== "entered" || secrets.place(id, "api-key") !== undefined;
}

function storageOf({ id, key }: ConnectorRecord, { secrets }: Store): "encrypted" | "memory" | "not-stored" {
  if (key?.source !== "entered") return "not-stored";
  return secrets.place(id, "api-key") ?? "memory";
}

function upcoming(connector: ConnectorRecord, nowMs: number): readonly number[] {
  const { schedule, scheduleSinceMs } = connector;
  // An interval counts from the last run, a calendar from now.
  const fromMs =
    schedule.kind === "interval" ? Math.max(scheduleSinceMs, nowMs - schedule.everyMinutes * 60_000) : nowMs;
  return nextMoments(schedule, fromMs, shownMoments);
}

interface Facts extends StatusFacts {
  readonly lastGood: RunDetail | null;
}

function factsOf(connector: ConnectorRecord, { store, runner, tests, services }: ViewParts): Facts {
  const { id, currentRunId } = connector;
  const currentRun = (currentRunId === null ? undefined : store.runs.get(currentRunId)) ?? null;
  return {
    connector,
    hasKey: hasKey(connector, store),
    isTesting: tests.isRunning(id),
    progress: runner.progress(id),
    lastRun: store.runs.lastEnded(id) ?? null,
    currentRun,
    lastGood: currentRun,
    service: services.state(id),
  };
}

function summary(facts: Facts): ConnectorSummary {
  const { connector, progress, lastRun, lastGood } = facts;
  const { id, name, mode, owner, settings, isSample, isPaused, retryAtMs } = connector;
  const status = statusOf(facts);
  const waitingUntilMs = progress && isRateLimited(progress) ? progress.waiting?.untilMs : retryAtMs;
  return {
    id,
    name: name || settings.orgSlug || "New connector",
    mode,
    owner,
    orgSlug: settings.orgSlug,
    host: settings.baseUrl === defaultBaseUrl ? "" : (URL.parse(settings.baseUrl)?.host ?? ""),
    isSample,
    status,
    ...(status === "Rate limited" && waitingUntilMs != null && { waitingUntilMs }),
    isPaused,
    lastRun: lastRun && summaryOf(lastRun),
    lastGoodRun: lastGood && summaryOf(lastGood),
    nextRunAtMs: nextRunAt(connector),
    progress,
  };
}
