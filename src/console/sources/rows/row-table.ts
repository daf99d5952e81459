/**
 * Rows in memory under the columns of a report: searched, filtered and ordered while somebody types. One mechanism for
 * people, members of a team and every review. Knows nothing of files and pages.
 */

import { roleRank } from "../../../reports/file-shape.ts";
import { folded, hasAllWords, searchWords } from "../../../reports/folded-text.ts";
import type { Cell, ColumnOf } from "../../../reports/report.ts";
import { isSearched, valuesOf } from "../../../reports/screen/chart.ts";
import type { ValueKind } from "../../../reports/screen/shown.ts";
import type { ColumnChoice } from "../../contract/sources.ts";

/** What rows are asked for; absent conditions do not count. */
export interface TableQuery {
  readonly q?: string | undefined;
  /** Values by the key of their column; "" for rows that have none. */
  readonly where?: Readonly<Record<string, string>> | undefined;
  /** Key of a column; absent: as the report orders its rows. */
  readonly order?: string | undefined;
  readonly descending?: boolean | undefined;
}

/** Kinds that a screen filters by. */
const filtered: ReadonlySet<ValueKind> = new Set<ValueKind>(["status", "two-factor", "role", "visibility", "word"]);
/** More values than this are searched for, not chosen from. */
const mostChoices = 40;

const statuses = ["enabled", "disabled", "deleted", "pending", "unknown"];
const factors = ["no", "unknown", "yes"];
/** Behind every text that there is. */
const last = "\uffff";

/** Rows made of items, a value for each column. */
export class RowTable<Item> {
  readonly columns: readonly ColumnOf<Item>[];
  /** In the order in which they stand unless another is asked for. */
  readonly items: readonly Item[];
  readonly #orders = new Map<string, Uint32Array>();
  readonly #choices = new Map<string, readonly ColumnChoice[]>();
  #texts: readonly string[] | undefined;

  constructor(columns: readonly ColumnOf<Item>[], items: readonly Item[]) {
    this.columns = columns;
    this.items = items;
  }

  /** The column of this key. */
  column(key: string): ColumnOf<Item> | undefined {
    return this.columns.find((one) => one.key === key);
  }

  /** Items that fit, in order. A search brings exact names first, then those that begin so. */
  select(query: TableQuery, only: (item: Item) => boolean = () => true): readonly Item[] {
    const words = searchWords(query.q ?? "");
    const found: number[] = [];
    const fits = this.#condition(query.where ?? {});
    const texts = words.length > 0 ? this.#searchTexts() : [];
    const order = this.#order(query.order);
    const count = this.items.length;
    for (let at = 0; at < count; at++) {
      const place = query.descending === true ? count - 1 - at : at;
      const index = order ? (order[place] ?? 0) : place;
      const item = this.items[index];
      if (item === undefined || !fits(item) || !only(item)) continue;
      if (words.length > 0 && !hasAllWords(texts[index] ?? "", words)) continue;
      found.push(index);
    }
    if (words.length > 0 && query.order === undefined) nearestFirst(found, texts, words.join(" "));
    return found.map((index) => this.items[index]).filter((item) => item !== undefined);
  }

  /** The values of a column that rows can be filtered by; none where they are too many, or all the same. */
  choices({ key, kind, words, value }: ColumnOf<Item>): readonly ColumnChoice[] {
    if (!filtered.has(kind)) return [];
    const known = this.#choices.get(key);
    if (known) return known;
    const counts = new Map<string, number>();
    for (const item of this.items) {
      for (const one of valuesOf(value(item))) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    const isUseful = counts.size > 1 && counts.size <= mostChoices;
    const rank = rankOf(kind, words);
    const found = isUseful ? [...counts].map(([one, count]) => ({ value: one, count })) : [];
    const choices = found.toSorted((a, b) => compare(rank(a.value), rank(b.value)));
    this.#choices.set(key, choices);
    return choices;
  }

  #condition(where: Readonly<Record<string, string>>): (item: Item) => boolean {
    const conditions = Object.entries(where).map(([key, wanted]) => ({ column: this.column(key), wanted }));
    return (item) => conditions.every(({ column, wanted }) => column && valuesOf(column.value(item)).includes(wanted));
  }

  /** Everything that is searched, a line each; made when somebody searches. */
  #searchTexts(): readonly string[] {
    const columns = this.columns.filter(isSearched);
    this.#texts ??= this.items.map((item) => folded(columns.flatMap(({ value }) => valuesOf(value(item))).join("\n")));
    return this.#texts;
  }

  /** Indexes of all items by one column; made when it is first asked for. */
  #order(key: string | undefined): Uint32Array | undefined {
    const column = key === undefined ? undefined : this.column(key);
    if (!column) return undefined;
    const known = this.#orders.get(column.key);
    if (known) return known;
    const sortKey = sortKeyOf(column);
    const keys = this.items.map((item) => sortKey(column.value(item)));
    const sorted = Uint32Array.from(keys.keys()).sort((a, b) => compare(keys[a] ?? "", keys[b] ?? "") || a - b);
    this.#orders.set(column.key, sorted);
    return sorted;
  }
}

/** All values of a kind that has no others. */
export function statesOf(kind: ValueKind | undefined): readonly string[] | undefined {
  return kind === "status" ? statuses : kind === "two-factor" ? factors : undefined;
}

/** What cells of a column are ordered by. Who never logged in comes before who did so long ago. */
function sortKeyOf({ kind, words }: ColumnOf<never>): (cell: Cell) => string | number {
  if (kind === "number") return (cell) => (typeof cell === "number" ? cell : Number.NEGATIVE_INFINITY);
  if (kind === "moment") return (cell) => String(cell ?? "");
  const rank = rankOf(kind, words);
  return (cell) => rank(valuesOf(cell)[0] ?? "");
}

function rankOf(kind: ValueKind, words: readonly string[] | undefined): (value: string) => string | number {
  const listed = statesOf(kind) ?? words;
  if (listed) return (value) => (value === "" ? listed.length : listed.indexOf(value));
  if (kind === "role") return (value) => `${value === "" ? 99 : roleRank(value)} ${value}`;
  return (value) => (value === "" ? last : folded(value));
}

/** Whole names first, then beginnings of names, then beginnings of words, then the rest, each as they stand. */
function nearestFirst(found: number[], texts: readonly string[], wanted: string): void {
  const distances = new Map(found.map((index) => [index, distance(texts[index] ?? "", wanted)]));
  found.sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0));
}

function distance(text: string, wanted: string): number {
  const lines = `\n${text}\n`;
  if (lines.includes(`\n${wanted}\n`)) return 0;
  if (lines.includes(`\n${wanted}`)) return 1;
  return lines.includes(` ${wanted}`) ? 2 : 3;
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
