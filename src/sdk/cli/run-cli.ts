/**
 * The program: finds the command, runs it, and turns whatever it throws into text and an exit code; nobody else does
 * the latter. It imports little, so that `--version` and `--help` answer at once; commands are loaded when they run.
 */
import { environmentVariable, type Field } from "../config/field.ts";
import { standardFields } from "../config/standard-fields.ts";
import { type BatonError, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import { type ConnectorApp, type Invocation, settingsOf, unknownCommand } from "./app.ts";
import { builtInCommands, versionText } from "./built-in-commands.ts";
import { type CliIo, signalExitCodes } from "./cli-io.ts";
import { helpField, parseFlags, splitCommand, versionField } from "./parse-argv.ts";

/**
 * Runs the program once.
 * @returns the exit code: 0, a gRPC status, 130 or 143. It never throws.
 */
export async function runCli(app: ConnectorApp, io: CliIo): Promise<number> {
  const redactor = new SecretRedactor();
  let logger: Logger | undefined;
  let close: (() => Promise<void>) | undefined;
  try {
    return await dispatch(app, io, redactor, (opened, closeOpened) => {
      logger = opened;
      close = closeOpened;
    });
  } catch (caught) {
    const error = toBatonError(caught);
    await report(error, { app, io, redactor, logger });
    return error.exitCode;
  } finally {
    await close?.();
  }
}

async function dispatch(
  app: ConnectorApp,
  io: CliIo,
  redactor: SecretRedactor,
  useLogger: Invocation["useLogger"],
): Promise<number> {
  if (io.env[environmentVariable("config-path")]) (await import("../config/config-file.ts")).checkConfigPath(io.env);
  const standard = standardFields({ stdoutIsTty: io.stdout.isTty, nowMs: io.clock.nowMs() });
  const commands = [...builtInCommands, ...(app.commands ?? [])];
  const known = [...standard, ...app.fields, ...commands.flatMap(({ options = [] }) => options)];
  const { command: word = "", args } = splitCommand(io.argv, [...known, helpField, versionField]);
  const command = commands.find(({ name }) => name === word);
  if (!command) throw unknownCommand(app, word);
  const { options: own = [] } = command;
  const fields = [...own, ...settingsOf(command, standard, app)];
  const flags = parseFlags(args, [...fields, helpField, ...(word === "" ? [versionField] : [])]);
  if (isOn(flags.values.get(helpField.name))) {
    io.stdout.write(await (await import("./help.ts")).helpText({ app, commands, standardFields: standard }, word));
    return 0;
  }
  if (isOn(flags.values.get(versionField.name))) {
    io.stdout.write(versionText(app));
    return 0;
  }
  const { resolveConfig } = await import("../config/resolve.ts");
  const { validateConfig } = await import("../config/validate.ts");
  const options = resolveConfig({ fields: own, relations: [], argv: flags.values, env: variablesOf(own, io.env) });
  validateConfig(options);
  if (command.readsForeignFiles === true) {
    if (io.runWatched) return await io.runWatched();
    // An exit removes what lies beside a file while it is written; a signal by itself does not.
    io.onSignal((signal) => io.exitNow(signalExitCodes[signal]));
  }
  return await command.run({ app, commands, io, redactor, standardFields: standard, flags, options, useLogger });
}

function isOn(values: readonly string[] | undefined): boolean {
  return values?.at(-1) === "true";
}

interface ReportContext {
  readonly app: ConnectorApp;
  readonly io: CliIo;
  readonly redactor: SecretRedactor;
  readonly logger: Logger | undefined;
}

/** A log line for machines, then plain text. On a terminal the text says it all. */
async function report(error: BatonError, { app, io, redactor, logger }: ReportContext): Promise<void> {
  const { errorFields, errorText } = await import("./logger.ts");
  if (!io.stderr.isTty) {
    const { createLogger } = await import("./logger.ts");
    const sinks = [(line: string): void => io.stderr.write(`${line}\n`)];
    const fallback = createLogger({ level: "error", format: "json", sinks, redactor, clock: io.clock });
    (logger ?? fallback).error("error running connector", { connector: app.name, ...errorFields(error) });
    // Only a fault of ours has no code of its own; its stack is for those who asked for everything.
    if (error.cause instanceof Error) await reportCause(error.cause, logger);
  }
  io.stderr.write(redactor.redact(errorText(error)));
}

async function reportCause({ stack = "" }: Error, logger: Logger | undefined): Promise<void> {
  const { writtenStack } = await import("../written-places.ts");
  logger?.debug("cause of the error", { stack: writtenStack(stack) });
}

/** Flags of one command have variables only where they name them: BATON_NAME may mean anything. */
function variablesOf(fields: readonly Field[], env: CliIo["env"]): CliIo["env"] {
  const names = fields.flatMap(({ fallbackEnvironment = [] }) => fallbackEnvironment);
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
