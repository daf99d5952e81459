/** Failures of this machine and of this console, and whatever fits nowhere else. */
import { again, type Describers, nothingSaved } from "./failure-context.ts";

const titles: Readonly<Record<string, string>> = {
  "BATON-INTERRUPTED": "The sync was stopped",
  "BATON-INCOMPLETE": "Rows are missing, nothing applied",
  "CONSOLE-RUN-LOST": "The sync ended unexpectedly",
  "CONSOLE-AUDIT": "Refused: the audit log cannot be written",
  "CONSOLE-RUNNING": "A sync is running already",
  "CONSOLE-KEY-GONE": "The API key must be entered again",
  "CONSOLE-SEALED": "The API key cannot be opened",
  "CONSOLE-WEBHOOK": "Nobody was told",
};

/** Ends of a sync of which the console knows better what they mean for the data. */
const ofASync: ReadonlySet<string> = new Set(["BATON-INTERRUPTED", "BATON-INCOMPLETE", "CONSOLE-RUN-LOST"]);

/** Their descriptions. */
export const localFailures: Describers<"disk-full" | "file-busy" | "held" | "session-expired" | "unexpected"> = {
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
  "session-expired": () => ({
    title: "Sign in again",
    message: "The session has ended.",
    effect: "Syncs go on without it.",
    hint: "Run `baton-cloudsmith console --link` on this machine and open the link that it prints.",
    facts: [],
  }),
  unexpected: ({ error, connector }) => ({
    title: titles[error.code] ?? "This did not work",
    message: error.message,
    ...(error.effect !== undefined && { effect: error.effect }),
    // The process of the sync cannot know which file is there.
    ...(connector && ofASync.has(error.code) && { effect: nothingSaved(connector) }),
    ...(error.hint !== undefined && { hint: error.hint }),
    facts: error.facts,
  }),
};
