/**
 * The process that reads files for the console: opens what it is asked about, keeps it open, and answers. The console
 * itself never opens a file, so that whatever is in one can neither stop it nor take its memory.
 */
import type { Command } from "../../sdk/cli/app.ts";
import { usageError } from "../../sdk/cli/parse-argv.ts";
import { isWatched } from "../../sdk/file-progress.ts";
import type { FileQuestion } from "./questions.ts";

/** Name of the command. */
export const readCommandName = "console-read";

/** The command. */
export const readCommand: Command = {
  name: readCommandName,
  summary: "Read files for the console",
  settings: "none",
  isInternal: true,
  async run({ io }) {
    if (!isWatched())
      throw usageError(`${readCommandName} is started by the console only`, "Run baton-cloudsmith console.");
    // Ctrl-C in the console's terminal reaches this process as well; it is the console that decides.
    io.onSignal(() => {});
    const [{ answerQuestions }, { FileQuestions }] = await Promise.all([
      import("../../sdk/c1z/process/watched-process.ts"),
      import("./file-questions.ts"),
    ]);
    (await import("../../sdk/cli/young-generation.ts")).keepHeapSmall();
    const files = new FileQuestions(io.clock);
    // The sender is the process that started this one: the shape is what it is compiled with.
    return await answerQuestions((question) => files.answer(question as FileQuestion));
  },
};
