/** `validate`: the connector's checks one by one, without syncing. */

import type { Flag } from "../../config/field.ts";
import { forApp } from "../../config/standard-fields.ts";
import type { Invocation } from "../app.ts";
import { listenForInterrupt } from "../cli-io.ts";
import { connectorContext, loadConfig, refuseWeakTls } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";
import { openRunOutput, usesColor } from "../run-output.ts";
import { checksAsJson, checksAsText, exitCodeOf } from "./check-list.ts";

/** Runs the checks and prints them on standard output. The exit code is the status of the first failed one. */
export async function runValidate(invocation: Invocation<Flag<"string", "output">>): Promise<number> {
  const { app, io, options, redactor } = invocation;
  const form = options.string("output");
  if (form !== "text" && form !== "json") {
    throw usageError(`invalid argument ${JSON.stringify(form)} for "--output" flag: text or json is expected`);
  }
  refuseWeakTls(io.env);
  const config = await loadConfig(invocation);
  const output = openRunOutput(invocation, config);
  invocation.useLogger(output.logger);
  const interrupt = listenForInterrupt(io, {
    effect: "The checks are not complete. Nothing was changed.",
    hint: "Run the command again.",
  });
  try {
    const context = { ...connectorContext(invocation, config, output.logger), isAwaited: true };
    const connector = await app.createConnector(forApp(config), context);
    const results = await connector.check({ signal: interrupt.signal });
    interrupt.signal.throwIfAborted();
    const color = io.stdout.isTty && usesColor(io.env);
    io.stdout.write(redactor.redact(form === "json" ? checksAsJson(results) : checksAsText(results, color)));
    return exitCodeOf(results);
  } finally {
    interrupt.release();
    output.close();
  }
}
