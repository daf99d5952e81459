/** How to start this very program again: from a checkout, from the package, and as the single executable. */
import { isSea } from "node:sea";

/** What stands before a command's name. */
export interface ProgramCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** The program that this process runs. */
export function thisProgram(): ProgramCommand {
  const [file, script] = [process.execPath, process.argv[1]];
  // The single executable is program and script in one.
  if (isSea() || script === undefined) return { file, args: [] };
  return { file, args: [...process.execArgv, script] };
}
