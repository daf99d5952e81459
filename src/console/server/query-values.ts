/** Values of a query, checked: what an address takes is said here once, and anything else is refused. */
import type { ResourceId } from "../../sdk/contracts/model.ts";
import { badRequest } from "./failure-response.ts";

/** A whole number within bounds. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function readNumber(
  text: string | undefined,
  name: string,
  { from, to, absent }: { readonly from: number; readonly to: number; readonly absent: number },
): number {
  if (text === undefined || text === "") return absent;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw badRequest(`${name} is a whole number from ${from} to ${to}.`);
}

/** One of some words; undefined when it is absent. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function readChoice<T extends string>(
  text: string | undefined,
  name: string,
  choices: readonly T[],
): T | undefined {
  if (text === undefined || text === "") return undefined;
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw badRequest(`${name} is one of ${choices.join(", ")}.`);
}

/** `true` or `1` for yes; absent is no. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function readFlag(text: string | undefined, name: string): boolean {
  const choice = readChoice(text, name, ["true", "false", "1", "0"]);
  return choice === "true" || choice === "1";
}

/** A text as it is; undefined when it is absent or empty. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function readText(text: string | undefined, name: string): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (text.isWellFormed()) return text;
  throw badRequest(`${name} is not a text.`);
}

/** `TYPE/ID`. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function readResource(text: string | undefined, name: string): ResourceId | undefined {
  if (text === undefined || text === "") return undefined;
  const slash = text.indexOf("/");
  if (slash <= 0) throw badRequest(`${name} is a type and an id with a slash between them.`);
  return { resourceType: text.slice(0, slash), resource: text.slice(slash + 1) };
}
