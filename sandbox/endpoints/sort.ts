/** The `sort` parameter of lists. */

import type { Random } from "../random.ts";
import type { Switches } from "../switches.ts";
import { type Answer, errorAnswer } from "./answer.ts";

/** A field to sort by and its direction. */
export interface Sort<Field extends string> {
  readonly field: Field;
  readonly isDescending: boolean;
}

/** Reads `sort` from a query; the first of `fields` is the default. Undefined for a field that is not offered. */
export function sortOf<Field extends string>(
  query: URLSearchParams,
  fields: readonly [Field, ...Field[]],
): Sort<Field> | undefined {
  const text = query.get("sort") || fields[0];
  const isDescending = text.startsWith("-");
  const field = fields.find((candidate) => candidate === text.slice(isDescending ? 1 : 0));
  return field && { field, isDescending };
}

/** Stricter than the real service may be, so that a typing error in a client does not go unnoticed. */
export function unknownSort(): Answer {
  return errorAnswer(400, "This list cannot be sorted by that field.");
}

/** True when no two answers need have one order, so that a list cannot be rendered beforehand. */
export function isUnsteady({ unstableSort, tiesTurn }: Switches): boolean {
  return unstableSort || tiesTurn !== false;
}

/** Sorted rows, those of one key in the opposite order where the switch says so for this page. */
export function turned<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  { query, switches }: { readonly query: URLSearchParams; readonly switches: Pick<Switches, "tiesTurn"> },
): readonly T[] {
  if (!switches.tiesTurn) return rows;
  const deciding = Number(query.get(switches.tiesTurn === "page" ? "page" : "page_size"));
  if (deciding % 2 === 1) return rows;
  const groups = Map.groupBy(rows, keyOf);
  return [...groups.values()].flatMap((group) => group.toReversed());
}

/** Ascending rows in the direction asked for, or in an order of chance when `unstable`. */
export function arranged<T>(rows: readonly T[], sort: Sort<string>, unstable: Random | undefined): readonly T[] {
  if (!unstable) return sort.isDescending ? rows.toReversed() : rows;
  const shuffled = rows.map((row) => ({ row, place: unstable.next() }));
  return shuffled.sort((a, b) => a.place - b.place).map(({ row }) => row);
}
