/**
 * Where the reading of a list is, and whether what it shows adds up. A list may move while it is read: then pages do
 * not join, or its count changes, or rows are missing from the count. Pure; what to do about it is the syncers' matter.
 */
import { BatonError, Status } from "../../sdk/errors.ts";
import type { PageResult } from "../client.ts";

/** A place in one reading of a list; travels as the page token, so that a resumed run loses nothing of it. */
export interface ListPosition {
  /** Which list, without colons. */
  readonly list: string;
  /** How often the list was begun anew because it moved. */
  readonly sweep: number;
  /** From 1. */
  readonly page: number;
  /** Rows that the first page announced; undefined when it did not. */
  readonly count: number | undefined;
  /** Different rows shown. */
  readonly seen: number;
  /** Rows that stand twice on one page: a fault of the data, as one answer is of one moment. */
  readonly doubled: number;
  /** Rows that stand on two pages. */
  readonly again: number;
  /** The last row of the page before. */
  readonly lastId: string;
}

/** What a page means for the reading. */
export type Step =
  | { readonly kind: "on"; readonly position: ListPosition }
  | { readonly kind: "ended" }
  | { readonly kind: "moved" };

/** How to take a page. */
export interface StepOptions<T> {
  readonly idOf: (row: T) => string;
  /** Whether an earlier page of this reading showed the row. */
  readonly isKnown: (id: string) => boolean;
  /** Accepts rows that stand on two pages where everything else adds up: they did so in every reading before. */
  readonly acceptsAgain: boolean;
}

/** A list is begun anew this often at most. */
export const lastSweep = 4;

/** The beginning of a list. */
export function startOf(list: string, sweep: number): ListPosition {
  return { list, sweep, page: 1, count: undefined, seen: 0, doubled: 0, again: 0, lastId: "" };
}

/** Takes a page, before its rows are remembered. */
export function takeStep<T>(position: ListPosition, page: PageResult<T>, options: StepOptions<T>): Step {
  const { idOf, acceptsAgain } = options;
  const count = position.page === 1 ? page.totalCount : position.count;
  if (page.totalCount !== count || !joins(position, page, idOf)) return { kind: "moved" };
  const { seen, doubled, again } = countRows(position, page.items, options);
  const lastRow = page.items.at(-1);
  if (!page.isLast) {
    const lastId = lastRow === undefined ? position.lastId : idOf(lastRow);
    return { kind: "on", position: { ...position, page: position.page + 1, count, seen, doubled, again, lastId } };
  }
  const total = seen + doubled + (acceptsAgain ? again : 0);
  return count === undefined || total === count ? { kind: "ended" } : { kind: "moved" };
}

/**
 * True when the page shows the last row of the page before where it belongs. Rows keep their order, so that then no
 * row can lie between the two pages.
 */
function joins<T>({ lastId }: ListPosition, { repeated, overlap }: PageResult<T>, idOf: (row: T) => string): boolean {
  if (overlap === 0) return true;
  const joint = repeated.at(-1);
  return repeated.length === overlap && joint !== undefined && idOf(joint) === lastId;
}

function countRows<T>(
  { seen, doubled, again }: ListPosition,
  rows: readonly T[],
  { idOf, isKnown }: StepOptions<T>,
): Pick<ListPosition, "seen" | "doubled" | "again"> {
  const onPage = new Set<string>();
  const counts = { seen, doubled, again };
  for (const row of rows) {
    const id = idOf(row);
    if (onPage.has(id)) counts.doubled++;
    else if (isKnown(id)) counts.again++;
    else counts.seen++;
    onPage.add(id);
  }
  return counts;
}

/** The page token of a position. */
export function formatPosition({ list, sweep, page, count, seen, doubled, again, lastId }: ListPosition): string {
  return [list, sweep, page, count ?? "", seen, doubled, again, lastId].join(":");
}

/**
 * Reads a page token; "" is the beginning of the first list.
 * @throws BatonError `CS-PAGE-TOKEN`
 */
export function parsePosition<L extends string>(
  token: string,
  lists: readonly [L, ...L[]],
): ListPosition & { list: L } {
  if (token === "") return { ...startOf(lists[0], 0), list: lists[0] };
  const [, name, sweep, page, count, seen, doubled, again, lastId = ""] = tokenPattern.exec(token) ?? [];
  const list = lists.find((known) => known === name);
  if (list === undefined) throw badToken(token);
  return {
    list,
    sweep: Number(sweep),
    page: Number(page),
    count: count === "" ? undefined : Number(count),
    seen: Number(seen),
    doubled: Number(doubled),
    again: Number(again),
    lastId,
  };
}

const tokenPattern = /^([^:]+):(\d):([1-9]\d{0,8}):(\d{0,15}):(\d{1,15}):(\d{1,15}):(\d{1,15}):(.*)$/s;

function badToken(token: string): BatonError {
  return new BatonError({
    code: "CS-PAGE-TOKEN",
    status: Status.invalidArgument,
    message: `'${token}' is not a page of a list.`,
    fatal: true,
  });
}

/** The key under which a page is remembered; keys sort in the order of reading. `part` is the list's place in order. */
export function pageKey({ sweep, page }: Pick<ListPosition, "sweep" | "page">, part: number): string {
  return `${sweep}/${part}/${String(page).padStart(9, "0")}`;
}

/** The part of a page's key that names the reading of one list. */
export function roundOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}
