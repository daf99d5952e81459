/** The command `report`, for the program of any connector: answers from a finished file. */
import { resolve } from "node:path";
import { defineCommand } from "../sdk/cli/app.ts";
import type { CliIo } from "../sdk/cli/cli-io.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import type { Field } from "../sdk/config/field.ts";
import type { ReportOptions } from "./command-options.ts";
import type { Report } from "./report.ts";

/** Which file is asked, and which sync of it. */
export const requestFields = [
  {
    kind: "string",
    name: "file",
    shorthand: "f",
    description: "The .c1z file to read, of any Baton connector (or $BATON_FILE)",
    default: "sync.c1z",
  },
  { kind: "string", name: "sync-id", description: "The sync to look at (default: the last finished one)" },
  {
    kind: "string",
    name: "since",
    description: "changes: the earlier sync, or another file (default: the finished sync before)",
  },
  {
    kind: "string",
    name: "as-of",
    description:
      "dormant, offboarding: when ages are counted to, as 2026-11-23T00:00:00Z (default: the time of the sync)",
  },
] as const satisfies readonly Field[];

/** In which form an answer is written, and where. */
export const formFields = [
  {
    kind: "string",
    name: "output",
    shorthand: "o",
    description: "table, json, csv or xlsx",
    default: "table",
  },
  {
    kind: "string",
    name: "out",
    description: "Write there instead of to standard output; xlsx needs it",
  },
  { kind: "bool", name: "bom", description: "Begin the CSV with a byte order mark, for Excel" },
] as const satisfies readonly Field[];

/** More than a sync has, which takes longer: a fifth less by the clock, and 20 MB more. */
const youngBytes = 64 * 1024 * 1024;

/** Answers one question about a file. */
export const reportCommand = defineCommand({
  name: "report",
  summary: "Answer questions about a synced file: reviews, access, members, changes",
  operands: "NAME",
  settings: "none",
  readsForeignFiles: true,
  options: [
    ...requestFields,
    {
      kind: "string",
      name: "list",
      description:
        "access: a file of names, addresses or logins, one a line or as CSV, instead of WHO; - is standard input",
    },
    {
      kind: "string",
      name: "events",
      description: "dormant: a file of what --event-feed printed, so that use by key counts, too; - is standard input",
    },
    ...formFields,
  ],
  about: async () => (await import("./command-options.ts")).listOfReports(),
  async run(invocation) {
    const { io, flags } = invocation;
    const { readReportOptions } = await import("./command-options.ts");
    if (flags.operands.length === 0 && flags.values.size === 0) {
      const { helpText } = await import("../sdk/cli/help.ts");
      io.stdout.write(await helpText(invocation, "report"));
      return 0;
    }
    const options = readReportOptions(invocation);
    (await import("../sdk/cli/young-generation.ts")).boundYoungGeneration(youngBytes);
    await runReport(options, io);
    return 0;
  },
});

async function runReport(options: ReportOptions, io: CliIo): Promise<void> {
  refuseSameFile(options);
  const report = await chosen(options, io);
  const { openInquiry } = await import("./ask.ts");
  using inquiry = await openInquiry({ ...options, comparesSyncs: report.comparesSyncs === true });
  const answer = inquiry.answer(report, options.about);
  const { writeAnswer } = await import("./render/write-answer.ts");
  const conclusion = await writeAnswer(answer, options, io);
  const { resultNotice } = await import("./run-result.ts");
  const aboutRun = resultNotice(inquiry.run?.result);
  // JSON and the table say their notices themselves.
  const isSilent = options.output === "csv" || options.out !== undefined;
  const notices = [...(aboutRun === undefined ? [] : [aboutRun]), ...(isSilent ? conclusion.notices : [])];
  for (const notice of notices) io.stderr.write(`! ${notice}\n`);
}

/** The report itself, or the form of it that is about what was handed over. */
async function chosen({ report, list, events }: ReportOptions, io: CliIo): Promise<Report> {
  if (list === undefined && events === undefined) return report;
  const { loadActivity, loadPeopleList } = await import("./people/load-text.ts");
  if (list !== undefined) {
    return (await import("./questions/listed.ts")).listedAccess(await loadPeopleList(list, io));
  }
  return (await import("./questions/dormant.ts")).dormantWithEvents(await loadActivity(events ?? "", io));
}

/** @throws BatonError `BATON-USAGE` when the answer would take the place of what is asked. */
export function refuseSameFile({ file, out }: { readonly file: string; readonly out: string | undefined }): void {
  if (out !== undefined && resolve(out) === resolve(file)) throw usageError("--out is the file that is read");
}
