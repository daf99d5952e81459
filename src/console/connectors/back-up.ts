/** Back-ups while the console runs: by the command, in a process of its own, as large files would hold everybody up. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import { BatonError, Status } from "../../sdk/errors.ts";

/** Writes a back-up of a data directory to `path`, which must not be there. @throws BatonError `CONSOLE-BACKUP` */
export async function backUp({ file, args }: ProgramCommand, dataDir: string, path: string): Promise<void> {
  try {
    await promisify(execFile)(file, [...args, "console", "--data-dir", dataDir, "--backup", path], { env: {} });
  } catch (caught) {
    throw new BatonError({
      code: "CONSOLE-BACKUP",
      status: Status.failedPrecondition,
      message: "The back-up cannot be made: its command failed.",
      effect: "The data directory was not changed by it.",
      hint: "Make room on the disk of the data directory, or run the command by hand, which says more.",
      cause: caught,
    });
  }
}
