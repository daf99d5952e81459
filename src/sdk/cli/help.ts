/** The help texts, in the layout of cobra. Made from the same tables as the flags and commands themselves. */
import { environmentVariable, type Field } from "../config/field.ts";
import { type Command, type ConnectorApp, type Invocation, unknownCommand } from "./app.ts";
import { helpField, versionField } from "./parse-argv.ts";

/** The commands that people start, by name. */
export function listCommands(commands: readonly Command[]): readonly Command[] {
  return commands
    .filter(({ name, isInternal }) => name !== "" && isInternal !== true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The help text of a command; "" is the program itself.
 * @throws BatonError BATON-USAGE when there is no such command.
 */
export async function helpText(
  { app, commands, standardFields }: Pick<Invocation, "app" | "commands" | "standardFields">,
  name: string,
): Promise<string> {
  if (name === "") return rootHelp(app, listCommands(commands), standardFields);
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw unknownCommand(app, name);
  return await commandHelp(app, command, standardFields);
}

/** Help about the program. Ends with a newline. */
function rootHelp(app: ConnectorApp, commands: readonly Command[], standardFields: readonly Field[]): string {
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
async function commandHelp(app: ConnectorApp, command: Command, standardFields: readonly Field[]): Promise<string> {
  const { options = [], settings } = command;
  const operands = command.operands === undefined ? "" : ` ${command.operands}`;
  const about = await command.about?.(app.name);
  return [
    command.summary,
    "",
    "Usage:",
    `  ${app.name} ${command.name}${operands} [flags]`,
    "",
    ...(about === undefined ? [] : [about, ""]),
    "Flags:",
    ...flagLines([...options, describedHelp(command.name)], new Set(options)),
    "",
    ...(settings === "none" ? [] : ["Global Flags:", ...flagLines(standardFields), ""]),
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
