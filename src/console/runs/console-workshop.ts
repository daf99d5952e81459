/** The workshop over its parts: finds the connector, asks the part whose business it is, and tells the page. */
import { randomBytes } from "node:crypto";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type {
  ConnectorDetail,
  ConnectorSummary,
  CreateConnector,
  DeployFile,
  DeployTarget,
  FoundSettings,
  KeyFacts,
  Schedule,
  ServiceState,
  SettingsInput,
  SettingsSaved,
  TestState,
} from "../contract/connectors.ts";
import type { LogLine, LogPage, RunDetail } from "../contract/runs.ts";
import type { KeptFile } from "../kept-files.ts";
import type { AuditLog } from "../store/audit-log.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { DataDirectory } from "../store/data-directory.ts";
import type { LogFilter } from "../store/log-table.ts";
import type { Store } from "../store/store.ts";
import { ConnectionTests } from "./connection-tests.ts";
import { type AccessParts, accessOf, c1AccessOf } from "./connector-access.ts";
import { detailView, hasKey, summaryView, type ViewParts } from "./connector-views.ts";
import { deployFiles } from "./deploy/deploy-files.ts";
import { inUtc } from "./failures/failure-context.ts";
import { findKeys, findSettings } from "./found-settings.ts";
import { LogWriter } from "./log-writer.ts";
import { RunArchive } from "./run-archive.ts";
import { RunFiles } from "./run-files.ts";
import { summaryOf } from "./run-results.ts";
import { RunningError } from "./running-error.ts";
import { SampleOrganization } from "./sample-organization.ts";
import { checkSchedule, nextMoments } from "./schedule.ts";
import { Scheduler } from "./scheduler.ts";
import { ServiceSupervisor } from "./service-supervisor.ts";
import { emptySettings, readSettings } from "./settings-input.ts";
import { SyncRunner } from "./sync-runner.ts";
import type { RunPage, Workshop, WorkshopOptions } from "./workshop.ts";

/** What is open already. */
export interface OpenParts {
  readonly data: DataDirectory;
  readonly store: Store;
  readonly audit: AuditLog;
}

/** A run that waits for the budget of the hour begins up to so much later than it may: others wait as well. */
const retryJitterMs = 30_000;

/** The one implementation. */
export class ConsoleWorkshop implements Workshop {
  readonly dataDir: string;
  readonly audit: AuditLog;
  readonly #options: WorkshopOptions;
  readonly #data: DataDirectory;
  readonly #store: Store;
  readonly #files: RunFiles;
  readonly #archive: RunArchive;
  readonly #logs: LogWriter;
  readonly #runner: SyncRunner;
  readonly #tests: ConnectionTests;
  readonly #services: ServiceSupervisor;
  readonly #scheduler: Scheduler;
  readonly #sample = new SampleOrganization();
  readonly #views: ViewParts;
  readonly #access: AccessParts;
  /** Whose a key is, by its fingerprint, as tests have found out. */
  readonly #keyOwners = new Map<string, KeyFacts["owner"]>();

