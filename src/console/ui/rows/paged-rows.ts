/**
 * Rows of a long list, fetched page by page as they come into view. Keeps the pages last looked at and drops answers
 * that nobody waits for any more. Knows neither addresses nor components.
 */

/** A page of an answer. */
export interface RowPage<T> {
  /** Number of rows in the whole list. */
  readonly total: number;
  readonly rows: readonly T[];
  /** Newest row of a list in front of which rows come while one looks: further pages are of the list as it was then. */
  readonly asOf?: number;
}

/** Rows `offset` to `offset + limit` of a list, as it was at a page that is here already. */
export interface PageAsked {
  readonly offset: number;
  readonly limit: number;
  readonly asOf: number | undefined;
}

/** Fetches rows; rejects when the signal is aborted. */
export type FetchPage<P> = (asked: PageAsked, signal: AbortSignal) => Promise<P>;

/** What it is made of. */
export interface PagedRowsOptions<P> {
  readonly fetchPage: FetchPage<P>;
  /** Called after each answer and each failure. */
  readonly onChange: () => void;
  /** Rows a page, 200 unless told. */
  readonly pageSize?: number;
  /** Pages kept at most, 40 unless told. */
  readonly keptPages?: number;
}

/** One list, in one order and with one filter; another query is another one of these. */
export class PagedRows<T, P extends RowPage<T> = RowPage<T>> {
  readonly #options: PagedRowsOptions<P>;
  readonly #pageSize: number;
  readonly #keptPages: number;
  /** In the order in which they were last looked at, the latest last. */
  readonly #pages = new Map<number, readonly T[]>();
  readonly #underWay = new Map<number, AbortController>();
  /** Rows that were looked at last, the first and the last. */
  #looked: readonly [first: number, last: number] = [0, 0];
  #page: P | undefined;
  #failure: unknown;
  readonly #end = new AbortController();

  constructor(options: PagedRowsOptions<P>) {
    this.#options = options;
    this.#pageSize = options.pageSize ?? 200;
    this.#keptPages = options.keptPages ?? 40;
  }

  /** Number of rows in the list; undefined before the first answer. */
  get total(): number | undefined {
    return this.#page?.total;
  }

  /** The page that came last, with whatever else the answer says of the whole list. */
  get page(): P | undefined {
    return this.#page;
  }

  /** Why the last page could not be had; undefined when it could. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Whether an answer is awaited. */
  get isLoading(): boolean {
    return this.#underWay.size > 0;
  }

  /** Rows that were looked at last, the first and the last. */
  get looked(): readonly [first: number, last: number] {
    return this.#looked;
  }

  /** The row, if its page is here. */
  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / this.#pageSize))?.[index % this.#pageSize];
  }

  /** Fetches the pages of rows `first` to `last`, both included, unless they are here; forgets requests for others. */
  need(first: number, last: number): void {
    if (this.#end.signal.aborted || this.#failure !== undefined) return;
    this.#looked = [first, last];
    const wanted = pagesBetween(first, last, this.#pageSize, this.total);
    for (const [page, controller] of this.#underWay) {
      if (wanted.includes(page)) continue;
      this.#underWay.delete(page);
      controller.abort();
    }
    for (const page of wanted) {
      const rows = this.#pages.get(page);
      if (rows) this.#touch(page, rows);
      else if (!this.#underWay.has(page)) void this.#fetch(page);
    }
  }

  /** Tries again after a failure, from the row that is looked at. */
  retry(first = 0, last = first): void {
    this.#failure = undefined;
    this.need(first, last);
    this.#options.onChange();
  }

  /** Ends all requests; no answer is told any more. */
  close(): void {
    this.#end.abort();
    for (const controller of this.#underWay.values()) controller.abort();
    this.#underWay.clear();
  }

  async #fetch(page: number): Promise<void> {
    const controller = new AbortController();
    this.#underWay.set(page, controller);
    try {
      const asked = { offset: page * this.#pageSize, limit: this.#pageSize, asOf: this.#page?.asOf };
      const answer = await this.#options.fetchPage(asked, controller.signal);
      if (controller.signal.aborted) return;
      this.#page = answer;
      this.#touch(page, answer.rows);
    } catch (caught) {
      if (controller.signal.aborted) return;
      this.#failure = caught;
    }
    this.#underWay.delete(page);
    this.#options.onChange();
  }

  #touch(page: number, rows: readonly T[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, rows);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#keptPages) break;
      this.#pages.delete(oldest);
    }
  }
}

function pagesBetween(first: number, last: number, pageSize: number, total: number | undefined): readonly number[] {
  const end = Math.min(last, (total ?? pageSize) - 1);
  const firstPage = Math.floor(Math.max(first, 0) / pageSize);
  const lastPage = Math.max(Math.floor(Math.max(end, 0) / pageSize), total === undefined ? firstPage : 0);
  return Array.from({ length: Math.max(0, lastPage - firstPage + 1) }, (_, at) => firstPage + at);
}
