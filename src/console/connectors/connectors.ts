/**
 * The connectors of a console: what was entered, what is done with them, and how they are doing. The one thing that the
 * server asks. Knows nothing of HTTP, sessions and pages; audit lines are written by the routes.
 */

import { randomBytes } from "node:crypto";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import { type Clock, systemClock } from "../../sdk/clock.ts";
import { secretFingerprint, secretTail } from "../../sdk/config/pasted-secret.ts";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import type {
  ConnectorDetail,
  ConnectorSummary,
  DeployFile,
  DeployTarget,
  FoundSettings,
  KeyFacts,
  Schedule,
  ServiceState,
  SettingsSaved,
  TestState,
} from "../contract/connectors.ts";
import type { CreateConnector, SettingsInput } from "../contract/inputs.ts";
import type { RunDetail } from "../contract/runs.ts";
import { deployFiles } from "../deploy/deploy-files.ts";
import type { EventHub } from "../event-hub.ts";
import { RunningError } from "../failures/running-error.ts";
import { Notifier } from "../notifications/notifier.ts";
import { LogWriter } from "../runs/log-writer.ts";
import { RunArchive } from "../runs/run-archive.ts";
import { RunFiles } from "../runs/run-files.ts";
import { checkSchedule, nextMoments } from "../runs/schedule.ts";
import { startScheduler } from "../runs/scheduler.ts";
import { ServiceSupervisor } from "../runs/service-supervisor.ts";
import { SyncRunner } from "../runs/sync-runner.ts";
import type { AuditLog } from "../store/audit-log.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { DataDirectory } from "../store/data-directory.ts";
import type { PersonTable } from "../store/person-table.ts";
import type { Store } from "../store/store.ts";
import { backUp } from "./back-up.ts";
import { ConnectionTests } from "./connection-tests.ts";
import { detailView, hasKey, summaryView, type ViewParts } from "./connector-views.ts";
import { findSettings } from "./found-settings.ts";
import { JobAccess } from "./job-access.ts";
import { isBlank, newConnector } from "./new-connector.ts";
import { SampleOrganization } from "./sample-organization.ts";
import { checkTypedSlug, emptySettings, readSettings } from "./settings-input.ts";

/** What is open already, and what connectors are run with. */
export interface ConnectorParts {
  readonly data: DataDirectory;
  readonly store: Store;
  readonly audit: AuditLog;
  readonly hub: EventHub;
  readonly clock: Clock;
  /** The console's environment: keys that are looked up in it, proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From `thisProgram`. */
  readonly program: ProgramCommand;
}

/** A run that waits for the budget of the hour begins up to so much later than it may: others wait as well. */
const retryJitterMs = 30_000;

/**
 * All connectors. Methods throw BatonErrors: `CONSOLE-NO-CONNECTOR` (status NotFound), `CONSOLE-RUNNING` (status
 * AlreadyExists, a `RunningError` with the id of the run), and those of settings (InvalidArgument).
 */
export class Connectors {
  readonly dataDir: string;
  readonly audit: AuditLog;
  /** People with a link of their own. */
  readonly persons: PersonTable;
  /** Where the files of reviews lie. */
  readonly reviewsFolder: string;
  /** Runs that have ended, and their files. */
  readonly archive: RunArchive;
  readonly logs: LogWriter;
  /** Tells somebody of trouble, and of its end. */
  readonly notifier: Notifier;
  readonly #parts: ConnectorParts;
  readonly #files: RunFiles;
  readonly #runner: SyncRunner;
  readonly #tests: ConnectionTests;
  readonly #services: ServiceSupervisor;
  readonly #stopScheduler: () => Promise<void>;
  readonly #access: JobAccess;
  readonly #views: ViewParts;
  readonly #sample: SampleOrganization;
  /** Whose a key is, by its fingerprint, as tests have found out. */
  readonly #keyOwners = new Map<string, KeyFacts["owner"]>();
  #closing: Promise<void> | undefined;

