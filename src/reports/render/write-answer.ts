/** Writes an answer in one of the forms, to standard output or to a file. */
import type { CliIo, OutputStream } from "../../sdk/cli/cli-io.ts";
import type { FormOptions } from "../command-options.ts";
import { gathering, type Sink, writeOutputFile } from "../output-file.ts";
import type { Answer, Conclusion, Rendering } from "../report.ts";

/** @throws BatonError what the answer's rows throw, and what the system refused. */
export async function writeAnswer(answer: Answer, options: FormOptions, { stdout }: CliIo): Promise<Conclusion> {
  if (options.out !== undefined) return await writeOutputFile(options.out, (sink) => render(answer, options, sink));
  const { sink, flush } = gathering((bytes) => stdout.write(bytes.toString()));
  const conclusion = await render(answer, options, sink, stdout);
  flush();
  return conclusion;
}

/** @param output where it goes, when its reader may be slow: what nobody has taken yet would lie in memory. */
async function render(answer: Answer, form: FormOptions, sink: Sink, output?: OutputStream): Promise<Conclusion> {
  if (form.output === "xlsx") return await (await import("./xlsx.ts")).renderXlsx(answer, sink);
  const rendering = await renderingOf(answer, form);
  for (;;) {
    const next = rendering.next();
    if (next.done) return next.value;
    sink(next.value);
    if (output?.isBehind === true) await output.taken?.();
  }
}

async function renderingOf(answer: Answer, { output, byteOrderMark }: FormOptions): Promise<Rendering> {
  if (output === "csv") return (await import("./csv.ts")).renderCsv(answer, { byteOrderMark });
  if (output === "json") return (await import("./json.ts")).renderJson(answer);
  return (await import("./table.ts")).renderTable(answer);
}
