/** What completion scripts know: commands and flags, taken from the same tables as the help text. */
import type { Field } from "../../config/field.ts";
import { type Command, type Invocation, settingsOf } from "../app.ts";
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

/** Collects commands and visible flags. Without `descriptions` they are all "". */
export function completionModel(
  { app, commands: all, standardFields }: Pick<Invocation, "app" | "commands" | "standardFields">,
  descriptions: boolean,
): CompletionModel {
  const describe = (text: string): string => (descriptions ? text : "");
  const listed = listCommands(all);
  const names = listed.map(({ name }) => name);
  const root = all.filter(({ name }) => name === "");
  const commands = [...root, ...listed].map((command): CompletionCommand => {
    const { name, summary, options = [] } = command;
    const fields = [
      ...options,
      ...settingsOf(command, standardFields, app).filter((field) => !options.some((own) => own.name === field.name)),
      { ...helpField, description: "Show help" },
      ...(name === "" ? [{ ...versionField, description: "Show the version" }] : []),
    ];
    const visible = fields.filter((field) => field.hidden !== true).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return {
      name,
      description: describe(summary),
      flags: visible.map((field) => completionFlag(field, describe)),
      operands: operandsOf(command, names),
    };
  });
  return { program: app.name, commands };
}

function operandsOf({ name, operandValues = [] }: Command, names: readonly string[]): readonly string[] {
  return name === "" || name === "help" ? names : operandValues;
}

const knownValues: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["log-level", ["debug", "info", "warn", "error"]],
  ["log-format", ["json", "console"]],
  ["storage-engine", ["sqlite", "pebble"]],
  ["endpoint", ["health", "ready", "live"]],
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
