/** The closing summary of a run: a table that a person enjoys reading. Pure. */
import { styleText } from "node:util";
import { listInWords, recordedList } from "../contracts/completeness.ts";
import type { SyncWarning } from "../contracts/connector.ts";
import type { SyncOutcome } from "../sync/events.ts";
import {
  displayWidth,
  escapeControls,
  formatBytes,
  formatCount,
  formatDuration,
  formatPlural,
  padEndToWidth,
  padStartToWidth,
} from "./terminal-text.ts";

/** A titled list of counts, for example members by role. */
export interface SummarySection {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, count: number])[];
}

/** What the summary shows besides the outcome. */
export interface SummaryOptions {
  /** What was synced, for example the organization. */
  readonly target: string;
  readonly color: boolean;
  /** More counts than the outcome has. */
  readonly sections?: readonly SummarySection[];
}

type Style = "bold" | "dim" | "green" | "yellow";
type Paint = (style: Style, text: string) => string;

/** The summary, ending in a newline. */
export function renderSummary(outcome: SyncOutcome, options: SummaryOptions): string {
  const paint: Paint = (style, text) => (options.color ? styleText(style, text, { validateStream: false }) : text);
  const sections = [countsOf(outcome), ...(options.sections ?? [])].filter(({ rows }) => rows.length > 0);
  const lines = [
    "",
    headline(outcome, options.target, paint),
    ...sections.flatMap((section) => ["", ...sectionLines(section, widths(sections), paint)]),
    "",
    ...factLines(outcome, paint),
    ...warningLines(outcome.warnings, paint),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function headline({ warnings, resumed }: SyncOutcome, target: string, paint: Paint): string {
  const name = escapeControls(target);
  const verb = resumed ? "Synced (taken up again)" : "Synced";
  if (warnings.length === 0) return paint("bold", paint("green", `✔ ${verb} ${name}`));
  return paint("bold", paint("yellow", `! ${verb} ${name} with ${formatPlural(warnings.length, "warning")}`));
}

function countsOf({ stats }: SyncOutcome): SummarySection {
  const types = Object.entries(stats.resourcesByResourceType).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { title: "Found", rows: [...types, ["entitlements", stats.entitlements], ["grants", stats.grants]] };
}

interface Widths {
  readonly label: number;
  readonly count: number;
}

function widths(sections: readonly SummarySection[]): Widths {
  const rows = sections.flatMap((section) => section.rows);
  return {
    label: Math.max(...rows.map(([label]) => displayWidth(escapeControls(label)))),
    count: Math.max(...rows.map(([, count]) => formatCount(count).length)),
  };
}

function sectionLines({ title, rows }: SummarySection, { label, count }: Widths, paint: Paint): string[] {
  const line = ([name, value]: readonly [string, number]): string =>
    `    ${padEndToWidth(escapeControls(name), label)}  ${padStartToWidth(formatCount(value), count)}`;
  return [`  ${paint("bold", title)}`, ...rows.map(line)];
}

function factLines(outcome: SyncOutcome, paint: Paint): string[] {
  const { connector, fileBytes, result, path, syncId, syncType, durationMs, completeness } = outcome;
  const facts: [string, string][] = [
    ["Result", result],
    ["File", `${escapeControls(path)} (${formatBytes(fileBytes)})`],
    ["Sync", `${syncId} (${syncType})`],
    ["Duration", formatDuration(durationMs)],
  ];
  if (connector) {
    const retries = connector.retries > 0 ? `, ${formatPlural(connector.retries, "retry", "retries")}` : "";
    facts.push(["Requests", formatCount(connector.requests) + retries]);
  }
  for (const list of completeness.lists) facts.push(["Compared", escapeControls(listInWords(recordedList(list)))]);
  if (completeness.notRead.length > 0) {
    facts.push(["Not read", escapeControls(completeness.notRead.map(({ title }) => title).join(", "))]);
  }
  return facts.map(([label, value]) => `  ${paint("dim", padEndToWidth(label, 10))}${value}`);
}

function warningLines(warnings: readonly SyncWarning[], paint: Paint): string[] {
  if (warnings.length === 0) return [];
  const line = ({ code, message, count = 1 }: SyncWarning): string =>
    `    ${paint("yellow", code)}${count > 1 ? ` (${formatCount(count)})` : ""} ${escapeControls(message)}`;
  return ["", `  ${paint("bold", "Warnings")}`, ...warnings.map(line)];
}
