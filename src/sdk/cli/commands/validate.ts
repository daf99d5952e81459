/** `validate`: the connector's checks one by one, without syncing. */
import { styleText } from "node:util";
import type { CheckResult } from "../../contracts/connector.ts";
import { Status } from "../../errors.ts";
import { connectorContext } from "../connector-context.ts";
import { padEndToWidth } from "../display-width.ts";
import { listenForInterrupt } from "../interrupt.ts";
import type { CommandRun } from "../invocation.ts";
import { loadConfig } from "../load-config.ts";
import { escapeControls } from "../log-line.ts";
import { usageError } from "../parse-argv.ts";
import { openRunOutput, usesColor } from "../run-output.ts";

/** Runs the checks and prints them on standard output. The exit code is the status of the first failed one. */
export const runValidate: CommandRun = async (invocation) => {
  const { app, io, options, redactor } = invocation;
  const form = options.string("output");
  if (form !== "text" && form !== "json") {
    throw usageError(`invalid argument ${JSON.stringify(form)} for "--output" flag: text or json is expected`);
  }
  const config = await loadConfig(invocation);
  const output = openRunOutput(invocation, config);
  invocation.useLogger(output.logger);
  const interrupt = listenForInterrupt(io, {
    effect: "The checks are not complete. Nothing was changed.",
    hint: "Run the command again.",
  });
  try {
    const connector = await app.createConnector(config, connectorContext(invocation, config, output.logger));
    const results = await connector.check({ signal: interrupt.signal });
    interrupt.signal.throwIfAborted();
    const text = form === "json" ? json(results) : table(results, io.stdout.isTty && usesColor(io.env));
    io.stdout.write(redactor.redact(text));
    const failed = results.find(({ outcome }) => outcome === "fail");
    return failed ? failed.status || Status.unknown : 0;
  } finally {
    interrupt.release();
    output.close();
  }
};

function json(checks: readonly CheckResult[]): string {
  return `${JSON.stringify({ checks }, undefined, 2)}\n`;
}

const marks = {
  pass: ["✔", "green"],
  warn: ["!", "yellow"],
  fail: ["✘", "red"],
  skip: ["-", "dim"],
} as const satisfies Record<CheckResult["outcome"], readonly [string, Parameters<typeof styleText>[0]]>;

function table(checks: readonly CheckResult[], color: boolean): string {
  const width = Math.max(0, ...checks.map(({ title }) => title.length));
  const lines = checks.flatMap(({ outcome, title, detail, code, fix }) => {
    const [mark, style] = marks[outcome];
    const word = `${mark} ${outcome}`;
    const shown = color ? styleText(style, word, { validateStream: false }) : word;
    const first = `${shown}  ${padEndToWidth(escapeControls(title), width)}  ${escapeControls(detail)}`;
    const more = [code, fix].filter((part) => part !== undefined).map(escapeControls);
    return more.length > 0 ? [first, `        ${more.join(": ")}`] : [first];
  });
  const failed = checks.filter(({ outcome }) => outcome === "fail").length;
  const warned = checks.filter(({ outcome }) => outcome === "warn").length;
  lines.push("", `${checks.length} checks, ${failed} failed, ${warned} with warnings`);
  return `${lines.join("\n")}\n`;
}
