/** The command `report`, for the program of any connector: answers from a finished file. */
import { resolve } from "node:path";
import { type Command, ownFlag } from "../sdk/cli/app.ts";
import type { CliIo } from "../sdk/cli/cli-io.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import type { Field } from "../sdk/config/field.ts";
import type { ReportOptions } from "./command-options.ts";
import type { Report } from "./report.ts";

/** Which file is asked, and which sync of it. */
export const requestFields: readonly Field[] = [
  {
    kind: "string",
    name: "file",
    shorthand: "f",
    description: "The .c1z file to read, of any Baton connector (or $BATON_FILE)",
    default: "sync.c1z",
    ...ownFlag,
  },
  { kind: "string", name: "sync-id", description: "The sync to look at (default: the last finished one)", ...ownFlag },
  {
    kind: "string",
    name: "since",
    description: "changes: the earlier sync, or another file (default: the finished sync before)",
    ...ownFlag,
  },
  {
    kind: "string",
    name: "as-of",
    description:
      "dormant, offboarding: when ages are counted to, as 2026-11-23T00:00:00Z (default: the time of the sync)",
    ...ownFlag,
  },
];

/** In which form an answer is written, and where. */
export const formFields: readonly Field[] = [
  {
    kind: "string",
    name: "output",
    shorthand: "o",
    description: "table, json, csv or xlsx",
    default: "table",
    ...ownFlag,
  },
  {
    kind: "string",
    name: "out",
    description: "Write there instead of to standard output; xlsx needs it",
    ...ownFlag,
  },
  { kind: "bool", name: "bom", description: "Begin the CSV with a byte order mark, for Excel", ...ownFlag },
];

/** Answers one question about a file. */
export const reportCommand: Command = {
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
      ...ownFlag,
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
    (await import("../sdk/cli/young-generation.ts")).boundYoungGeneration();
    await runReport(options, io);
    return 0;
  },
};

async function runReport(options: ReportOptions, io: CliIo): Promise<void> {
  refuseSameFile(options);
  const report = options.list === undefined ? options.report : await listed(options.list, io);
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

async function listed(path: string, io: CliIo): Promise<Report> {
  const [{ loadPeopleList }, { listedAccess }] = await Promise.all([
    import("./people/load-list.ts"),
    import("./questions/listed.ts"),
  ]);
  return listedAccess(await loadPeopleList(path, io));
}

/** @throws BatonError `BATON-USAGE` when the answer would take the place of what is asked. */
export function refuseSameFile({ file, out }: { readonly file: string; readonly out: string | undefined }): void {
  if (out !== undefined && resolve(out) === resolve(file)) throw usageError("--out is the file that is read");
}
