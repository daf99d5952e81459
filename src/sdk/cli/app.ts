/** What a connector's program is: its name, its fields, how to make it, and its commands. `main.ts` hands one to `runCli`. */
import type { Clock } from "../clock.ts";
import type { Field, FlagsOf, NamedField } from "../config/field.ts";
import type { Relation } from "../config/relations.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import type { Connector, ResourceSyncer } from "../contracts/connector.ts";
import type { BatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Network } from "../net/network.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { CliIo } from "./cli-io.ts";
import { type ParsedFlags, usageError } from "./parse-argv.ts";
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
  /** Makes the connector from checked values, its own fields among them. No I/O happens in here. */
  createConnector(config: ResolvedConfig, context: ConnectorContext): Promise<Connector>;
  /** What it syncs, in any order, to be described and not to be called; needs neither configuration nor network. */
  capabilitiesSyncers(): Promise<readonly Pick<ResourceSyncer, "resourceType" | "get">[]>;
  /** True when its connectors have event feeds, which the capabilities then say. Default false. */
  readonly hasEventFeeds?: boolean;
  /** URL that the connector's requests go to, for `doctor` to look at the way there. */
  endpoint?(config: ResolvedConfig): string | Promise<string>;
  /** What a reader of the progress lines knows the target as, for example the organization. */
  targetName?(config: ResolvedConfig): string;
  /** Commands that it has besides the built-in ones. */
  readonly commands?: readonly Command[];
  /** What reports know of the profiles that the connector writes. */
  readonly profileKeys?: {
    /** Keys that are not compared: what changes without anybody changing it, and copies of what is told elsewhere. */
    readonly notCompared: readonly string[];
  };
  /**
   * Counts for the closing table, read back from the finished file at `path`. Asked only when a person sees the table,
   * so that a run in a pipe costs nothing more; failing costs the table these counts, not the run.
   */
  summarize?(path: string): Promise<readonly SummarySection[]>;
}

/** What a command gets. `F` are the flags of its own that it reads: none, unless it says which. */
export interface Invocation<in F extends NamedField = never> {
  readonly app: ConnectorApp;
  /** All commands of the program, built-in ones and its own. */
  readonly commands: readonly Command[];
  readonly io: CliIo;
  readonly redactor: SecretRedactor;
  /** The flags that exist in every connector. */
  readonly standardFields: readonly Field[];
  readonly flags: ParsedFlags;
  /** The command's own flags. */
  readonly options: ResolvedConfig<F>;
  /** From here on, an error that ends the command is also logged there; then `close` is called and waited for. */
  useLogger(logger: Logger, close?: () => Promise<void>): void;
}

/**
 * A command. Its flags, help text and completion come from the declaration. The declaration is loaded at every start:
 * what running takes is imported inside `run`. One with flags of its own is made by `defineCommand`.
 */
export interface Command {
  /** "" is the program without a command. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Operands as the usage line shows them. Without it, operands are ignored, as in the Go connectors. */
  readonly operands?: string;
  /** Words to offer as operands. */
  readonly operandValues?: readonly string[];
  /** Flags that only this command has; they have no place in the configuration file, and the variables they name. */
  readonly options?: readonly Field[];
  /** Which settings are flags of it besides: those of every connector and this one's, the former only, or none. */
  readonly settings: "connector" | "standard" | "none";
  /** True for what the program starts itself: in no help text and no completion. */
  readonly isInternal?: boolean;
  /** True for what reads files that nobody vouches for: it runs in a process of its own, which is watched. */
  readonly readsForeignFiles?: boolean;
  /** More for its help text, between usage and flags. @param program name of the program. */
  about?(program: string): string | Promise<string>;
  /**
   * Runs the command.
   * @returns the exit code. A thrown BatonError is reported and becomes its exit code.
   */
  run(invocation: Invocation): Promise<number>;
}

/** A command with flags of its own: `run` reads them by the names and kinds with which they are declared. */
export function defineCommand<const O extends readonly Field[]>(
  command: Omit<Command, "options" | "run"> & {
    readonly options: O;
    run(invocation: Invocation<FlagsOf<O[number]>>): Promise<number>;
  },
): Command {
  return command;
}

/** The settings that are flags of a command, besides its own; its own ones come before them. */
export function settingsOf({ settings }: Command, standard: readonly Field[], app: ConnectorApp): readonly Field[] {
  if (settings === "none") return [];
  return settings === "standard" ? standard : [...standard, ...app.fields];
}

/** The error for a word that is no command. */
export function unknownCommand({ name }: ConnectorApp, word: string): BatonError {
  return usageError(`unknown command ${JSON.stringify(word)} for "${name}"`);
}
