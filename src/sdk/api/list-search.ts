/**
 * Finds single rows of a list by an id that the API cannot be asked by, for targeted syncs: by walking the list, as far
 * as needed and once for all that are looked for. Knows no API.
 */
import type { PageWalk } from "./page-walk.ts";

/** A row, and the pass that showed it. */
export interface FoundRow<Row> {
  readonly row: Row;
  readonly pass: string;
}

/** What is searched. */
export interface ListSearchOptions<Row> {
  /** Filters that are together the whole, in the order in which they are walked. */
  readonly passes: readonly string[];
  readonly walk: (pass: string) => PageWalk<Row>;
  readonly idOf: (row: Row) => string;
  /** The name by which the API is asked; undefined for a row without one, which is kept in its place. */
  readonly nameOf: (row: Row) => string | undefined;
  /** The row of a name as it is now; undefined when it is gone. */
  readonly find: (name: string) => Promise<Row | undefined>;
}

/** The search of one sync; calls wait for each other, because who waits may want what the one before passes. */
export class ListSearch<Row> {
  readonly #options: ListSearchOptions<Row>;
  /** By id: what the walk has passed, a row only when it has no name to be asked by. */
  readonly #passed = new Map<
    string,
    { readonly name: string | undefined; readonly pass: string; readonly row?: Row }
  >();
  readonly #idByName = new Map<string, string>();
  #turn: Promise<unknown> = Promise.resolve();
  #passesLeft: readonly string[];
  #walk: PageWalk<Row> | undefined;
  #nextPage = 1;

  constructor(options: ListSearchOptions<Row>) {
    this.#options = options;
    this.#passesLeft = options.passes;
  }

  /** The row of that id; undefined when the list does not show it. */
  byId(id: string): Promise<FoundRow<Row> | undefined> {
    return this.#inTurn(async () => {
      const { idOf, find } = this.#options;
      const passed = this.#passed.get(id);
      if (passed) {
        const row = passed.row ?? (passed.name === undefined ? undefined : await find(passed.name));
        return row !== undefined && idOf(row) === id ? { row, pass: passed.pass } : undefined;
      }
      for (;;) {
        const page = await this.#readPage();
        const found = page?.find(({ row }) => idOf(row) === id);
        if (found || !page) return found;
      }
    });
  }

  /** The id behind a name; undefined when the list does not show it. */
  idOf(name: string): Promise<string | undefined> {
    return this.#inTurn(async () => {
      while (!this.#idByName.has(name)) if (!(await this.#readPage())) break;
      return this.#idByName.get(name);
    });
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#walk?.stop();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The next rows that no page before showed; undefined at the end of the last pass. */
  async #readPage(): Promise<readonly FoundRow<Row>[] | undefined> {
    const { idOf, nameOf, walk } = this.#options;
    const [pass, ...rest] = this.#passesLeft;
    if (pass === undefined) return undefined;
    this.#walk ??= walk(pass);
    const { items, isLast } = await this.#walk.page(this.#nextPage);
    this.#nextPage++;
    if (isLast) {
      this.#passesLeft = rest;
      this.#walk = undefined;
      this.#nextPage = 1;
    }
    const rows = items.filter((row) => !this.#passed.has(idOf(row)));
    for (const row of rows) {
      const name = nameOf(row);
      this.#passed.set(idOf(row), { name, pass, ...(name === undefined && { row }) });
      if (name !== undefined) this.#idByName.set(name, idOf(row));
    }
    return rows.map((row) => ({ row, pass }));
  }
}