  constructor(options: WorkshopOptions, { data, store, audit }: OpenParts) {
    const { hub, clock, program, env } = options;
    this.#options = options;
    this.dataDir = data.path;
    this.audit = audit;
    this.#data = data;
    this.#store = store;
    this.#files = new RunFiles(data);
    this.#archive = new RunArchive(store, this.#files, clock);
    this.#logs = new LogWriter(store.logs, hub);
    this.#access = { secrets: store.secrets, sample: this.#sample, env };
    this.#tests = new ConnectionTests({ hub, logs: this.#logs, program });
    this.#runner = new SyncRunner({
      store,
      archive: this.#archive,
      files: this.#files,
      logs: this.#logs,
      hub,
      clock,
      program,
      scratch: data.scratch,
      settingsOf: (id) => accessOf(this.#find(id), this.#access),
      onChange: (id, ended) => this.#runChanged(id, ended),
    });
    this.#services = new ServiceSupervisor({
      store,
      logs: this.#logs,
      hub,
      clock,
      program,
      scratch: data.scratch,
      settingsOf: async (id) => {
        const connector = this.#find(id);
        return { ...(await accessOf(connector, this.#access)), c1: c1AccessOf(connector, this.#access) };
      },
      onChange: (id) => this.#publishIfThere(id),
    });
    this.#views = {
      store,
      archive: this.#archive,
      files: this.#files,
      runner: this.#runner,
      tests: this.#tests,
      serviceOf: (id) => this.#services.state(id),
    };
    this.#archive.endAbandoned();
    const { connectors } = store;
    for (const { id, runsService } of connectors.list()) if (runsService) this.#services.resume(id);
    this.#scheduler = new Scheduler({ connectors, clock, start: (id) => this.#startScheduled(id) });
  }

  get keyStorage(): "encrypted" | "memory" {
    return this.#store.secrets.storage;
  }

  connectors(): readonly ConnectorSummary[] {
    return this.#store.connectors.list().map((connector) => summaryView(connector, this.#views));
  }

  connector(id: string): ConnectorDetail {
    return this.#detail(this.#find(id));
  }

  create({ mode, owner }: CreateConnector): ConnectorDetail {
    return this.#changed(this.#insert({ mode, owner: owner.trim(), isSample: false, name: "", key: null }));
  }

  async remove(id: string): Promise<void> {
    this.#find(id);
    await Promise.all([this.#runner.cancel(id), this.#services.stop(id)]);
    this.#tests.forget(id);
    this.#logs.flush();
    for (const run of this.#store.runs.withFileBeyond(id, 0)) this.#files.discard(run.runId);
    this.#store.connectors.remove(id);
    this.#files.removeConnector(id);
    this.#options.hub.publish({ type: "connector-removed", connectorId: id });
  }

  foundSettings(id: string): FoundSettings {
    this.#find(id);
    return findSettings(this.#options.env);
  }

  async saveSettings(id: string, input: SettingsInput): Promise<SettingsSaved> {
    const found = this.#find(id);
    const progress = this.#runner.progress(id);
    if (progress) throw new RunningError(progress.runId);
    const { record, apiKey, c1ClientSecret, notices } = readSettings(found, input, () => findKeys(this.#options.env));
    const { connectors, secrets } = this.#store;
    if (apiKey !== undefined) secrets.set(id, "api-key", apiKey);
    else if (record.key?.source !== "entered") secrets.forget(id, "api-key");
    if (c1ClientSecret !== undefined) secrets.set(id, "c1-client-secret", c1ClientSecret);
    const owner = record.key && (this.#keyOwners.get(record.key.fingerprint) ?? record.key.owner);
    const saved = { ...record, key: record.key && { ...record.key, owner } };
    connectors.put(saved);
    const startsSync = saved.mode !== "service" && saved.settings.orgSlug !== "" && hasKey(saved, this.#store);
    const runId = startsSync ? this.#runner.start(id, { startedBy: "setup" }) : null;
    return { connector: this.#changed(saved), notices, runId };
  }

  async startSample(): Promise<ConnectorDetail> {
    const existing = this.#store.connectors.list().find(({ isSample }) => isSample);
    const { orgSlug, baseUrl, name } = await this.#sample.access();
    const connector =
      existing ??
      this.#insert({
        mode: "once",
        owner: "",
        isSample: true,
        name,
        key: { source: "sample", sourceName: "the sample organization", lastFour: "", fingerprint: "", owner: null },
      });
    const settings = { ...emptySettings, orgSlug, baseUrl };
    const updated = this.#store.connectors.update(connector.id, { settings }) ?? connector;
    if (!this.#files.current(connector.id) && !this.#runner.progress(connector.id)) {
      this.#runner.start(connector.id, { startedBy: "setup" });
    }
    return this.#changed(updated);
  }

  async startTest(id: string, input: SettingsInput): Promise<TestState> {
    const { record, apiKey } = readSettings(this.#find(id), input, () => findKeys(this.#options.env));
    const { settings, keyFingerprint, env } = await accessOf(record, this.#access, apiKey);
    const test = this.#tests.start({
      connectorId: id,
      job: { kind: "check", settings },
      env,
      about: this.#archive.factsFor(record),
      onEnd: (state, results) => this.#testEnded(id, keyFingerprint, state, results),
    });
    this.#publish(this.#find(id));
    return test;
  }

  test(id: string): TestState | undefined {
    this.#find(id);
    return this.#tests.latest(id);
  }

  async startC1Test(id: string): Promise<TestState> {
    const connector = this.#find(id);
    const c1 = c1AccessOf(connector, this.#access);
    const { settings, env } = await accessOf(connector, this.#access);
    return this.#tests.start({
      connectorId: id,
      job: { kind: "c1-check", settings, c1 },
      env,
      about: this.#archive.factsFor(connector),
      onEnd: () => this.#publish(this.#find(id)),
    });
  }

  startSync(id: string, { acceptChanges }: { readonly acceptChanges?: boolean | undefined } = {}): string {
    this.#find(id);
    return this.#runner.start(id, { startedBy: "person", acceptChanges });
  }

  async cancel(id: string): Promise<ConnectorDetail> {
    this.#find(id);
    await this.#runner.cancel(id);
    return this.connector(id);
  }

  pause(id: string): ConnectorDetail {
    return this.#update(id, { isPaused: true });
  }

  resume(id: string): ConnectorDetail {
    // What would have come in the meantime is not made up for: it was paused on purpose.
    return this.#update(id, { isPaused: false, scheduleSinceMs: this.#options.clock.nowMs() });
  }

  confirmChanges(id: string): string {
    this.#find(id);
    return this.#runner.start(id, { startedBy: "confirm", acceptChanges: true });
  }

  keepOld(id: string): ConnectorDetail {
    return this.#update(id, { dismissedRunId: this.#store.runs.lastEnded(id)?.runId ?? null });
  }

  setSchedule(id: string, schedule: Schedule): ConnectorDetail {
    const nowMs = this.#options.clock.nowMs();
    checkSchedule(schedule, nowMs);
    return this.#update(id, { schedule, scheduleSinceMs: nowMs });
  }

  previewSchedule(schedule: Schedule): readonly number[] {
    return nextMoments(schedule, this.#options.clock.nowMs(), 3);
  }

  runs(id: string, page: { readonly before?: string | undefined; readonly limit: number }): RunPage {
    this.#find(id);
    const found = this.#store.runs.list(id, { before: page.before, limit: page.limit + 1 });
    const runs = found.slice(0, page.limit).map(summaryOf);
    return { runs, next: found.length > page.limit ? (runs.at(-1)?.runId ?? null) : null };
  }

  run(runId: string): RunDetail {
    const run = this.#store.runs.get(runId);
    if (run) return run;
    throw notFound("CONSOLE-NO-RUN", "There is no such run, or it is not kept any more.");
  }

  currentFile(connectorId: string): KeptFile | undefined {
    const connector = this.#store.connectors.get(connectorId);
    const path = connector && this.#files.current(connectorId);
    return path === undefined ? undefined : { path, title: connector?.name ?? "" };
  }

  runFile(runId: string): KeptFile | undefined {
    const run = this.#store.runs.get(runId);
    const path = run && this.#files.ofRun(runId);
    if (!run || path === undefined) return undefined;
    const name = this.#store.connectors.get(run.connectorId)?.name ?? "";
    return { path, title: `${name}, ${inUtc(run.startedAtMs)}` };
  }

  logs(id: string, filter: LogFilter): LogPage {
    this.#find(id);
    this.#logs.flush();
    return this.#store.logs.page(id, filter);
  }

  allLogs(id: string): Iterable<LogLine> {
    this.#find(id);
    this.#logs.flush();
    return this.#store.logs.all(id);
  }

  deployFiles(id: string, target: DeployTarget): readonly DeployFile[] {
    const { mode, schedule, settings } = this.#find(id);
    return deployFiles(target, { mode, schedule, orgSlug: settings.orgSlug, c1ClientId: settings.c1ClientId });
  }

  async startService(id: string): Promise<ServiceState> {
    this.#find(id);
    const state = await this.#services.start(id);
    this.#store.connectors.update(id, { runsService: true });
    return state;
  }

  async stopService(id: string): Promise<ServiceState> {
    this.#find(id);
    this.#store.connectors.update(id, { runsService: false });
    return await this.#services.stop(id);
  }

  async close(): Promise<void> {
    await this.#scheduler.close();
    await Promise.all([this.#runner.close(), this.#tests.close(), this.#services.close()]);
    await this.#sample.close();
    this.#logs.close();
    this.#store.close();
    this.audit.close();
    this.#data.release();
  }

  #insert(begin: Pick<ConnectorRecord, "mode" | "owner" | "isSample" | "name" | "key">): ConnectorRecord {
    const nowMs = this.#options.clock.nowMs();
    const record: ConnectorRecord = {
      ...begin,
      id: randomBytes(6).toString("hex"),
      isPaused: false,
      settings: emptySettings,
      schedule: begin.mode === "schedule" ? { kind: "interval", everyMinutes: 360 } : { kind: "manual" },
      scheduleSinceMs: nowMs,
      retryAtMs: null,
      createdAtMs: nowMs,
      currentRunId: null,
      dismissedRunId: null,
      runsService: false,
    };
    this.#store.connectors.put(record);
    return record;
  }

  #startScheduled(id: string): void {
    const connector = this.#find(id);
    if (connector.mode === "service" || !hasKey(connector, this.#store)) return;
    if (!this.#runner.progress(id)) this.#runner.start(id, { startedBy: "schedule" });
  }

  #runChanged(id: string, ended: RunDetail | undefined): void {
    if (!this.#store.connectors.get(id)) return;
    const { state, retryAtMs } = ended?.failure ?? {};
    if (state === "rate-limited" && retryAtMs !== undefined) {
      const later = Math.round(this.#options.clock.random() * retryJitterMs);
      this.#store.connectors.update(id, { retryAtMs: retryAtMs + later });
    } else if (ended) this.#store.connectors.update(id, { retryAtMs: null });
    this.#publish(this.#find(id));
  }

  #testEnded(id: string, fingerprint: string, test: TestState, results: readonly CheckResult[]): void {
    const connector = this.#store.connectors.get(id);
    if (!connector) return;
    if (test.keyOwner) this.#keyOwners.set(fingerprint, test.keyOwner);
    const organization = results.find((result) => result.id === "organization")?.facts?.["name"];
    const isSameKey = connector.key?.fingerprint === fingerprint;
    const updated = this.#store.connectors.update(id, {
      ...(isSameKey && connector.key && test.keyOwner && { key: { ...connector.key, owner: test.keyOwner } }),
      ...(isSameKey && organization && { name: organization }),
    });
    if (updated) this.#publish(updated);
  }

  #update(id: string, changes: Partial<ConnectorRecord>): ConnectorDetail {
    this.#find(id);
    return this.#changed(this.#store.connectors.update(id, changes) ?? this.#find(id));
  }

  #changed(connector: ConnectorRecord): ConnectorDetail {
    this.#publish(connector);
    return this.#detail(connector);
  }

  #publishIfThere(id: string): void {
    const connector = this.#store.connectors.get(id);
    if (connector) this.#publish(connector);
  }

  #publish(connector: ConnectorRecord): void {
    this.#options.hub.publish({ type: "connector", connector: summaryView(connector, this.#views) });
  }

  #detail(connector: ConnectorRecord): ConnectorDetail {
    return detailView(connector, this.#views, this.#options.clock.nowMs());
  }

  #find(id: string): ConnectorRecord {
    const connector = this.#store.connectors.get(id);
    if (connector) return connector;
    throw notFound("CONSOLE-NO-CONNECTOR", "There is no such connector, or it was removed.");
  }
}

function notFound(code: string, message: string): BatonError {
  return new BatonError({
    code,
    status: Status.notFound,
    message,
    effect: "Nothing was done.",
    hint: "Go back to the list of connectors.",
  });
}
