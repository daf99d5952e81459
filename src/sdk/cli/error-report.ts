/** How an error reaches the user: one log line for machines, then plain text whose first words are the code. */
import { type BatonError, Status } from "../errors.ts";
import type { LogFields } from "../log.ts";
import { escapeControls } from "./log-line.ts";

/** The plain text: `<code>: message`, then what it means and what to do, indented. Ends with a newline. */
export function errorText(error: BatonError): string {
  const [first = "", ...rest] = error.message.split("\n");
  const more = [...rest, error.effect, error.hint].filter((line) => line !== undefined && line !== "");
  return [`${error.code}: ${escapeControls(first)}`, ...more.map((line) => `  ${escapeControls(line ?? "")}`), ""].join(
    "\n",
  );
}

/** The fields of the log line. */
export function errorFields(error: BatonError): LogFields {
  const status = Object.entries(Status).find(([, value]) => value === error.status)?.[0];
  return { error: error.message, code: error.code, grpc_code: status, effect: error.effect, hint: error.hint };
}
