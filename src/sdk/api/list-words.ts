/**
 * What is said of a list that was read by a {@link MovingList}: its part of the completeness statement, and what
 * happened to it as warnings, in the words of a connector. Codes are the product's prefix and what is named here.
 */
import type { ListReading } from "../contracts/completeness.ts";
import type { ListOptions, SyncWarning, WarningSeverity } from "../contracts/connector.ts";
import type { ApiProduct } from "./api-failures.ts";
import type { ListEvent, Sum } from "./list-verdict.ts";
import type { ListStep, PassStatement } from "./moving-list.ts";
import { listed } from "./named-root.ts";

/** Names of a list: in the codes and texts of its warnings, and in the completeness statement by pass. */
export interface ListWords {
  readonly product: Pick<ApiProduct, "name" | "codePrefix">;
  /** As in `the member list`. */
  readonly list: string;
  /** As in `members`. */
  readonly rows: string;
  /** Code of the warning that it changed and is read again. */
  readonly moved: string;
  readonly resourceType: string;
  readonly statement: Readonly<Record<string, Pick<ListReading, "list" | "title">>>;
  /** Ids of the connector's signs (docs of the connector): rows that may be missing, and rows that cannot be told apart. */
  readonly signals?: { readonly missing: string; readonly identity: string };
}

/** The list of which is told; a {@link MovingList}. */
export interface ToldList {
  statement(): readonly PassStatement[];
}

/** Tells what one step of the reading showed: the sums so far, and what happened. */
export function tellOfStep(
  list: ToldList,
  { events }: Pick<ListStep<unknown, unknown>, "events">,
  words: ListWords,
  { report, warn }: Pick<ListOptions, "report" | "warn">,
): void {
  const { statement: names, resourceType } = words;
  for (const { pass, ...counts } of list.statement()) {
    report({ kind: "list", ...(names[pass] ?? { list: pass, title: pass }), resourceType, ...counts });
  }
  for (const event of events) {
    const warning = warningOf(event, words);
    if (warning) warn(warning);
  }
}

const hint = (name: string): string =>
  `Waiting will not help. Compare with ${name}'s own page, and report this message to ${name}.`;

/** What happened to a list while it was read, as a warning; undefined when all went well. */
export function warningOf(
  event: ListEvent,
  { product: { name, codePrefix }, list, rows, moved, signals }: ListWords,
): SyncWarning | undefined {
  const missing = signals && { signal: signals.missing };
  const incomplete = { code: `${codePrefix}-ROSTER-INCOMPLETE`, ...missing, severity: "incomplete" } as const;
  const indistinct = { ...incomplete, ...(signals && { signal: signals.identity }), hint: hint(name) };
  switch (event.kind) {
    case "moved":
      return { code: moved, message: `${list} changed while it was read, and is read again` };
    case "smaller-pages":
      return {
        code: `${codePrefix}-PAGES-SMALLER`,
        message: `${name} does not serve ${event.from} ${rows} at once: pages of ${event.to} are asked for from now on (page_size)`,
      };
    case "found-singly":
      return {
        code: `${codePrefix}-FOUND-SINGLY`,
        count: event.count,
        message: `${event.count} ${rows} that pages of ${list} left out at their edges were asked for one by one`,
      };
    case "whole":
      if (event.differing.length === 0) return undefined;
      return {
        code: `${codePrefix}-ROW-TWICE`,
        count: event.differing.length,
        message: `${list} shows some ${rows} twice, in two states: each is in the file once, in the newest (${listed(event.differing)})`,
      };
    case "count-differs":
      return {
        code: `${codePrefix}-COUNT-DIFFERS`,
        ...missing,
        severity: "partial",
        message: `${list} is at rest and does not add up, however it is read: ${sumsOf(event.sums)}${twiceOf(event.twice)}; ${rows} may be missing`,
      };
    case "unproven":
      return { ...incomplete, message: unprovenText(event, list, rows), ...(event.isStill && { hint: hint(name) }) };
    case "collision":
      return {
        ...indistinct,
        code: `${codePrefix}-ID-COLLISION`,
        count: event.ids.length,
        message: `one id or name stands for different ${rows} in ${list} (${listed(event.ids)}): who holds what cannot be told`,
      };
    case "without-id":
      return {
        ...indistinct,
        code: `${codePrefix}-ID-MISSING`,
        count: event.count,
        message: `${list} has ${rows} without an id (${event.count}): they cannot be told from others`,
      };
    case "withheld":
      return {
        ...incomplete,
        message: `what ${list} belongs to is there, but for a minute ${name} has answered that there is no such list`,
        hint: `Run again in some minutes. If it stays, report this message to ${name}.`,
      };
    default:
      return event satisfies never;
  }
}

/** What was seen; waiting for rest is advised only to a list that did not rest. */
function unprovenText(
  { sweeps, sums, isStill, lacksPage }: ListEvent & { kind: "unproven" },
  list: string,
  rows: string,
): string {
  if (!isStill) return `read ${sweeps} times, ${list} never added up, and changed each time: ${sumsOf(sums)}`;
  if (lacksPage) {
    return `a page of ${list} that must be there is not found (404), in ${sweeps} readings with other pages and orders: ${sumsOf(sums)}`;
  }
  return `${list} is at rest and does not add up: in ${sweeps} readings with other pages and orders ${sumsOf(sums)}. Either its count is off, or ${rows} cannot be seen`;
}

function sumsOf(sums: readonly Sum[]): string {
  return sums
    .map(({ pass, announced, rows, distinct }) => {
      const said = announced === undefined ? `none were announced and ${rows} listed` : `${announced} were announced`;
      return `${pass}: ${said}, ${distinct} different ones shown`;
    })
    .join("; ");
}

function twiceOf(ids: readonly string[]): string {
  return ids.length === 0 ? "" : ` (shown twice in one answer: ${listed([...new Set(ids)])})`;
}

/** What a code means for the whole; one without is a note. */
export type SignMeanings = Readonly<Record<string, readonly [signal: string, severity: WarningSeverity]>>;

/** Makes the signs of a connector. */
export interface SignTable<Code extends string> {
  /** About what the sentence of the code names. */
  sign(code: Code, about?: Readonly<Record<string, string | number>>): SyncWarning;
  /** With a sentence of its own. */
  meant(code: string, message: string): SyncWarning;
}

/** In a sentence `{name}` stands for what a sign is about. */
export function signTable<Code extends string>(
  sentences: Readonly<Record<Code, string>>,
  meanings: SignMeanings,
): SignTable<Code> {
  const meant = (code: string, message: string): SyncWarning => {
    const [signal, severity] = meanings[code] ?? [];
    return { code, message, ...(signal !== undefined && { signal }), ...(severity !== undefined && { severity }) };
  };
  const sign = (code: Code, about: Readonly<Record<string, string | number>> = {}): SyncWarning => {
    const message = sentences[code].replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(about[name] ?? gap));
    return meant(code, message);
  };
  return { sign, meant };
}

/** A sign that so many share: where that is most, the whole is partial. */
export function sharedSign(warning: SyncWarning, count: number, isMost: boolean): SyncWarning {
  return { ...warning, count, severity: isMost ? "partial" : "note" };
}
