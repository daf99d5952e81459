/** Every exit code with its meaning: the one table, from which the pages take theirs. */
import { signalExitCodes } from "../src/sdk/cli/interrupt.ts";
import { Status } from "../src/sdk/errors.ts";
import { resultExitCodes } from "../src/sdk/sync/verdict.ts";

/** One row. */
export interface ExitCode {
  readonly codes: readonly number[];
  readonly meaning: string;
  /** Whether the same command is worth running again. */
  readonly again: "" | "yes" | "no" | "after a correction" | "yes; it goes on from there";
}

const correction = "after a correction";

/** All of them, in order; test/readme.test.ts holds them against the sources. */
export const exitCodes: readonly ExitCode[] = [
  { codes: [Status.ok], meaning: "Done, perhaps with warnings", again: "" },
  {
    codes: [Status.unknown],
    meaning: "A mistake in flags, settings or files; an answer that makes no sense; any other error",
    again: correction,
  },
  {
    codes: [Status.invalidArgument],
    meaning: "A path, number or request that cannot be used",
    again: correction,
  },
  { codes: [Status.deadlineExceeded], meaning: "No answer in time", again: "yes" },
  {
    codes: [Status.notFound],
    meaning: "There is no such organization for this key, or no such file",
    again: correction,
  },
  { codes: [Status.alreadyExists], meaning: "Something that is to be new is there already", again: correction },
  {
    codes: [Status.permissionDenied],
    meaning: "The key may not read something, or this user may not write",
    again: correction,
  },
  {
    codes: [Status.resourceExhausted],
    meaning: "The disk is full, or an answer or file is too large",
    again: correction,
  },
  {
    codes: [Status.failedPrecondition],
    meaning: "A file, certificate or directory is not in the state that the run needs, or another run has it",
    again: correction,
  },
  { codes: [Status.aborted], meaning: "What was asked for was over before the call came", again: "yes" },
  { codes: [Status.unimplemented], meaning: "A flag or task for something this connector does not do", again: "no" },
  { codes: [Status.internal], meaning: "A fault of the program; please report it", again: "no" },
  {
    codes: [Status.unavailable],
    meaning: "The host cannot be reached, or its rate limit is used up for too long",
    again: "yes",
  },
  { codes: [Status.dataLoss], meaning: "A file is damaged", again: "no" },
  { codes: [Status.unauthenticated], meaning: "The credentials were not accepted", again: correction },
  {
    codes: [resultExitCodes.partial],
    meaning: "With `--strict`: the roster is or may be partial; the file was written",
    again: correction,
  },
  {
    codes: [resultExitCodes.incomplete],
    meaning: "Rows are missing although the list was read several times; the file is as it was",
    again: "yes",
  },
  {
    codes: [resultExitCodes.held],
    meaning: "Half or more is gone since the last sync; the file is as it was until somebody accepts that",
    again: correction,
  },
  {
    codes: Object.values(signalExitCodes),
    meaning: `Stopped by ${Object.keys(signalExitCodes).join(", ")}; what was read is kept`,
    again: "yes; it goes on from there",
  },
];
