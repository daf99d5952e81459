/** What run-cli hands to the code of a command. */
import type { Field } from "../config/field.ts";
import type { ResolvedConfig } from "../config/resolved-config.ts";
import type { Logger } from "../log.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import type { ConnectorApp } from "./app.ts";
import type { CliIo } from "./cli-io.ts";
import type { ParsedFlags } from "./parse-argv.ts";

/** What a command gets. */
export interface Invocation {
  readonly app: ConnectorApp;
  readonly io: CliIo;
  readonly redactor: SecretRedactor;
  /** The flags that exist in every connector. */
  readonly standardFields: readonly Field[];
  readonly flags: ParsedFlags;
  /** The command's own flags. */
  readonly options: ResolvedConfig;
  /** From here on, an error that ends the command is also logged there; then `close` is called and waited for. */
  useLogger(logger: Logger, close?: () => Promise<void>): void;
}

/** A command's code. Returns the exit code. */
export type CommandRun = (invocation: Invocation) => Promise<number>;