  constructor(parts: ConnectorParts) {
    const { data, store, audit, hub, clock, env, program } = parts;
    this.#parts = parts;
    this.dataDir = data.path;
    this.audit = audit;
    this.#files = new RunFiles(data);
    this.archive = new RunArchive(store, this.#files, clock);
    this.persons = store.persons;
    this.reviewsFolder = data.reviews;
    this.logs = new LogWriter(store.logs, hub);
    this.#sample = new SampleOrganization(clock);
    this.#access = new JobAccess({ store, sample: this.#sample, env });
    const common = { store, hub, clock, program, scratch: data.scratch, logs: this.logs, access: this.#access };
    this.#tests = new ConnectionTests(common);
    this.#runner = new SyncRunner({ ...common, archive: this.archive, files: this.#files });
    this.#services = new ServiceSupervisor(common);
    const { archive } = this;
    const [runner, services] = [this.#runner, this.#services];
    this.#views = { store, env, archive, files: this.#files, runner, tests: this.#tests, services };
    this.notifier = new Notifier({ store, archive, clock, env, program });
    runner.follow((id, ended) => this.#runChanged(id, ended));
    services.follow((id) => this.#publish(id));
    this.archive.endAbandoned();
    for (const connector of store.connectors.list()) {
      if (isBlank(connector, store)) store.connectors.remove(connector.id);
      else if (connector.runsService && !connector.isPaused) services.resume(connector.id);
      else this.#resumeStopped(connector.id);
    }
    this.#stopScheduler = startScheduler({
      connectors: store.connectors,
      clock,
      start: (id) => this.#startScheduled(id),
    });
  }

  get keyStorage(): "encrypted" | "memory" {
    return this.#parts.store.secrets.storage;
  }

  /** All but those for which nothing was entered yet: a set-up that was given up leaves nothing behind. */
  list(): readonly ConnectorSummary[] {
    const { store } = this.#parts;
    const begun = store.connectors.list().filter((connector) => !isBlank(connector, store));
    return begun.map((connector) => summaryView(connector, this.#views));
  }

  detail(id: string): ConnectorDetail {
    return detailView(this.#access.find(id), this.#views, this.#parts.clock.nowMs());
  }

  /** Writes a back-up of everything that is kept. @throws BatonError `CONSOLE-BACKUP` */
  async backUp(path: string): Promise<void> {
    await backUp(this.#parts.program, this.dataDir, path);
  }

  /** The id itself. @throws BatonError `CONSOLE-NO-CONNECTOR` */
  existing(id: string): string {
    return this.#access.find(id).id;
  }

  /** For the names of files: the organization's slug, or whatever else tells it apart. */
  nameOf(id: string): string {
    const { settings, name } = this.#access.find(id);
    return settings.orgSlug || name || id;
  }

  create({ mode, owner, schedule }: CreateConnector): ConnectorDetail {
    const { clock } = this.#parts;
    if (schedule) checkSchedule(schedule, clock.nowMs());
    const begin = { mode, owner: owner.trim(), isSample: false, name: "", key: null };
    return this.detail(this.#insert({ ...begin, ...(schedule && { schedule }) }).id);
  }

  /**
   * Ends what runs of it, and forgets it with its runs, files, logs and secrets.
   * @param slug what somebody typed to confirm it.
   */
  async remove(id: string, slug: string): Promise<void> {
    const { store, hub } = this.#parts;
    const { settings } = this.#access.find(id);
    checkTypedSlug(slug, settings);
    await Promise.all([this.#runner.cancel(id), this.#services.stop(id)]);
    this.#tests.forget(id);
    this.logs.flush();
    for (const run of store.runs.withFileBeyond(id, 0)) this.#files.discard(run.runId);
    store.secrets.forgetAll(id);
    store.connectors.remove(id);
    this.#files.removeConnector(id);
    hub.publish({ type: "connector-removed", connectorId: id });
  }

  foundSettings(id: string): FoundSettings {
    this.#access.find(id);
    return findSettings(this.#parts.env);
  }

  /** Keeps the settings, and starts the first sync where they are complete. @throws RunningError while one runs. */
  async saveSettings(id: string, input: SettingsInput): Promise<SettingsSaved> {
    const progress = this.#runner.progress(id);
    if (progress) throw new RunningError(progress.runId);
    const { saved, notices } = this.#keep(id, input);
    await this.#services.restart(id);
    const startsSync = saved.mode !== "service" && saved.settings.orgSlug !== "" && hasKey(saved, this.#parts.store);
    const runId = startsSync ? this.#runner.start(id, { startedBy: "setup" }) : null;
    return { connector: this.detail(id), notices, runId };
  }

  /** The sample organization's connector: made and synced at the first call, found again later. */
  async startSample(): Promise<ConnectorDetail> {
    const { store } = this.#parts;
    const { orgSlug, baseUrl, name, apiKey, owner } = await this.#sample.access();
    const key = {
      source: "sample" as const,
      sourceName: "the sample organization",
      lastFour: secretTail(apiKey) ?? "",
      fingerprint: secretFingerprint(apiKey),
      owner,
    };
    const existing = store.connectors.list().find(({ isSample }) => isSample);
    const { id } = existing ?? this.#insert({ mode: "once", owner: "", isSample: true, name, key });
    this.#update(id, { settings: { ...emptySettings, orgSlug, baseUrl } });
    if (!this.#files.current(id) && !this.#runner.progress(id)) this.#runner.start(id, { startedBy: "setup" });
    return this.detail(id);
  }

  /**
   * Begins a test of the kept settings with the input over them. In a set-up, before anything has run, what is tried
   * is kept as a draft; later a test changes nothing.
   */
  async startTest(id: string, input: SettingsInput): Promise<TestState> {
    const { store } = this.#parts;
    const isDraft = store.runs.list(id, { limit: 1 }).length === 0 && !this.#runner.progress(id);
    const { record, apiKey } = isDraft
      ? { record: this.#keep(id, input).saved, apiKey: undefined }
      : this.#read(id, input);
    const { settings, keyFingerprint, env } = await this.#access.of(record, apiKey);
    const test = this.#tests.start({
      connectorId: id,
      job: { kind: "check", settings },
      env,
      about: this.archive.factsFor(record),
      onEnd: (state, results) => this.#testEnded(id, keyFingerprint, state, results),
    });
    this.#publish(id);
    return test;
  }

  /** The latest test of a connector; undefined when there was none. */
  test(id: string): TestState | undefined {
    this.#access.find(id);
    return this.#tests.latest(id);
  }

  /** Begins a test of the link to C1. */
  async startC1Test(id: string): Promise<TestState> {
    const { settings, c1, env } = await this.#access.ofService(id);
    return this.#tests.start({
      connectorId: id,
      job: { kind: "c1-check", settings, c1 },
      env,
      about: this.archive.factsFor(this.#access.find(id)),
      onEnd: () => this.#publish(id),
    });
  }

  /** @returns the id of the run. */
  startSync(id: string): string {
    this.#access.find(id);
    return this.#runner.start(id, { startedBy: "person" });
  }

  async cancel(id: string): Promise<ConnectorDetail> {
    this.#access.find(id);
    await this.#runner.cancel(id);
    return this.detail(id);
  }

  /** Nothing syncs by itself any more, and a service stops, until it is resumed. */
  async pause(id: string): Promise<ConnectorDetail> {
    this.#update(id, { isPaused: true });
    await this.#services.stop(id);
    return this.detail(id);
  }

  resume(id: string): ConnectorDetail {
    // What would have come in the meantime is not made up for: it was paused on purpose.
    this.#update(id, { isPaused: false, scheduleSinceMs: this.#parts.clock.nowMs() });
    if (this.#access.find(id).runsService) this.#services.resume(id);
    return this.detail(id);
  }

  /** Syncs again, and takes over what a held run would have changed. @returns the id of the run. */
  confirmChanges(id: string): string {
    this.#access.find(id);
    return this.#runner.start(id, { startedBy: "confirm", acceptChanges: true });
  }

  /** Puts the banner of a run away, the last one unless another is named; of a held one, the old file is kept. */
  keepOld(id: string, runId?: string): ConnectorDetail {
    const { store } = this.#parts;
    const last = store.runs.lastEnded(id);
    const run = runId === undefined ? last : this.archive.run(runId);
    if (run?.result === "Held") store.runs.put({ ...run, isAnswered: true });
    return this.#update(id, run?.runId === last?.runId ? { dismissedRunId: run?.runId ?? null } : {});
  }

  setSchedule(id: string, schedule: Schedule): ConnectorDetail {
    const nowMs = this.#parts.clock.nowMs();
    checkSchedule(schedule, nowMs);
    return this.#update(id, { schedule, scheduleSinceMs: nowMs });
  }

  deployFiles(id: string, target: DeployTarget): readonly DeployFile[] {
    const { mode, schedule, settings } = this.#access.find(id);
    return deployFiles(target, { mode, schedule, orgSlug: settings.orgSlug, c1ClientId: settings.c1ClientId });
  }

  async startService(id: string): Promise<ServiceState> {
    const state = await this.#services.start(id);
    this.#update(id, { runsService: true });
    return state;
  }

  async stopService(id: string): Promise<ServiceState> {
    this.#update(id, { runsService: false });
    return await this.#services.stop(id);
  }

  /** Stops runs and services in good order and gives the data directory back. */
  async close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    await this.#closing;
  }

  async #closeAll(): Promise<void> {
    await this.#stopScheduler();
    await this.notifier.close();
    await Promise.all([this.#runner.close(), this.#tests.close(), this.#services.close()]);
    await this.#sample.close();
    this.logs.close();
    this.#parts.store.close();
    this.audit.close();
    this.#parts.data.release();
  }

  /** Nothing that is kept goes to another place because of what is entered now: then it is asked for again. */
  #read(id: string, input: SettingsInput): ReturnType<typeof readSettings> {
    const { secrets } = this.#parts.store;
    const read = readSettings(this.#access.find(id), input, this.#parts.env);
    const { baseUrl, c1ClientId } = read.record.settings;
    const staysEntered = read.apiKey === undefined && read.record.key?.source === "entered";
    if (staysEntered) secrets.refuseElsewhere(id, "api-key", baseUrl);
    if (read.c1ClientSecret === undefined) secrets.refuseElsewhere(id, "c1-client-secret", c1ClientId);
    return read;
  }

  #keep(id: string, input: SettingsInput): { readonly saved: ConnectorRecord; readonly notices: readonly string[] } {
    const { secrets } = this.#parts.store;
    const { record, apiKey, c1ClientSecret, notices } = this.#read(id, input);
    const { baseUrl, c1ClientId } = record.settings;
    if (apiKey !== undefined) secrets.set(id, "api-key", apiKey, baseUrl);
    else if (record.key?.source !== "entered") secrets.forget(id, "api-key");
    if (c1ClientSecret !== undefined) secrets.set(id, "c1-client-secret", c1ClientSecret, c1ClientId);
    const owner = record.key && (this.#keyOwners.get(record.key.fingerprint) ?? record.key.owner);
    const saved = { ...record, key: record.key && { ...record.key, owner } };
    this.#update(id, saved);
    return { saved, notices };
  }

  #testEnded(id: string, fingerprint: string, test: TestState, results: readonly CheckResult[]): void {
    if (test.keyOwner) this.#keyOwners.set(fingerprint, test.keyOwner);
    const connector = this.#parts.store.connectors.get(id);
    if (connector?.key?.fingerprint !== fingerprint) {
      this.#publish(id);
      return;
    }
    this.#update(id, {
      ...(test.keyOwner && { key: { ...connector.key, owner: test.keyOwner } }),
      // The organization's own name, as soon as a test has seen it.
      name: results.find((result) => result.id === "organization")?.facts?.["name"] || connector.name,
    });
  }

  #insert(begin: Omit<Parameters<typeof newConnector>[0], "id" | "nowMs">): ConnectorRecord {
    const { store, clock } = this.#parts;
    const record = newConnector({ ...begin, id: randomBytes(6).toString("hex"), nowMs: clock.nowMs() });
    store.connectors.put(record);
    this.#publish(record.id);
    return record;
  }

  /** Changes values and tells the page. @throws BatonError `CONSOLE-NO-CONNECTOR` */
  #update(id: string, changes: Partial<Omit<ConnectorRecord, "id">>): ConnectorDetail {
    this.#parts.store.connectors.put({ ...this.#access.find(id), ...changes });
    this.#publish(id);
    return this.detail(id);
  }

  /** Tells the page how a connector is now; nothing of one that is gone, or that nobody has entered anything of. */
  #publish(id: string): void {
    const { store, hub } = this.#parts;
    const connector = store.connectors.get(id);
    if (connector && !isBlank(connector, store)) {
      hub.publish({ type: "connector", connector: summaryView(connector, this.#views) });
    }
  }

  /** Lets the sync that the console's end stopped go on. What was stopped twice may be what ended it, and waits. */
  #resumeStopped(id: string): void {
    const { connectors, runs } = this.#parts.store;
    const [last, before] = runs.results(id, 2);
    if (last === "Interrupted" && before !== "Interrupted")
      connectors.update(id, { retryAtMs: this.#parts.clock.nowMs() });
  }

  #startScheduled(id: string): void {
    const connector = this.#access.find(id);
    if (connector.mode === "service" || !hasKey(connector, this.#parts.store)) return;
    if (!this.#runner.progress(id)) this.#runner.start(id, { startedBy: "schedule" });
  }

  #runChanged(id: string, ended: RunDetail | undefined): void {
    const { connectors } = this.#parts.store;
    if (!connectors.get(id)) return;
    const { state, retryAtMs } = ended?.failure ?? {};
    if (state === "rate-limited" && retryAtMs !== undefined) {
      const later = Math.round(this.#parts.clock.random() * retryJitterMs);
      connectors.update(id, { retryAtMs: retryAtMs + later });
    } else if (ended) connectors.update(id, { retryAtMs: null });
    this.#publish(id);
    const connector = connectors.get(id);
    if (ended && connector && !connector.isSample) this.notifier.runEnded(connector);
  }
}

/** The next three moments of a schedule, milliseconds since the epoch. @throws BatonError `CONSOLE-SCHEDULE` */
export function previewSchedule(schedule: Schedule, nowMs: number = systemClock.nowMs()): readonly number[] {
  checkSchedule(schedule, nowMs);
  return nextMoments(schedule, nowMs, 3);
}
