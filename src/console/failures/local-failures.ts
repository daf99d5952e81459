/** Failures of this machine and of this console, and whatever fits nowhere else. */
import { again, type Describe, type Describers, type FailureContext, nothingSaved } from "./failure-context.ts";

/** Of what fits no other state. */
const titles: Readonly<Record<string, string>> = {
  "BATON-INTERRUPTED": "The sync was stopped",
  "BATON-INCOMPLETE": "Rows are missing, nothing applied",
  "CONSOLE-RUN-LOST": "The sync ended unexpectedly",
  "CONSOLE-RUNNING": "A sync is running already",
  "CONSOLE-KEY-GONE": "The API key must be entered again",
  "CONSOLE-SEALED": "The API key cannot be opened",
  "CONSOLE-WEBHOOK": "Nobody was told",
  "FILE-V3": "This version 3 file cannot be read",
  "FILE-NOT-FOUND": "There is nothing to read",
  "FILE-CORRUPT": "This file is damaged",
  "FILE-FOREIGN": "This is no ordinary .c1z file",
  "FILE-DECODER-LIMIT": "This file is too large to unpack",
  "FILE-TIME-LIMIT": "This file takes too long to read",
  "FILE-MEMORY-LIMIT": "This file takes too much memory",
  "REPORT-NO-EARLIER-SYNC": "There is nothing to compare with",
  "CONSOLE-NO-SOURCE": "There is no file yet",
  "CONSOLE-NOT-IN-FILE": "Not in this file",
  "CONSOLE-NO-ADDRESS": "There is nothing here",
  "CONSOLE-FORGED": "Load the page again",
  "CONSOLE-NOT-ALLOWED": "Your link does not let you do this",
  "REVIEW-QUESTION": "This cannot be reviewed",
  "REVIEW-SIGNED": "This review is signed",
  "REVIEW-UNDECIDED": "Not everything is decided",
  "REVIEW-NOT-FOUND": "There is no such review",
  "REVIEW-DAMAGED": "This review cannot be trusted",
  "REPORT-LIST": "This list cannot be read",
  "EVIDENCE-KEY": "The key for evidence cannot be used",
  "CONSOLE-TOO-LARGE": "That is too much",
  "CONSOLE-UPLOAD-TOO-LARGE": "This file is too large to send",
  "CONSOLE-AUDIT": "The audit log cannot be written",
  "CONSOLE-SIGN-IN": "Sign in again",
};

/** Ends of a sync of which the console knows better what they mean for the data. */
const ofASync: ReadonlySet<string> = new Set(["BATON-INTERRUPTED", "BATON-INCOMPLETE", "CONSOLE-RUN-LOST"]);

/** Their descriptions. */
export const localFailures: Describers<
  "disk-full" | "file-busy" | "held" | "stopped" | "session-expired" | "unexpected"
> = {
  "disk-full": ({ error, connector }) => ({
    title: "Not enough disk space",
    message: error.message,
    effect: nothingSaved(connector),
    hint: `Free space, then ${again(connector)}.`,
    facts: error.facts,
  }),
  "file-busy": ({ error }) => ({
    title: "Another run is using this file",
    message: error.message,
    effect: "This run did not change the file.",
    hint: "Wait until it has ended, then sync again.",
    facts: error.facts,
  }),
  held: ({ error, connector }) => ({
    title: "Big change, nothing applied",
    message: "Half or more of what was there before is gone. That can be true, or a fault of key or network.",
    effect: nothingSaved(connector),
    hint: "Look up some of the names. Confirm the changes if they are true, or keep the old file.",
    facts: error.facts,
    points: error.candidates,
  }),
  stopped: inItsOwnWords,
  "session-expired": inItsOwnWords,
  unexpected: inItsOwnWords,
};

/** What the error itself says, under a title. */
function inItsOwnWords({ error, connector }: FailureContext): ReturnType<Describe> {
  return {
    title: titles[error.code] ?? "This did not work",
    message: error.message,
    ...(error.effect !== undefined && { effect: error.effect }),
    // The process of the sync cannot know which file is there.
    ...(connector && ofASync.has(error.code) && { effect: nothingSaved(connector) }),
    ...(error.hint !== undefined && { hint: error.hint }),
    facts: error.facts,
  };
}
