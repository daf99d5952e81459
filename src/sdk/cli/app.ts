/** What a connector's program is: its name, its fields and how to make it. `main.ts` hands one to `runCli`. */
import type { Clock } from "../clock.ts";
import type { Field } from "../config/field.ts";
import type { Relation } from "../config/relations.ts";
import type { ResolvedConfig } from "../config/resolved-config.ts";
import type { Connector, ResourceSyncer } from "../contracts/connector.ts";
import type { Logger } from "../log.ts";
import type { Network } from "../net/network.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { CliIo } from "./cli-io.ts";
import type { SummarySection } from "./summary.ts";

/** What a connector gets besides its configuration. */
export interface ConnectorContext {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The way out: proxies and trusted certificates, for everything that opens a connection. */
  readonly network: Network;
  /** Secrets that are not fields (tokens fetched at run time) are added here before they are used. */
  readonly redactor: SecretRedactor;
  /** Told of requests and the like; default nobody. */
  readonly telemetry?: Telemetry;
  /** Version of the program, for user agents. */
  readonly version: string;
  /** True when a person waits for the answer: better a failure now than a good answer after minutes. Default false. */
  readonly isAwaited?: boolean;
  /** Parallel readers asked for with --workers or --parallel-sync; undefined: the connector chooses. */
  readonly workers: number | undefined;
}

/** A command that the program adds to the standard ones. */
export interface ExtraCommand {
  readonly name: string;
  /** One line for the help text. */
  readonly summary: string;
  /** True for what the program starts itself: in no help text and no completion. */
  readonly isInternal?: boolean;
  /**
   * Runs the command. It parses its own arguments and answers `--help`; what it imports, it imports in here.
   * @param argv the arguments without the command's name.
   * @returns the exit code. A thrown BatonError is reported and becomes its exit code.
   */
  run(argv: readonly string[], io: CliIo): Promise<number>;
}

/** A connector's program. Making one must be cheap: heavy modules are imported inside the functions. */
export interface ConnectorApp {
  /** Name of the program, `baton-` and the system. */
  readonly name: string;
  readonly version: string;
  /** Name of the system, for people. */
  readonly displayName: string;
  readonly helpUrl: string;
  readonly iconUrl: string;
  /** The connector's own fields. */
  readonly fields: readonly Field[];
  /** Relations between them. */
  readonly relations?: readonly Relation[];
  /** Makes the connector from checked values. No I/O happens in here. */
  createConnector(config: ResolvedConfig, context: ConnectorContext): Promise<Connector>;
  /** What it syncs, in any order, to be described and not to be called; needs neither configuration nor network. */
  capabilitiesSyncers(): Promise<readonly Pick<ResourceSyncer, "resourceType" | "get">[]>;
  /** URL that the connector's requests go to, for `doctor` to look at the way there. */
  endpoint?(config: ResolvedConfig): string;
  /** What a reader of the progress lines knows the target as, for example the organization. */
  targetName?(config: ResolvedConfig): string;
  readonly commands?: readonly ExtraCommand[];
  /**
   * Counts for the closing table, read back from the finished file at `path`. Asked only when a person sees the table,
   * so that a run in a pipe costs nothing more; failing costs the table these counts, not the run.
   */
  summarize?(path: string): Promise<readonly SummarySection[]>;
}
