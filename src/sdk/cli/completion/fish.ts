/** The completion script for fish. */
import type { CompletionCommand, CompletionFlag, CompletionModel } from "./model.ts";

/** The script, ending in a newline. */
export function fishScript({ program, commands }: CompletionModel): string {
  const named = commands.filter((command) => command.name !== "").map((command) => command.name);
  const described = new Map(commands.map((command) => [command.name, command.description]));
  const lines = commands.flatMap((command) => {
    const when = condition(command, program);
    const operands = command.operands.map(
      (operand) => `complete -c ${program} -n ${when} -f -a ${quote(operand)}${describe(described.get(operand) ?? "")}`,
    );
    return [...operands, ...command.flags.map((flag) => `complete -c ${program} -n ${when} ${flagOptions(flag)}`)];
  });
  return `# fish completion for ${program}
function ${rootCondition(program)}
  not __fish_seen_subcommand_from ${named.join(" ")}
end
${lines.join("\n")}
`;
}

function rootCondition(program: string): string {
  return `__${program.replaceAll(/\W/g, "_")}_no_command`;
}

function condition({ name }: CompletionCommand, program: string): string {
  return quote(name === "" ? rootCondition(program) : `__fish_seen_subcommand_from ${name}`);
}

function flagOptions({ name, shorthand, description, takesValue, values }: CompletionFlag): string {
  const short = shorthand === undefined ? "" : ` -s ${shorthand}`;
  const choices = values.length > 0 ? ` -x -a ${quote(values.join(" "))}` : " -r";
  return `-l ${name}${short}${takesValue ? choices : " -f"}${describe(description)}`;
}

function describe(text: string): string {
  return text === "" ? "" : ` -d ${quote(text)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
