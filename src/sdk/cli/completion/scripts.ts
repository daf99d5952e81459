/** The completion script of each shell. */
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { type CompletionModel, completionModel } from "./model.ts";
import { powershellScript } from "./powershell.ts";
import { zshScript } from "./zsh.ts";

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
