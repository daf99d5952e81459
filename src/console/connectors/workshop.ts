/**
 * The console's work: connectors with their settings, tests, runs, schedules and services, over the store in the data
 * directory. The one thing that the door asks; knows nothing of HTTP, sessions and pages.
 */
import type { Clock } from "../../sdk/clock.ts";
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
import type { EventHub } from "../event-hub.ts";
import type { KeptFile, KeptFiles } from "../kept-files.ts";
import type { RunPage } from "../runs/run-archive.ts";
import { type AuditLog, openAuditLog } from "../store/audit-log.ts";
import { openDataDirectory } from "../store/data-directory.ts";
import type { LogFilter } from "../store/log-table.ts";
import { openStore } from "../store/store.ts";
import type { ProgramCommand } from "../worker/program.ts";
import { ConsoleWorkshop } from "./console-workshop.ts";

export type { ProgramCommand } from "../worker/program.ts";

/** What a workshop is opened with. */
export interface WorkshopOptions {
  /** From `defaultDataDirectory`, or given; made when it is missing. */
  readonly dataDir: string;
  readonly hub: EventHub;
  readonly clock: Clock;
  /** Version of the program. */
  readonly version: string;
  /** The console's environment: keys that are looked up in it, proxies, the store's key. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** --store-key-file; undefined when it is not given. */
  readonly storeKeyFile: string | undefined;
  /** Secrets that are entered are gone when the console stops; else they are sealed, with a key of its own if need be. */
  readonly keysInMemory: boolean;
  /** From `thisProgram`. */
  readonly program: ProgramCommand;
}

/**
 * Everything that the door can ask for. Methods throw BatonErrors: `CONSOLE-NO-CONNECTOR` and `CONSOLE-NO-RUN` (status
 * NotFound), `CONSOLE-RUNNING` (status AlreadyExists, a `RunningError` with the id of the run), and those of settings
 * (InvalidArgument). Audit lines are written by the routes.
 */
export interface Workshop extends KeptFiles {
  readonly dataDir: string;
  readonly keyStorage: "encrypted" | "memory";
  readonly audit: AuditLog;

  connectors(): readonly ConnectorSummary[];
  connector(id: string): ConnectorDetail;
  create(input: CreateConnector): ConnectorDetail;
  remove(id: string): Promise<void>;
  foundSettings(id: string): FoundSettings;
  saveSettings(id: string, input: SettingsInput): Promise<SettingsSaved>;
  /** The sample organization's connector: made and synced at the first call, found again later. */
  startSample(): Promise<ConnectorDetail>;

  startTest(id: string, input: SettingsInput): Promise<TestState>;
  /** The latest test of a connector; undefined when there was none. */
  test(id: string): TestState | undefined;
  startC1Test(id: string): Promise<TestState>;

  /** @returns the id of the run. */
  startSync(id: string, options?: { readonly acceptChanges?: boolean | undefined }): string;
  cancel(id: string): Promise<ConnectorDetail>;
  /** Nothing syncs by itself any more, and a service stops, until it is resumed. */
  pause(id: string): Promise<ConnectorDetail>;
  resume(id: string): ConnectorDetail;
  /** Syncs again, and takes over what a held run would have changed. @returns the id of the run. */
  confirmChanges(id: string): string;
  keepOld(id: string): ConnectorDetail;
  setSchedule(id: string, schedule: Schedule): ConnectorDetail;
  /** The next three moments of a schedule, milliseconds since the epoch. */
  previewSchedule(schedule: Schedule): readonly number[];

  runs(id: string, page: { readonly before?: string | undefined; readonly limit: number }): RunPage;
  run(runId: string): RunDetail;
  currentFile(connectorId: string): KeptFile | undefined;
  runFile(runId: string): KeptFile | undefined;

  logs(id: string, filter: LogFilter): LogPage;
  /** Every line, oldest first, for a download. */
  allLogs(id: string): Iterable<LogLine>;

  deployFiles(id: string, target: DeployTarget): readonly DeployFile[];
  startService(id: string): Promise<ServiceState>;
  stopService(id: string): Promise<ServiceState>;

  /** Stops runs and services in good order and gives the data directory back. */
  close(): Promise<void>;
}

/**
 * Opens the data directory and takes up what the console did before.
 * @throws BatonError `CONSOLE-BUSY`, `CONSOLE-DATA-DIR`, `CONSOLE-STORE-NEWER`, `CONSOLE-KEY`, `CONSOLE-WRONG-KEY` or
 * `CONSOLE-AUDIT`.
 */
export async function openWorkshop(options: WorkshopOptions): Promise<Workshop> {
  const { clock, env, storeKeyFile: keyFile, keysInMemory } = options;
  const data = await openDataDirectory(options.dataDir, clock);
  try {
    const audit = openAuditLog(data.auditLog, () => clock.nowMs());
    const store = await openStore(data.database, { env, keyFile, ownKeyFile: keysInMemory ? undefined : data.ownKey });
    return new ConsoleWorkshop(options, { data, store, audit });
  } catch (caught) {
    data.release();
    throw caught;
  }
}
