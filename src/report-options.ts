/** The arguments and the help text of the commands `report` and `evidence`. What is not known or does not apply is refused. */
import type { Request } from "./reports/ask.ts";
import { findReport, reports } from "./reports/catalogue.ts";
import type { Report } from "./reports/report.ts";
import type { CliIo } from "./sdk/cli/cli-io.ts";
import { helpField, type ParsedFlags, parseFlags, usageError } from "./sdk/cli/parse-argv.ts";
import type { Field } from "./sdk/config/field.ts";
import { requirePath } from "./sdk/object-store/object-address.ts";
import { parseTimestamp } from "./sdk/resources/timestamps.ts";

/** Forms of a report. */
export const outputForms = ["table", "json", "csv", "xlsx"] as const;
/** One of the forms. */
export type OutputForm = (typeof outputForms)[number];

/** What `report` is to do. */
export interface ReportOptions extends Request {
  readonly report: Report;
  readonly about: string | undefined;
  readonly output: OutputForm;
  /** Undefined: standard output. */
  readonly out: string | undefined;
  readonly byteOrderMark: boolean;
}

/** What `evidence` is to do. */
export interface EvidenceOptions extends Request {
  readonly out: string;
}

const own = { exportTarget: "none" } as const;
const requestFields: readonly Field[] = [
  { kind: "string", name: "file", shorthand: "f", ...own },
  { kind: "string", name: "sync-id", ...own },
  { kind: "string", name: "since", ...own },
  { kind: "string", name: "as-of", ...own },
  { kind: "string", name: "out", ...own },
  helpField,
];
const reportFields: readonly Field[] = [
  ...requestFields,
  { kind: "string", name: "output", shorthand: "o", ...own },
  { kind: "bool", name: "bom", ...own },
];
const defaultFile = "sync.c1z";

/** Reads the arguments behind `report`; undefined when help is asked for. @throws BatonError `BATON-USAGE`. */
export function parseReportOptions(argv: readonly string[], io: CliIo): ReportOptions | undefined {
  const flags = parseFlags(argv, reportFields);
  if (wantsHelp(flags) || argv.length === 0) return undefined;
  const [name, about, ...more] = flags.operands;
  const report = name === undefined ? undefined : findReport(name);
  if (!report) throw usageError(unknownReport(name), `There are: ${reports.map((one) => one.name).join(", ")}.`);
  const isRequired = report.operand !== undefined && !report.operand.startsWith("[");
  if (isRequired && about === undefined) throw usageError(`report ${report.name} needs ${report.operand}`);
  const excess = report.operand === undefined ? about : more[0];
  if (excess !== undefined) throw usageError(`report ${report.name} does not take ${JSON.stringify(excess)}`);
  return { report, about, ...readForm(flags), ...readRequest(flags, io, report) };
}

/** Reads the arguments behind `evidence`; undefined when help is asked for. @throws BatonError `BATON-USAGE`. */
export function parseEvidenceOptions(argv: readonly string[], io: CliIo): EvidenceOptions | undefined {
  const flags = parseFlags(argv, requestFields);
  if (wantsHelp(flags)) return undefined;
  const [excess] = flags.operands;
  if (excess !== undefined) throw usageError(`evidence does not take ${JSON.stringify(excess)}`);
  const out = last(flags, "out");
  if (!out) throw usageError("evidence needs --out with the path of the zip to write");
  return { ...readRequest(flags, io), out };
}

function wantsHelp({ values }: ParsedFlags): boolean {
  return values.get(helpField.name)?.at(-1) === "true";
}

function last({ values }: ParsedFlags, name: string): string | undefined {
  return values.get(name)?.at(-1);
}

function unknownReport(name: string | undefined): string {
  return name === undefined ? "the name of a report is missing" : `unknown report ${JSON.stringify(name)}`;
}

function readForm(flags: ParsedFlags): Pick<ReportOptions, "output" | "out" | "byteOrderMark"> {
  const text = last(flags, "output") ?? "table";
  const output = outputForms.find((form) => form === text);
  if (!output) throw usageError(`--output is ${outputForms.join(", ")}, not ${JSON.stringify(text)}`);
  const out = last(flags, "out");
  if (out === "") throw usageError("--out is empty");
  if (output === "xlsx" && out === undefined) throw usageError("--output xlsx needs --out with the path to write");
  const byteOrderMark = last(flags, "bom") === "true";
  if (byteOrderMark && output !== "csv") throw usageError("--bom is for --output csv");
  return { output, out, byteOrderMark };
}

/** @param report undefined where several are asked for. */
function readRequest(flags: ParsedFlags, { env }: CliIo, report?: Report): Request {
  const [syncId, since, asOf] = [last(flags, "sync-id"), last(flags, "since"), last(flags, "as-of")];
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
  const file = last(flags, "file") || env["BATON_FILE"] || defaultFile;
  requirePath(file, "this command");
  return {
    file,
    ...(syncId !== undefined && { syncId }),
    ...(since !== undefined && { since }),
    ...(asOfSeconds !== undefined && { asOfSeconds }),
  };
}

const requestHelp = `  -f, --file FILE      the .c1z file to read, of any Baton connector ($BATON_FILE, default ${defaultFile})
      --sync-id ID     the sync to look at (default: the last finished one)
      --since X        changes: the earlier sync, or another file (default: the finished sync before)
      --as-of TIME     dormant, offboarding: when ages are counted to, as 2026-11-23T00:00:00Z (default: the time of the sync)`;

/** Help about `report`. */
export function reportHelp(program: string): string {
  const calls = reports.map(({ name, operand = "" }) => `${name} ${operand}`.trim());
  const width = Math.max(...calls.map((call) => call.length));
  return `Answers questions about a synced file, without network and without a key.

Usage:
  ${program} report NAME [flags]

Reports:
${reports.map(({ summary }, index) => `  ${calls[index]?.padEnd(width) ?? ""}  ${summary}`).join("\n")}

Flags:
${requestHelp}
  -o, --output FORM    ${outputForms.join(", ")} (default table)
      --out PATH       write there instead of to standard output; xlsx needs it
      --bom            begin the CSV with a byte order mark, for Excel
  -h, --help           help for report
`;
}

/** Help about `evidence`. */
export function evidenceHelp(program: string): string {
  return `Packs all reviews of a synced file into one zip, with the run record and hashes.

Usage:
  ${program} evidence --out PATH [flags]

Flags:
${requestHelp}
      --out PATH       the zip to write
  -h, --help           help for evidence
`;
}
