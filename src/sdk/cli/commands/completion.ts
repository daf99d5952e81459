/** `completion bash|zsh|fish|powershell`: the script for a shell. */

import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { type CompletionModel, completionModel, type Shell, shells } from "../completion/model.ts";
import { powershellScript } from "../completion/powershell.ts";
import { zshScript } from "../completion/zsh.ts";
import type { CommandRun } from "../invocation.ts";
import { printHelp } from "./help.ts";

const scripts = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const satisfies Record<Shell, (model: CompletionModel) => string>;

/** Prints the script; without a known shell it prints help and succeeds, as in the Go connectors. */
export const runCompletion: CommandRun = async (invocation) => {
  const { app, io, flags, options, standardFields } = invocation;
  const shell = shells.find((known) => known === flags.operands[0]);
  if (shell === undefined) {
    printHelp(invocation, "completion");
    return 0;
  }
  io.stdout.write(scripts[shell](completionModel(app, standardFields, !options.bool("no-descriptions"))));
  return 0;
};
