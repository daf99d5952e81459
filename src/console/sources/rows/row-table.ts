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
import { inSlices, mapInSlices } from "../in-slices.ts";
import { Remembered } from "../kept/remembered.ts";

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

/** Places of rows that are remembered of one table, for all that was searched and for all that was asked for. */
const rememberedPlaces = 500_000;
/** What finding nothing costs of it. */
const costOfNone = 100;

/** A further condition on rows. */
export interface Condition<Item> {
  /** Tells it from others of the same table. */
  readonly key: string;
  fits(item: Item): boolean;
}

/** The rows that fit, in order. */
export interface Selection<Item> {
  readonly total: number;
  slice(from?: number, to?: number): readonly Item[];
}

/** Rows made of items, a value for each column. */
export class RowTable<Item> {
  readonly columns: readonly ColumnOf<Item>[];
  /** In the order in which they stand unless another is asked for. */
  readonly items: readonly Item[];
  readonly #orders = new Map<string, Uint32Array<ArrayBuffer>>();
  /** What words were found in, in the order of the items: who types on narrows that down. */
  readonly #searches = rememberedOf(({ found }: Searched) => found);
  /** What was asked for: the next page of it is a slice, and so is what somebody else looks at. */
  readonly #selections = rememberedOf((places: Uint32Array) => places);
  readonly #textOf: (item: Item) => string;
  #texts: Promise<readonly string[]> | undefined;
  #choices: Promise<ReadonlyMap<string, readonly ColumnChoice[]>> | undefined;

  /** @param textOf what is searched of an item, folded, a line each; absent: what its columns say. */
  constructor(columns: readonly ColumnOf<Item>[], items: readonly Item[], textOf?: (item: Item) => string) {
    this.columns = columns;
    this.items = items;
    this.#textOf = textOf ?? textIn(columns);
  }

  /** The column of this key. */
  column(key: string): ColumnOf<Item> | undefined {
    return this.columns.find((one) => one.key === key);
  }

  /** Items that fit, in order. A search brings exact names first, then those that begin so. */
  async select(query: TableQuery, only?: Condition<Item>): Promise<Selection<Item>> {
    const { q = "", where = {}, order, descending = false } = query;
    const words = searchWords(q);
    const texts = words.length > 0 ? await this.#searchTexts() : [];
    const key = JSON.stringify([words, Object.entries(where), order, descending, only?.key]);
    const places = this.#selections.get(key, () => {
      const fitting = this.#fitting(words, texts, [...this.#conditions(where), ...(only ? [only.fits] : [])]);
      const ordered = order === undefined ? fitting : this.#inOrder(fitting, order);
      if (descending) ordered.reverse();
      return words.length > 0 && order === undefined ? nearestFirst(ordered, texts, words.join(" ")) : ordered;
    });
    const { items } = this;
    return {
      total: places.length,
      slice: (from, to) => [...places.subarray(from, to)].flatMap((place) => items[place] ?? []),
    };
  }

  /** By the key of a column, the values that rows can be filtered by; none where they are too many, or all the same. */
  choices(): Promise<ReadonlyMap<string, readonly ColumnChoice[]>> {
    this.#choices ??= this.#countChoices();
    return this.#choices;
  }

  async #countChoices(): Promise<ReadonlyMap<string, readonly ColumnChoice[]>> {
    const counted = this.columns
      .filter(({ kind }) => filtered.has(kind))
      .map((column) => ({ column, counts: new Map<string, number>() }));
    await inSlices(this.items.values(), (item) => {
      for (const { column, counts } of counted) {
        const cell = column.value(item);
        const count = (one: string): void => void counts.set(one, (counts.get(one) ?? 0) + 1);
        if (typeof cell === "string") count(cell);
        else valuesOf(cell).forEach(count);
      }
    });
    return new Map(counted.map(({ column, counts }) => [column.key, choicesOf(column, counts)]));
  }

  #conditions(where: Readonly<Record<string, string>>): readonly ((item: Item) => boolean)[] {
    return Object.entries(where).map(([key, wanted]) => {
      const column = this.column(key);
      return (item) => column !== undefined && hasValue(column.value(item), wanted);
    });
  }

  /** Places of the items that fit, as they stand: an array of its own. */
  #fitting(
    words: readonly string[],
    texts: readonly string[],
    conditions: readonly ((item: Item) => boolean)[],
  ): Uint32Array<ArrayBuffer> {
    const found = words.length > 0 ? this.#search(words, texts) : Uint32Array.from(this.items.keys());
    return found.filter((place) => {
      const item = this.items[place];
      return item !== undefined && conditions.every((fits) => fits(item));
    });
  }

  #search(words: readonly string[], texts: readonly string[]): Uint32Array<ArrayBuffer> {
    const { found } = this.#searches.get(words.join(" "), () => {
      let among = Uint32Array.from(texts.keys());
      for (const known of this.#searches.values()) {
        const isWider = known.words.every((word) => words.some((one) => one.includes(word)));
        if (isWider && known.found.length < among.length) among = known.found;
      }
      return { words, found: among.filter((place) => hasAllWords(texts[place] ?? "", words)) };
    });
    return found;
  }

  /** Everything that is searched, a line each; made when somebody searches. */
  #searchTexts(): Promise<readonly string[]> {
    this.#texts ??= mapInSlices(this.items, this.#textOf);
    return this.#texts;
  }

  #inOrder(places: Uint32Array<ArrayBuffer>, key: string): Uint32Array<ArrayBuffer> {
    const order = this.#order(key);
    if (!order || places.length === order.length) return order?.slice() ?? places;
    const isIn = new Uint8Array(order.length);
    for (const place of places) isIn[place] = 1;
    return order.filter((place) => isIn[place] === 1);
  }

  /** Indexes of all items by one column; made when it is first asked for. */
  #order(key: string): Uint32Array<ArrayBuffer> | undefined {
    const column = this.column(key);
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

