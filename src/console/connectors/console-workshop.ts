/** The workshop over its parts: puts them together and asks the part whose business it is. */
import type {
  ConnectorDetail,
  ConnectorSummary,
  CreateConnector,
  DeployFile,
  DeployTarget,
  FoundSettings,
  Schedule,
  ServiceState,
  SettingsInput,
  SettingsSaved,
  TestState,
} from "../contract/connectors.ts";
import type { LogLine, LogPage, RunDetail } from "../contract/runs.ts";
import { deployFiles } from "../deploy/deploy-files.ts";
import type { KeptFile } from "../kept-files.ts";
import { LogWriter } from "../runs/log-writer.ts";
import { RunArchive, type RunPage } from "../runs/run-archive.ts";
import { RunFiles } from "../runs/run-files.ts";
import { checkSchedule, nextMoments } from "../runs/schedule.ts";
import { Scheduler } from "../runs/scheduler.ts";
import { ServiceSupervisor } from "../runs/service-supervisor.ts";
import { SyncRunner } from "../runs/sync-runner.ts";
import type { AuditLog } from "../store/audit-log.ts";
import type { DataDirectory } from "../store/data-directory.ts";
import type { LogFilter } from "../store/log-table.ts";
import type { Store } from "../store/store.ts";
import { ConnectionTests } from "./connection-tests.ts";
import { type AccessParts, accessOf, c1AccessOf } from "./connector-access.ts";
import { ConnectorRegistry } from "./connector-registry.ts";
import { hasKey, type ViewParts } from "./connector-views.ts";
import { findSettings } from "./found-settings.ts";
import { SampleOrganization } from "./sample-organization.ts";
import { SetUpDesk } from "./set-up-desk.ts";
import type { Workshop, WorkshopOptions } from "./workshop.ts";

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
  readonly #registry: ConnectorRegistry;
  readonly #runner: SyncRunner;
  readonly #tests: ConnectionTests;
  readonly #services: ServiceSupervisor;
  readonly #desk: SetUpDesk;
  readonly #scheduler: Scheduler;
  readonly #sample = new SampleOrganization();
  #closing: Promise<void> | undefined;

  constructor(options: WorkshopOptions, { data, store, audit }: OpenParts) {
    const { hub, clock, program, env } = options;
    const { scratch } = data;
    this.#options = options;
    this.dataDir = data.path;
    this.audit = audit;
    this.#data = data;
    this.#store = store;
    this.#files = new RunFiles(data);
    this.#archive = new RunArchive(store, this.#files, clock);
    this.#logs = new LogWriter(store.logs, hub);
    this.#registry = new ConnectorRegistry({ store, hub, clock, views: () => views });
    const [files, archive, logs, registry] = [this.#files, this.#archive, this.#logs, this.#registry];
    const access: AccessParts = { secrets: store.secrets, sample: this.#sample, env };
    const common = { store, logs, hub, clock, program, scratch };
    this.#tests = new ConnectionTests(common);
    this.#runner = new SyncRunner({
      ...common,
      archive,
      files,
      settingsOf: (id) => accessOf(registry.find(id), access),
      onChange: (id, ended) => this.#runChanged(id, ended),
    });
    this.#services = new ServiceSupervisor({
      ...common,
      settingsOf: async (id) => {
        const connector = registry.find(id);
        return { ...(await accessOf(connector, access)), c1: c1AccessOf(connector, access) };
      },
      onChange: (id) => registry.publish(id),
    });
    const [runner, tests, services] = [this.#runner, this.#tests, this.#services];
    const views: ViewParts = { store, archive, files, runner, tests, serviceOf: (id) => services.state(id) };
    this.#desk = new SetUpDesk({ ...views, registry, services, sample: this.#sample, access });
    archive.endAbandoned();
    const { connectors } = store;
    for (const { id, runsService, isPaused } of connectors.list()) if (runsService && !isPaused) services.resume(id);
    this.#scheduler = new Scheduler({ connectors, clock, start: (id) => this.#startScheduled(id) });
  }

  get keyStorage(): "encrypted" | "memory" {
    return this.#store.secrets.storage;
  }

  connectors(): readonly ConnectorSummary[] {
    return this.#registry.list();
  }

  connector(id: string): ConnectorDetail {
    return this.#registry.detail(id);
  }

  create({ mode, owner }: CreateConnector): ConnectorDetail {
    const { id } = this.#registry.insert({ mode, owner: owner.trim(), isSample: false, name: "", key: null });
    this.#registry.publish(id);
    return this.connector(id);
  }

  async remove(id: string): Promise<void> {
    this.#registry.find(id);
    await Promise.all([this.#runner.cancel(id), this.#services.stop(id)]);
    this.#tests.forget(id);
    this.#logs.flush();
    for (const run of this.#store.runs.withFileBeyond(id, 0)) this.#files.discard(run.runId);
    this.#registry.remove(id);
    this.#files.removeConnector(id);
  }

  foundSettings(id: string): FoundSettings {
    this.#registry.find(id);
    return findSettings(this.#options.env);
  }

  async saveSettings(id: string, input: SettingsInput): Promise<SettingsSaved> {
    return await this.#desk.save(id, input);
  }

  async startSample(): Promise<ConnectorDetail> {
    return await this.#desk.startSample();
  }

  async startTest(id: string, input: SettingsInput): Promise<TestState> {
    return await this.#desk.test(id, input);
  }

  test(id: string): TestState | undefined {
    this.#registry.find(id);
    return this.#tests.latest(id);
  }

  async startC1Test(id: string): Promise<TestState> {
    return await this.#desk.testC1(id);
  }

  startSync(id: string, { acceptChanges }: { readonly acceptChanges?: boolean | undefined } = {}): string {
    this.#registry.find(id);
    return this.#runner.start(id, { startedBy: "person", acceptChanges });
  }

  async cancel(id: string): Promise<ConnectorDetail> {
    this.#registry.find(id);
    await this.#runner.cancel(id);
    return this.connector(id);
  }

  async pause(id: string): Promise<ConnectorDetail> {
    this.#registry.update(id, { isPaused: true });
    await this.#services.stop(id);
    return this.connector(id);
  }

  resume(id: string): ConnectorDetail {
    // What would have come in the meantime is not made up for: it was paused on purpose.
    this.#registry.update(id, { isPaused: false, scheduleSinceMs: this.#options.clock.nowMs() });
    if (this.#registry.find(id).runsService) this.#services.resume(id);
    return this.connector(id);
  }

  confirmChanges(id: string): string {
    this.#registry.find(id);
    return this.#runner.start(id, { startedBy: "confirm", acceptChanges: true });
  }

  keepOld(id: string): ConnectorDetail {
    return this.#registry.update(id, { dismissedRunId: this.#store.runs.lastEnded(id)?.runId ?? null });
  }

  setSchedule(id: string, schedule: Schedule): ConnectorDetail {
    const nowMs = this.#options.clock.nowMs();
    checkSchedule(schedule, nowMs);
    return this.#registry.update(id, { schedule, scheduleSinceMs: nowMs });
  }

  previewSchedule(schedule: Schedule): readonly number[] {
    const nowMs = this.#options.clock.nowMs();
    checkSchedule(schedule, nowMs);
    return nextMoments(schedule, nowMs, 3);
  }

  runs(id: string, page: { readonly before?: string | undefined; readonly limit: number }): RunPage {
    this.#registry.find(id);
    return this.#archive.page(id, page);
  }

  run(runId: string): RunDetail {
    return this.#archive.run(runId);
  }

  currentFile(connectorId: string): KeptFile | undefined {
    return this.#archive.currentFile(connectorId);
  }

  runFile(runId: string): KeptFile | undefined {
    return this.#archive.runFile(runId);
  }

  logs(id: string, filter: LogFilter): LogPage {
    this.#registry.find(id);
    this.#logs.flush();
    return this.#store.logs.page(id, filter);
  }

  allLogs(id: string): Iterable<LogLine> {
    this.#registry.find(id);
    this.#logs.flush();
    return this.#store.logs.all(id);
  }

  deployFiles(id: string, target: DeployTarget): readonly DeployFile[] {
    const { mode, schedule, settings } = this.#registry.find(id);
    return deployFiles(target, { mode, schedule, orgSlug: settings.orgSlug, c1ClientId: settings.c1ClientId });
  }

  async startService(id: string): Promise<ServiceState> {
    this.#registry.find(id);
    const state = await this.#services.start(id);
    this.#registry.update(id, { runsService: true });
    return state;
  }

  async stopService(id: string): Promise<ServiceState> {
    this.#registry.update(id, { runsService: false });
    return await this.#services.stop(id);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    await this.#closing;
  }

  async #closeAll(): Promise<void> {
    await this.#scheduler.close();
    await Promise.all([this.#runner.close(), this.#tests.close(), this.#services.close()]);
    await this.#sample.close();
    this.#logs.close();
    this.#store.close();
    this.audit.close();
    this.#data.release();
  }

  #startScheduled(id: string): void {
    const connector = this.#registry.find(id);
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
    this.#registry.publish(id);
  }
}
