/** The completion script of each shell, from the same tables as the help text. */
import type { Field } from "../../config/field.ts";
import { type Command, type Invocation, settingsOf } from "../app.ts";
import { listCommands } from "../help.ts";
import { helpField, versionField } from "../parse-argv.ts";

/** One flag. */
interface CompletionFlag {
  readonly name: string;
  readonly shorthand?: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  /** The values to offer; none: file names. */
  readonly values: readonly string[];
}

/** One command with the flags that it takes. */
interface CompletionCommand {
  /** "" is the program without a command. */
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletionFlag[];
  /** Operands to offer. */
  readonly operands: readonly string[];
}

/** Everything a script is made from. */
interface CompletionModel {
  readonly program: string;
  /** The first one is the program itself. */
  readonly commands: readonly CompletionCommand[];
}

/** Collects commands and visible flags. Without `descriptions` they are all "". */
function completionModel(
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

/** Bash shows no descriptions. */
function bashScript({ program, commands }: CompletionModel): string {
  const name = `_${program.replaceAll(/\W/g, "_")}`;
  const named = commands.filter((command) => command.name !== "");
  const flags = new Map(commands.flatMap((command) => command.flags).map((flag) => [flag.name, flag]));
  return `# bash completion for ${program}
${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word= flags= operands=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${named.map((command) => command.name).join("|")}) command=$word; break ;;
    esac
  done
  case $previous in
${[...flags.values()]
  .filter((flag) => flag.takesValue)
  .map(bashValueCase)
  .join("\n")}
  esac
  case $command in
${commands.map(bashCommandCase).join("\n")}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$operands" -- "$current"))
  fi
}
complete -o default -F ${name} ${program}
`;
}

function bashValueCase({ name, shorthand, values }: CompletionFlag): string {
  const pattern = shorthand === undefined ? `--${name}` : `--${name}|-${shorthand}`;
  const reply = values.length > 0 ? `compgen -W "${values.join(" ")}"` : "compgen -f";
  return `    ${pattern}) COMPREPLY=($(${reply} -- "$current")); return ;;`;
}

function bashCommandCase({ name, flags, operands }: CompletionCommand): string {
  const words = flags.flatMap((flag) => [
    `--${flag.name}`,
    ...(flag.shorthand === undefined ? [] : [`-${flag.shorthand}`]),
  ]);
  return `    ${name === "" ? "''" : name}) flags="${words.join(" ")}"; operands="${operands.join(" ")}" ;;`;
}

/** The script for zsh, ending in a newline. */
function zshScript({ program, commands }: CompletionModel): string {
  const name = `_${program.replaceAll(/\W/g, "_")}`;
  const named = commands.filter((command) => command.name !== "");
  return `#compdef ${program}
# zsh completion for ${program}
${name}() {
  local context state line command word
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    case $word in
      ${named.map((command) => command.name).join("|")}) command=$word; break ;;
    esac
  done
  case $command in
${commands.map((command) => zshCommandCase(command, commands)).join("\n")}
  esac
}
if [ "$funcstack[1]" = "${name}" ]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`;
}

function zshCommandCase({ name, flags, operands }: CompletionCommand, commands: readonly CompletionCommand[]): string {
  const described = new Map(commands.map((command) => [command.name, command.description]));
  const items = operands.map((operand) => zshItem(operand, described.get(operand) ?? ""));
  const operandSpecs = items.length === 0 ? [] : [`'*: :((${items.join(" ")}))'`];
  const specs = [...flags.map(zshFlagSpec), ...operandSpecs];
  return `    ${name === "" ? "''" : name})\n      _arguments -s \\\n        ${specs.join(" \\\n        ")} ;;`;
}

/** One entry of a list of operands; colons part it from its description. */
function zshItem(operand: string, description: string): string {
  const escaped = zshInSingleQuotes(description).replaceAll(/[\\: ()]/g, "\\$&");
  return escaped === "" ? operand : `${operand}\\:${escaped}`;
}

function zshFlagSpec({ name, shorthand, description, takesValue, values }: CompletionFlag): string {
  const text = zshInSingleQuotes(description).replaceAll(/[[\]\\:]/g, "\\$&");
  const explained = text === "" ? "" : `[${text}]`;
  const action = values.length > 0 ? `(${values.join(" ")})` : "_files";
  const value = takesValue ? `:${name}:${action}` : "";
  if (shorthand === undefined) return `'--${name}${takesValue ? "=" : ""}${explained}${value}'`;
  return `'(-${shorthand} --${name})'{${takesValue ? `-${shorthand}+,--${name}=` : `-${shorthand},--${name}`}}'${explained}${value}'`;
}

function zshInSingleQuotes(text: string): string {
  return text.replaceAll("'", "’");
}

/** The script for fish, ending in a newline. */
function fishScript({ program, commands }: CompletionModel): string {
  const named = commands.filter((command) => command.name !== "").map((command) => command.name);
  const described = new Map(commands.map((command) => [command.name, command.description]));
  const lines = commands.flatMap((command) => {
    const when = fishCondition(command, program);
    const operands = command.operands.map(
      (operand) =>
        `complete -c ${program} -n ${when} -f -a ${fishQuote(operand)}${fishDescribe(described.get(operand) ?? "")}`,
    );
    return [...operands, ...command.flags.map((flag) => `complete -c ${program} -n ${when} ${fishFlagOptions(flag)}`)];
  });
  return `# fish completion for ${program}
function ${fishRootCondition(program)}
  not __fish_seen_subcommand_from ${named.join(" ")}
end
${lines.join("\n")}
`;
}

function fishRootCondition(program: string): string {
  return `__${program.replaceAll(/\W/g, "_")}_no_command`;
}

function fishCondition({ name }: CompletionCommand, program: string): string {
  return fishQuote(name === "" ? fishRootCondition(program) : `__fish_seen_subcommand_from ${name}`);
}

function fishFlagOptions({ name, shorthand, description, takesValue, values }: CompletionFlag): string {
  const short = shorthand === undefined ? "" : ` -s ${shorthand}`;
  const choices = values.length > 0 ? ` -x -a ${fishQuote(values.join(" "))}` : " -r";
  return `-l ${name}${short}${takesValue ? choices : " -f"}${fishDescribe(description)}`;
}

function fishDescribe(text: string): string {
  return text === "" ? "" : ` -d ${fishQuote(text)}`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

/** The script for powershell, ending in a newline. */
function powershellScript({ program, commands }: CompletionModel): string {
  const described = new Map(commands.map((command) => [command.name, command.description]));
  const named = commands.filter((command) => command.name !== "").map((command) => powershellQuote(command.name));
  return `# PowerShell completion for ${program}
Register-ArgumentCompleter -Native -CommandName ${powershellQuote(program)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @(${named.join(", ")})
  $command = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($commands -contains $element.ToString()) { $command = $element.ToString(); break }
  }
  $words = @(switch ($command) {
${commands.map((command) => powershellSwitchCase(command, described)).join("\n")}
  })
  $words | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

function powershellSwitchCase(
  { name, flags, operands }: CompletionCommand,
  described: ReadonlyMap<string, string>,
): string {
  const words = [
    ...operands.map((operand) => [operand, described.get(operand) ?? ""] as const),
    ...flags.map((flag) => [`--${flag.name}`, flag.description] as const),
  ];
  // A tool tip must not be empty.
  const pairs = words.map(([word, text]) => `      ,@(${powershellQuote(word)}, ${powershellQuote(text || word)})`);
  return `    ${powershellQuote(name)} {\n${pairs.join("\n")}\n    }`;
}

function powershellQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const scripts: ReadonlyMap<string, (model: CompletionModel) => string> = new Map([
  ["bash", bashScript],
  ["zsh", zshScript],
  ["fish", fishScript],
  ["powershell", powershellScript],
]);

/** The script for `shell`, with or without descriptions; undefined for a shell that there is none for. */
export function completionScript(
  shell: string,
  program: Parameters<typeof completionModel>[0],
  descriptions: boolean,
): string | undefined {
  return scripts.get(shell)?.(completionModel(program, descriptions));
}
