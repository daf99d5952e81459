/** The three ways to run a connector, in words. */
import type { RunMode } from "../../contract/connectors.ts";

/** A way to run, its description, and the command lines that do the same without this page. */
export interface ModeText {
  readonly mode: RunMode;
  readonly title: string;
  readonly text: string;
  readonly command: string;
}

/** In the order in which they are offered. */
export const modeTexts: readonly ModeText[] = [
  {
    mode: "once",
    title: "Once, to a file",
    text: "Syncs when you press the button, and writes a .c1z file on this machine.",
    command: "baton-cloudsmith --org-slug SLUG --api-key-file KEY_FILE --file sync.c1z",
  },
  {
    mode: "service",
    title: "As a service for C1",
    text: "Asks ConductorOne for tasks and uploads each sync. You will need a Client ID and a Client secret from C1.",
    command:
      "baton-cloudsmith --org-slug SLUG --api-key-file KEY_FILE \\\n  --client-id CLIENT_ID --client-secret-file SECRET_FILE",
  },
  {
    mode: "schedule",
    title: "On a schedule here",
    text: "Syncs by itself for as long as this console runs, every 30 minutes at most, and keeps each file.",
    command: "baton-cloudsmith console",
  },
];

/** A way to run out of an address; once where it names none. */
export function readMode(word: string | undefined): RunMode {
  return modeTexts.find(({ mode }) => mode === word)?.mode ?? "once";
}

/** The title of a way to run. */
export function modeTitle(mode: RunMode): string {
  return modeTexts.find((text) => text.mode === mode)?.title ?? mode;
}
