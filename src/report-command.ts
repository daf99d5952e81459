/** `baton-cloudsmith report` and `baton-cloudsmith evidence`: answers from a finished file. Loaded when they run. */
import { resolve } from "node:path";
import type { ReportOptions } from "./report-options.ts";
import type { Sink } from "./reports/output-file.ts";
import type { Answer, Conclusion, Rendering } from "./reports/report.ts";
import type { ExtraCommand } from "./sdk/cli/app.ts";
import type { CliIo } from "./sdk/cli/cli-io.ts";
import { usageError } from "./sdk/cli/parse-argv.ts";
import { boundYoungGeneration } from "./sdk/cli/young-generation.ts";

/** Answers one question about a file. @param program name of the program, for the help text. */
export function reportCommand(program: string): ExtraCommand {
  return {
    name: "report",
    summary: "Answer questions about a synced file: reviews, access, members, changes",
    async run(argv, io) {
      const { parseReportOptions, reportHelp } = await import("./report-options.ts");
      const options = parseReportOptions(argv, io);
      boundYoungGeneration();
      if (options) await runReport(options, io);
      else io.stdout.write(reportHelp(program));
      return 0;
    },
  };
}

/** Packs all reviews of a file. */
export function evidenceCommand(program: string, version: string): ExtraCommand {
  return {
    name: "evidence",
    summary: "Pack all reviews of a synced file into one zip, with hashes",
    async run(argv, io) {
      const { parseEvidenceOptions, evidenceHelp } = await import("./report-options.ts");
      const options = parseEvidenceOptions(argv, io);
      if (!options) {
        io.stdout.write(evidenceHelp(program));
        return 0;
      }
      refuseSameFile(options);
      boundYoungGeneration();
      const { writeEvidence } = await import("./reports/evidence.ts");
      const { writeOutputFile } = await import("./reports/output-file.ts");
      const { result, reports } = await writeOutputFile(options.out, (sink) =>
        writeEvidence({ ...options, version }, sink),
      );
      io.stderr.write(`Wrote ${reports} reports to ${options.out}; the run's result was: ${result}.\n`);
      return 0;
    },
  };
}

async function runReport(options: ReportOptions, io: CliIo): Promise<void> {
  refuseSameFile(options);
  const { openInquiry } = await import("./reports/ask.ts");
  using inquiry = await openInquiry(options);
  const answer = inquiry.answer(options.report, options.about);
  const { gathering, writeOutputFile } = await import("./reports/output-file.ts");
  let conclusion: Conclusion;
  if (options.out === undefined) {
    const { sink, flush } = gathering((bytes) => io.stdout.write(bytes.toString()));
    conclusion = await render(answer, options, sink);
    flush();
  } else {
    conclusion = await writeOutputFile(options.out, (sink) => render(answer, options, sink));
  }
  const { resultNotice } = await import("./reports/run-result.ts");
  const aboutRun = resultNotice(inquiry.run?.result);
  // JSON and the table say their notices themselves.
  const isSilent = options.output === "csv" || options.out !== undefined;
  const notices = [...(aboutRun === undefined ? [] : [aboutRun]), ...(isSilent ? conclusion.notices : [])];
  for (const notice of notices) io.stderr.write(`! ${notice}\n`);
}

function refuseSameFile({ file, out }: { readonly file: string; readonly out: string | undefined }): void {
  if (out !== undefined && resolve(out) === resolve(file)) throw usageError("--out is the file that is read");
}

async function render(answer: Answer, options: ReportOptions, sink: Sink): Promise<Conclusion> {
  const { output, byteOrderMark } = options;
  if (output === "xlsx") return await (await import("./reports/render/xlsx.ts")).renderXlsx(answer, sink);
  if (output === "csv")
    return pump((await import("./reports/render/csv.ts")).renderCsv(answer, { byteOrderMark }), sink);
  if (output === "json") return pump((await import("./reports/render/json.ts")).renderJson(answer), sink);
  return pump((await import("./reports/render/table.ts")).renderTable(answer), sink);
}

function pump(rendering: Rendering, sink: Sink): Conclusion {
  for (;;) {
    const next = rendering.next();
    if (next.done) return next.value;
    sink(next.value);
  }
}
