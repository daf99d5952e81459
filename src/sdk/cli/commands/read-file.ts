/**
 * Reads a file that nobody vouches for in a process of its own, for commands that do other things as well: such a process
 * can be ended. What is asked is answered there (the internal command below), and only that comes back.
 */
import type { Inspection } from "../../c1z/inspect/inspect.ts";
import { answerQuestions } from "../../c1z/process/watched-process.ts";
import type { ExternalPrincipalsOptions } from "../../external/external-principals.ts";
import { isWatched } from "../../file-progress.ts";
import type { Invocation } from "../app.ts";
import type { CliIo } from "../cli-io.ts";
import { usageError } from "../parse-argv.ts";
import { boundYoungGeneration } from "../young-generation.ts";

/** What a file is asked. */
type FileQuestion =
  | { readonly kind: "inspect"; readonly path: string; readonly tempDir: string | undefined }
  | ({ readonly kind: "external" } & ExternalPrincipalsOptions);

/** What of an inspection those need who do not print it. */
export type Soundness = Pick<Inspection, "sound" | "problems" | "syncs">;

/** The internal command: answers until the one that started it is gone. */
export async function runReadFile({ io }: Invocation): Promise<number> {
  if (!isWatched()) throw usageError("read-file is started by other commands only", "Run the command inspect.");
  // Ctrl-C in a terminal reaches this process as well; it is the one that asks who decides.
  io.onSignal(() => {});
  boundYoungGeneration();
  // The sender is this very program: the shape is what it is compiled with.
  return await answerQuestions((question) => answer(question as FileQuestion));
}

/** Inspects a file. @throws BatonError as `inspectC1z`, and `FILE-TIME-LIMIT`, `FILE-MEMORY-LIMIT`, `FILE-PROCESS-LOST` */
export async function inspectApart(io: CliIo, path: string, tempDir: string | undefined): Promise<Soundness> {
  return (await ask(io, { kind: "inspect", path, tempDir })) as Soundness;
}

/**
 * Reads the principals of a file once, in a process of its own, and throws them away: what has been read there within all
 * bounds can be read here.
 * @throws BatonError as `openExternalPrincipals`, and those of a process that was ended.
 */
export async function tryExternalPrincipals(io: CliIo, options: ExternalPrincipalsOptions): Promise<void> {
  if (io.startReader && options.path !== "") await ask(io, { kind: "external", ...options });
}

async function ask(io: CliIo, question: FileQuestion): Promise<unknown> {
  const reader = await io.startReader?.();
  if (!reader) return await answer(question);
  try {
    return await reader.ask(question);
  } finally {
    await reader.close();
  }
}

async function answer(question: FileQuestion): Promise<unknown> {
  if (question.kind === "external") {
    await (await import("../../external/external-principals.ts")).openExternalPrincipals(question);
    return null;
  }
  const { inspectC1z } = await import("../../c1z/inspect/inspect.ts");
  const { sound, problems, syncs } = await inspectC1z(question.path, question);
  return { sound, problems, syncs } satisfies Soundness;
}
