/**
 * Rows of a review without what they repeat of the person that each is about: there are many reviews of the same people,
 * who are in memory once. Knows no question.
 */
import type { Cell, ColumnOf, Row } from "../../reports/report.ts";
import type { Column } from "../../reports/screen/shown.ts";
import type { PersonRow } from "../contract/sources.ts";
import { type Roster, searchedKeys } from "./roster.ts";
import { ofPerson } from "./rows/person-columns.ts";
import { RowTable, textIn } from "./rows/row-table.ts";

/** A row, and the person that it is about. */
export interface ReviewItem {
  readonly person: PersonRow | undefined;
  /** What the person does not say; all of the row where there is no person, or where it says something else. */
  readonly cells: readonly (Cell | null)[];
}

/** As plain data: the place of the person before its cells, `whole` before all of a row. Null where a value is missing. */
export type PackedRow = readonly [place: number, ...cells: (Cell | null)[]];

const whole = -1;

/** What tells rows from people. */
export interface RowsOf {
  readonly columns: readonly Column[];
  readonly personColumns: readonly ColumnOf<PersonRow>[];
  readonly roster: Roster;
}

/** The rows of one review. */
export class ReviewRows {
  /** The review's columns, with the value of each. */
  readonly columns: readonly ColumnOf<ReviewItem>[];
  readonly #roster: Roster;
  readonly #personColumns: readonly ColumnOf<PersonRow>[];
  /** For each column the person's of the same key and kind. */
  readonly #shared: readonly (ColumnOf<PersonRow> | undefined)[];

  constructor({ columns, personColumns, roster }: RowsOf) {
    this.#roster = roster;
    this.#personColumns = personColumns;
    this.#shared = columns.map(({ key, kind }) => personColumns.find((one) => one.key === key && one.kind === kind));
    let own = 0;
    this.columns = columns.map((column, at) => {
      const shared = this.#shared[at];
      const ownAt = shared ? 0 : own++;
      return {
        ...column,
        value: ({ person, cells }) => {
          if (!person || cells.length === columns.length) return cells[at] ?? undefined;
          return shared ? shared.value(person) : (cells[ownAt] ?? undefined);
        },
      };
    });
  }

  /** Takes a row apart. */
  pack(row: Row): PackedRow {
    const place = this.#placeOf(row);
    const person = place === undefined ? undefined : this.#roster.people[place];
    const isTold = (cell: Cell, at: number): boolean => {
      const shared = this.#shared[at];
      return !shared || (person !== undefined && isSame(shared.value(person), cell));
    };
    if (place === undefined || !row.every(isTold)) return [whole, ...row];
    return [place, ...row.filter((_, at) => !this.#shared[at])];
  }

  /** The table of these rows: where all are about people, with what else is known of them. */
  table(items: readonly ReviewItem[]): RowTable<ReviewItem> {
    const { columns } = this;
    const isAboutPeople = columns.some(({ key }) => key === "twoFactor") && items.every(({ person }) => person);
    if (!isAboutPeople) return new RowTable(columns, items);
    const others = this.#personColumns.filter(({ key }) => !columns.some((one) => one.key === key));
    const besides = textIn(columns.filter(({ key }) => !searchedKeys.some((one) => one === key)));
    return new RowTable([...columns, ...ofPerson<ReviewItem>(others, ({ person }) => person)], items, (item) =>
      [item.person ? this.#roster.textOf(item.person) : "", besides(item)].filter((text) => text !== "").join("\n"),
    );
  }

  /** A row as it was kept. */
  unpack([place, ...cells]: PackedRow): ReviewItem {
    const found = place === whole ? this.#placeOf(cells) : place;
    return { person: found === undefined ? undefined : this.#roster.people[found], cells };
  }

  /** The row as the report gave it. */
  rowOf(item: ReviewItem): Row {
    return this.columns.map(({ value }) => value(item));
  }

  #placeOf(row: readonly (Cell | null)[]): number | undefined {
    const textOf = (key: string): string => String(row[this.columns.findIndex((column) => column.key === key)] ?? "");
    return this.#roster.placeOf(textOf("type"), textOf("id"));
  }
}

function isSame(a: Cell, b: Cell): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
