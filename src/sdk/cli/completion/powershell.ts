/** The completion script for PowerShell. */
import type { CompletionCommand, CompletionModel } from "./model.ts";

/** The script, ending in a newline. */
export function powershellScript({ program, commands }: CompletionModel): string {
  const described = new Map(commands.map((command) => [command.name, command.description]));
  const named = commands.filter((command) => command.name !== "").map((command) => quote(command.name));
  return `# PowerShell completion for ${program}
Register-ArgumentCompleter -Native -CommandName ${quote(program)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @(${named.join(", ")})
  $command = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($commands -contains $element.ToString()) { $command = $element.ToString(); break }
  }
  $words = @(switch ($command) {
${commands.map((command) => switchCase(command, described)).join("\n")}
  })
  $words | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

function switchCase({ name, flags, operands }: CompletionCommand, described: ReadonlyMap<string, string>): string {
  const words = [
    ...operands.map((operand) => [operand, described.get(operand) ?? ""] as const),
    ...flags.map((flag) => [`--${flag.name}`, flag.description] as const),
  ];
  // A tool tip must not be empty.
  const pairs = words.map(([word, text]) => `      ,@(${quote(word)}, ${quote(text || word)})`);
  return `    ${quote(name)} {\n${pairs.join("\n")}\n    }`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
