/** The completion script for zsh. */
import type { CompletionCommand, CompletionFlag, CompletionModel } from "./model.ts";

/** The script, ending in a newline. */
export function zshScript({ program, commands }: CompletionModel): string {
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
${commands.map((command) => commandCase(command, commands)).join("\n")}
  esac
}
if [ "$funcstack[1]" = "${name}" ]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`;
}

function commandCase({ name, flags, operands }: CompletionCommand, commands: readonly CompletionCommand[]): string {
  const described = new Map(commands.map((command) => [command.name, command.description]));
  const items = operands.map((operand) => item(operand, described.get(operand) ?? ""));
  const operandSpecs = items.length === 0 ? [] : [`'*: :((${items.join(" ")}))'`];
  const specs = [...flags.map(flagSpec), ...operandSpecs];
  return `    ${name === "" ? "''" : name})\n      _arguments -s \\\n        ${specs.join(" \\\n        ")} ;;`;
}

/** One entry of a list of operands; colons part it from its description. */
function item(operand: string, description: string): string {
  const escaped = inSingleQuotes(description).replaceAll(/[\\: ()]/g, "\\$&");
  return escaped === "" ? operand : `${operand}\\:${escaped}`;
}

function flagSpec({ name, shorthand, description, takesValue, values }: CompletionFlag): string {
  const text = inSingleQuotes(description).replaceAll(/[[\]\\:]/g, "\\$&");
  const explained = text === "" ? "" : `[${text}]`;
  const action = values.length > 0 ? `(${values.join(" ")})` : "_files";
  const value = takesValue ? `:${name}:${action}` : "";
  if (shorthand === undefined) return `'--${name}${takesValue ? "=" : ""}${explained}${value}'`;
  return `'(-${shorthand} --${name})'{${takesValue ? `-${shorthand}+,--${name}=` : `-${shorthand},--${name}`}}'${explained}${value}'`;
}

function inSingleQuotes(text: string): string {
  return text.replaceAll("'", "’");
}
