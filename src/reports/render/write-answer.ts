/** Writes an answer in one of the forms, to standard output or to a file. */
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import type { FormOptions } from "../command-options.ts";
import { gathering, type Sink, writeOutputFile } from "../output-file.ts";
import type { Answer, Conclusion, Rendering } from "../report.ts";

/** @throws BatonError what the answer's rows throw, and what the system refused. */
export async function writeAnswer(answer: Answer, options: FormOptions, { stdout }: CliIo): Promise<Conclusion> {
  if (options.out !== undefined) return await writeOutputFile(options.out, (sink) => render(answer, options, sink));
  const { sink, flush } = gathering((bytes) => stdout.write(bytes.toString()));
  const conclusion = await render(answer, options, sink);
  flush();
  return conclusion;
}

async function render(answer: Answer, { output, byteOrderMark }: FormOptions, sink: Sink): Promise<Conclusion> {
  if (output === "xlsx") return await (await import("./xlsx.ts")).renderXlsx(answer, sink);
  if (output === "csv") return pump((await import("./csv.ts")).renderCsv(answer, { byteOrderMark }), sink);
  if (output === "json") return pump((await import("./json.ts")).renderJson(answer), sink);
  return pump((await import("./table.ts")).renderTable(answer), sink);
}

function pump(rendering: Rendering, sink: Sink): Conclusion {
  for (;;) {
    const next = rendering.next();
    if (next.done) return next.value;
    sink(next.value);
  }
}
