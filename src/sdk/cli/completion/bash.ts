/** The completion script for bash. Bash shows no descriptions. */
import type { CompletionCommand, CompletionFlag, CompletionModel } from "./model.ts";

/** The script, ending in a newline. */
export function bashScript({ program, commands }: CompletionModel): string {
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
  .map(valueCase)
  .join("\n")}
  esac
  case $command in
${commands.map(commandCase).join("\n")}
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

function valueCase({ name, shorthand, values }: CompletionFlag): string {
  const pattern = shorthand === undefined ? `--${name}` : `--${name}|-${shorthand}`;
  const reply = values.length > 0 ? `compgen -W "${values.join(" ")}"` : "compgen -f";
  return `    ${pattern}) COMPREPLY=($(${reply} -- "$current")); return ;;`;
}

function commandCase({ name, flags, operands }: CompletionCommand): string {
  const words = flags.flatMap((flag) => [
    `--${flag.name}`,
    ...(flag.shorthand === undefined ? [] : [`-${flag.shorthand}`]),
  ]);
  return `    ${name === "" ? "''" : name}) flags="${words.join(" ")}"; operands="${operands.join(" ")}" ;;`;
}
