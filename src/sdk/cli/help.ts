/** The help texts, in the layout of cobra. Made from the same tables as the flags and commands themselves. */
import { environmentVariable, type Field } from "../config/field.ts";
import type { ConnectorApp } from "./app.ts";
import { type BuiltInCommand, builtInCommands } from "./command-table.ts";
import { helpField, versionField } from "./parse-argv.ts";

/** A command as the help text lists it. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
}

/** All commands of a program, by name. */
export function listCommands(app: ConnectorApp): ListedCommand[] {
  const builtIn = builtInCommands.filter((command) => command.name !== "");
  return [...builtIn, ...(app.commands ?? []).filter((command) => !command.isInternal)].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** Help about the program. Ends with a newline. */
export function rootHelp(app: ConnectorApp, standardFields: readonly Field[]): string {
  const commands = listCommands(app);
  const longest = Math.max(...commands.map(({ name }) => name.length));
  return [
    app.name,
    "",
    "Usage:",
    `  ${app.name} [flags]`,
    `  ${app.name} [command]`,
    "",
    "Available Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(longest)} ${summary}`),
    "",
    "Flags:",
    ...flagLines([...standardFields, ...app.fields, describedHelp(app.name), describedVersion(app.name)]),
    "",
    `Use "${app.name} [command] --help" for more about a command.`,
    "",
  ].join("\n");
}

/** Help about one command. Ends with a newline. */
export function commandHelp(app: ConnectorApp, command: BuiltInCommand, standardFields: readonly Field[]): string {
  const operands = command.operands === undefined ? "" : ` ${command.operands}`;
  return [
    command.summary,
    "",
    "Usage:",
    `  ${app.name} ${command.name}${operands} [flags]`,
    "",
    "Flags:",
    ...flagLines([...command.options, describedHelp(command.name)], new Set(command.options)),
    "",
    "Global Flags:",
    ...flagLines(standardFields),
    "",
  ].join("\n");
}

function describedHelp(name: string): Field {
  return { ...helpField, description: `help for ${name}` };
}

function describedVersion(name: string): Field {
  return { ...versionField, description: `version for ${name}` };
}

/** Names the type of a flag's value; switches have none (pflag: type names). */
const typeWords = { string: "string", int: "int", bool: "", stringSlice: "strings" } as const satisfies Record<
  Field["kind"],
  string
>;

/** One line a flag, alphabetical, hidden ones left out. `local` flags have no environment variable. */
function flagLines(fields: readonly Field[], local: ReadonlySet<Field> = new Set()): string[] {
  const rows = fields
    .filter((field) => field.hidden !== true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((field) => [flagColumn(field), flagDescription(field, local)] as const);
  const longest = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, description]) => `${flag.padEnd(longest)}   ${description}`.trimEnd());
}

function flagColumn({ kind, name, shorthand }: Field): string {
  const short = shorthand === undefined ? "    " : `-${shorthand}, `;
  const type = typeWords[kind];
  return `  ${short}--${name}${type === "" ? "" : ` ${type}`}`;
}

function flagDescription(field: Field, local: ReadonlySet<Field>): string {
  const isBuiltIn = local.has(field) || field.name === helpField.name || field.name === versionField.name;
  const parts = [
    field.required === true ? "required:" : "",
    field.description ?? "",
    isBuiltIn ? "" : `($${environmentVariable(field.name)})`,
    defaultText(field),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function defaultText(field: Field): string {
  if (field.default === undefined || field.default === 0 || field.default === false || field.default === "") return "";
  if (field.kind === "string") return `(default ${JSON.stringify(field.default)})`;
  if (field.kind === "stringSlice") return field.default.length > 0 ? `(default [${field.default.join(",")}])` : "";
  return `(default ${field.default})`;
}