/** What the searched ones of these columns say of an item, folded, a line each. */
export function textIn<Item>(columns: readonly ColumnOf<Item>[]): (item: Item) => string {
  const values = columns.filter(isSearched).map(({ value }) => value);
  return (item) => values.map((value) => valuesOf(value(item)).map(folded).join("\n")).join("\n");
}

/** All values of a kind that has no others. */
export function statesOf(kind: ValueKind | undefined): readonly string[] | undefined {
  return kind === "status" ? statuses : kind === "two-factor" ? factors : undefined;
}

function choicesOf({ kind, words }: ColumnOf<never>, counts: ReadonlyMap<string, number>): readonly ColumnChoice[] {
  const isUseful = counts.size > 1 && counts.size <= mostChoices;
  const rank = rankOf(kind, words);
  const found = isUseful ? [...counts].map(([value, count]) => ({ value, count })) : [];
  return found.toSorted((a, b) => compare(rank(a.value), rank(b.value)));
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
function nearestFirst(places: Uint32Array, texts: readonly string[], wanted: string): Uint32Array {
  const distances = Uint8Array.from(places, (place) => distance(texts[place] ?? "", wanted));
  const sorted = new Uint32Array(places.length);
  let next = 0;
  for (let nearest = 0; nearest <= farthest; nearest++) {
    for (const [at, place] of places.entries()) if (distances[at] === nearest) sorted[next++] = place;
  }
  return sorted;
}

const farthest = 3;

function distance(text: string, wanted: string): number {
  let nearest = farthest;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const before = at === 0 ? "\n" : text[at - 1];
    const behind = text[at + wanted.length] ?? "\n";
    if (before === "\n" && behind === "\n") return 0;
    if (before === "\n") nearest = 1;
    else if (before === " ") nearest = Math.min(nearest, 2);
  }
  return nearest;
}

/** Whether it is one of the values that {@link valuesOf} gives, which are not made for it. */
function hasValue(cell: Cell, wanted: string): boolean {
  return typeof cell === "string" ? cell === wanted : valuesOf(cell).includes(wanted);
}

interface Searched {
  readonly words: readonly string[];
  readonly found: Uint32Array<ArrayBuffer>;
}

function rememberedOf<T>(placesOf: (one: T) => Uint32Array): Remembered<T> {
  return new Remembered(rememberedPlaces, (one) => placesOf(one).length + costOfNone);
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
