/** What completion scripts know: commands and flags, taken from the same tables as the help text. */
import type { Field } from "../../config/field.ts";
import type { ConnectorApp } from "../app.ts";
import { builtInCommands, healthEndpoints } from "../command-table.ts";
import { listCommands } from "../help.ts";
import { helpField, versionField } from "../parse-argv.ts";

/** One flag. */
export interface CompletionFlag {
  readonly name: string;
  readonly shorthand?: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  /** The values to offer; none: file names. */
  readonly values: readonly string[];
}

/** One command with the flags that it takes. */
export interface CompletionCommand {
  /** "" is the program without a command. */
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletionFlag[];
  /** Operands to offer. */
  readonly operands: readonly string[];
}

/** Everything a script is made from. */
export interface CompletionModel {
  readonly program: string;
  /** The first one is the program itself. */
  readonly commands: readonly CompletionCommand[];
}

/** Shells that scripts exist for. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;
/** One of the shells. */
export type Shell = (typeof shells)[number];

/** Collects commands and visible flags. Without `descriptions` they are all "". */
export function completionModel(
  app: ConnectorApp,
  standardFields: readonly Field[],
  descriptions: boolean,
): CompletionModel {
  const describe = (text: string): string => (descriptions ? text : "");
  const names = listCommands(app);
  const root = builtInCommands.filter((command) => command.name === "");
  const commands = [...root, ...names].map(({ name, summary }): CompletionCommand => {
    const builtIn = builtInCommands.find((command) => command.name === name);
    const fields = [
      ...(builtIn ? [...builtIn.options, ...standardFields] : []),
      ...(builtIn?.takesConnectorFields ? app.fields : []),
      { ...helpField, description: "Show help" },
      ...(name === "" ? [{ ...versionField, description: "Show the version" }] : []),
    ];
    const visible = fields.filter((field) => field.hidden !== true).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return {
      name,
      description: describe(summary),
      flags: visible.map((field) => completionFlag(field, describe)),
      operands: operandsOf(
        name,
        names.map((command) => command.name),
      ),
    };
  });
  return { program: app.name, commands };
}

function operandsOf(command: string, commands: readonly string[]): readonly string[] {
  if (command === "" || command === "help") return commands;
  return command === "completion" ? shells : [];
}

const knownValues: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["log-level", ["debug", "info", "warn", "error"]],
  ["log-format", ["json", "console"]],
  ["storage-engine", ["sqlite"]],
  ["endpoint", healthEndpoints],
  ["output", ["text", "json"]],
]);

function completionFlag(field: Field, describe: (text: string) => string): CompletionFlag {
  const rules = field.kind === "string" ? (field.rules?.in ?? []) : [];
  return {
    name: field.name,
    shorthand: field.shorthand,
    description: describe(field.description ?? ""),
    takesValue: field.kind !== "bool",
    values: knownValues.get(field.name) ?? rules,
  };
}
