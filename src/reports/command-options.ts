/** What the flags of `report` ask for. What is not known or does not apply is refused. */

import type { Invocation } from "../sdk/cli/app.ts";
import type { CliIo } from "../sdk/cli/cli-io.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import type { Flag } from "../sdk/config/field.ts";
import type { ResolvedConfig } from "../sdk/config/resolve.ts";
import { requirePath } from "../sdk/object-store/object-address.ts";
import { parseTimestamp } from "../sdk/resources/timestamps.ts";
import type { Request } from "./ask.ts";
import { findReport, reports } from "./catalogue.ts";
import type { Report } from "./report.ts";

/** Forms of a report. */
export const outputForms = ["table", "json", "csv", "xlsx"] as const;
/** One of the forms. */
export type OutputForm = (typeof outputForms)[number];

/** In which form an answer is written, and where. */
export interface FormOptions {
  readonly output: OutputForm;
  /** Undefined: standard output. */
  readonly out: string | undefined;
  readonly byteOrderMark: boolean;
}

/** What `report` is to do. */
export interface ReportOptions extends Request, FormOptions {
  readonly report: Report;
  readonly about: string | undefined;
  /** A file of people to ask about instead, `-` for standard input. */
  readonly list: string | undefined;
  /** A file of events to count with, `-` for standard input. */
  readonly events: string | undefined;
}

/** Flags that say which file is asked, and which sync of it. */
export type RequestFlag = Flag<"string", "file" | "sync-id" | "since" | "as-of">;
/** Flags that say in which form an answer is written, and where. */
export type FormFlag = Flag<"string", "output" | "out"> | Flag<"bool", "bom">;

/** Reads what `report` is asked for. @throws BatonError `BATON-USAGE`. */
export function readReportOptions({
  app,
  io,
  flags,
  options,
}: Invocation<RequestFlag | FormFlag | Flag<"string", "list" | "events">>): ReportOptions {
  const [name, about, ...more] = flags.operands;
  const report = name === undefined ? undefined : findReport(name);
  if (!report) throw usageError(unknownReport(name), `There are: ${namesOf(() => true)}.`);
  const isRequired = report.operand !== undefined && !report.operand.startsWith("[");
  const [list, events] = [given(options, "list"), given(options, "events")];
  if (events !== undefined && report.takesEvents !== true) {
    throw usageError(
      `--events is for ${namesOf(({ takesEvents }) => takesEvents === true)}, not for report ${report.name}`,
    );
  }
  if (events === "") throw usageError("--events is empty");
  if (list !== undefined && report.takesList !== true) {
    throw usageError(`--list is for ${namesOf(({ takesList }) => takesList === true)}, not for report ${report.name}`);
  }
  if (list !== undefined && about !== undefined)
    throw usageError(`--list and ${JSON.stringify(about)} exclude each other`);
  if (list === "") throw usageError("--list is empty");
  if (isRequired && about === undefined && list === undefined) {
    throw usageError(`report ${report.name} needs ${report.operand}${report.takesList === true ? " or --list" : ""}`);
  }
  const excess = report.operand === undefined ? about : more[0];
  if (excess !== undefined) throw usageError(`report ${report.name} does not take ${JSON.stringify(excess)}`);
  return { report, about, list, events, ...readForm(options), ...readRequest(app, options, io, report) };
}

function namesOf(chosen: (report: Report) => boolean): string {
  return reports
    .filter(chosen)
    .map(({ name }) => name)
    .join(", ");
}

function unknownReport(name: string | undefined): string {
  return name === undefined ? "the name of a report is missing" : `unknown report ${JSON.stringify(name)}`;
}

/** Reads the form. @throws BatonError `BATON-USAGE` */
export function readForm(options: ResolvedConfig<FormFlag>): FormOptions {
  const text = options.string("output");
  const output = outputForms.find((form) => form === text);
  if (!output) throw usageError(`--output is ${outputForms.join(", ")}, not ${JSON.stringify(text)}`);
  const out = given(options, "out");
  if (out === "") throw usageError("--out is empty");
  if (output === "xlsx" && out === undefined) throw usageError("--output xlsx needs --out with the path to write");
  const byteOrderMark = options.bool("bom");
  if (byteOrderMark && output !== "csv") throw usageError("--bom is for --output csv");
  return { output, out, byteOrderMark };
}

/** A flag that was given. */
export function given<const N extends string>(options: ResolvedConfig<Flag<"string", N>>, name: N): string | undefined {
  return options.isGiven(name) ? options.string(name) : undefined;
}

/** Reads which file and sync are asked. @param report undefined where several are asked for. @throws BatonError `BATON-USAGE` */
export function readRequest(
  { profileKeys }: Invocation["app"],
  options: ResolvedConfig<RequestFlag>,
  { env }: CliIo,
  report?: Report,
): Request {
  const [syncId, since, asOf] = [given(options, "sync-id"), given(options, "since"), given(options, "as-of")];
  if (since !== undefined && report && report.comparesSyncs !== true) {
    throw usageError(`--since is not for report ${report.name}, which looks at one sync`);
  }
  if (asOf !== undefined && report && report.countsAges !== true) {
    throw usageError(`--as-of is not for report ${report.name}, which counts no ages`);
  }
  const asOfSeconds = asOf === undefined ? undefined : parseTimestamp(asOf)?.seconds;
  if (asOf !== undefined && asOfSeconds === undefined) {
    throw usageError(`--as-of is a time like 2026-11-23T00:00:00Z, not ${JSON.stringify(asOf)}`);
  }
  const file = given(options, "file") || env["BATON_FILE"] || options.string("file");
  requirePath(file, "this command");
  return {
    file,
    ...(profileKeys && { notCompared: profileKeys.notCompared }),
    ...(syncId !== undefined && { syncId }),
    ...(since !== undefined && { since }),
    ...(asOfSeconds !== undefined && { asOfSeconds }),
  };
}

/** The reports that there are, for the help text. */
export function listOfReports(): string {
  const calls = reports.map(({ name, operand = "" }) => `${name} ${operand}`.trim());
  const width = Math.max(...calls.map((call) => call.length));
  const lines = reports.map(({ summary }, index) => `  ${calls[index]?.padEnd(width) ?? ""}  ${summary}`);
  return ["Reports:", ...lines].join("\n");
}
