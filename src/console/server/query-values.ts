/** Values of a query, checked: what an address takes is said here once, and anything else is refused. */
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
