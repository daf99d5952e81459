/**
 * Walks a list page by page and fetches the next pages ahead while the caller is busy with the current one. Which
 * requests may start when is the limiter's business; this only decides which pages are wanted soon.
 */
import type { BatonError } from "../../sdk/errors.ts";
import type { Paging } from "./paging.ts";

/** One page of a list. */
export interface PageResult<T> {
  readonly items: readonly T[];
  /** From 1. */
  readonly page: number;
  readonly isLast: boolean;
  /** Rows in the whole list, as last announced; undefined when never announced. */
  readonly totalCount: number | undefined;
  /** Pages in the whole list, as last announced. */
  readonly pageTotal: number | undefined;
}

/** A walk over a list. One caller at a time. */
export interface PageWalk<T> {
  /** Begins to fetch the first pages, so that they are there when they are asked for. */
  begin(): void;
  /**
   * Page `n`, from 1. Asking in order gets pages that were fetched ahead; asking for any other page, as a resumed run
   * does, starts there. A page that failed is fetched again when asked for again.
   */
  page(n: number): Promise<PageResult<T>>;
  /** Aborts what is on its way. Later calls reject. */
  stop(): void;
}

/** A page as fetched. */
export interface FetchedPage<T> {
  readonly items: readonly T[];
  readonly paging: Paging;
}

/**
 * A page whose body is not read yet. Pages that wait for their turn wait as bytes: as records they would outlive the
 * young generation, and the heap would grow to several times what one page needs.
 */
export interface SealedPage<T> {
  /** Pages there are, by the headers; enough to fetch ahead. */
  readonly pageTotal: number | undefined;
  /** Reads the body, once; `undefined` as for the fetch. */
  open(): Promise<FetchedPage<T> | undefined>;
}

/** What a walk needs. */
export interface PageWalkOptions<T> {
  /** Fetches one page; `undefined` means that it is past the end. */
  readonly fetch: (page: number, signal: AbortSignal) => Promise<FetchedPage<T> | SealedPage<T> | undefined>;
  readonly idOf: (item: T) => string;
  /** Pages held or on their way beyond the one asked for. */
  readonly ahead: number;
  readonly signal: AbortSignal;
  /** Made when the list goes on far beyond what it announced. */
  readonly endless: (page: number) => BatonError;
}

/** Until a walk is asked for its first page it holds no more than this. */
const aheadWhileIdle = 2;
/** A growing list may exceed its first announcement by so many pages. */
const toleratedGrowth = 50;
/** A list that announces nothing ends here: ten million rows at the usual page size. */
const unannouncedPages = 20_000;

/** Creates a walk; fetches nothing yet. */
export function createPageWalk<T>(options: PageWalkOptions<T>): PageWalk<T> {
  return new PrefetchingWalk(options);
}

class PrefetchingWalk<T> implements PageWalk<T> {
  readonly #options: PageWalkOptions<T>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #pages = new Map<number, Promise<FetchedPage<T> | SealedPage<T> | undefined>>();
  #asked: boolean = false;
  #next = 1;
  /** Pages that may be fetched ahead: those that the list has announced. */
  #knownPages = 0;
  /** Pages that the list announced first. */
  #firstAnnounced: number | undefined;
  #totalCount: number | undefined;
  #pageTotal: number | undefined;
  #lastIds = "";
  #broken: boolean = false;

  constructor(options: PageWalkOptions<T>) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  begin(): void {
    this.#fetchAhead();
  }

  async page(n: number): Promise<PageResult<T>> {
    this.#signal.throwIfAborted();
    this.#asked = true;
    if (n !== this.#next) this.#restartAt(n);
    this.#broken = false;
    const wanted = this.#fetch(n);
    this.#fetchAhead();
    try {
      const received = await wanted;
      const fetched = received && "open" in received ? await received.open() : received;
      this.#pages.delete(n);
      const result = this.#deliver(n, fetched);
      this.#next = n + 1;
      if (result.isLast) this.#pages.clear();
      else this.#fetchAhead();
      return result;
    } catch (error) {
      this.#pages.delete(n);
      throw error;
    }
  }

  stop(): void {
    this.#pages.clear();
    this.#stop.abort();
  }

  #restartAt(n: number): void {
    this.#pages.clear();
    this.#next = n;
    this.#lastIds = "";
  }

  #fetchAhead(): void {
    if (this.#broken || this.#signal.aborted) return;
    this.#fetch(this.#next);
    const ahead = this.#asked ? this.#options.ahead : aheadWhileIdle - 1;
    const last = Math.min(this.#next + ahead, this.#knownPages);
    for (let page = this.#next + 1; page <= last; page++) this.#fetch(page);
  }

  #fetch(page: number): Promise<FetchedPage<T> | SealedPage<T> | undefined> {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const fetching = this.#options.fetch(page, this.#signal);
    this.#pages.set(page, fetching);
    fetching.then(
      (fetched) => {
        // A walk that was restarted elsewhere or has ended no longer wants it.
        if (this.#pages.get(page) === fetching && fetched !== undefined) this.#learn(announcedPages(page, fetched));
      },
      () => {
        // The error is thrown when the page is asked for; until then nothing more is sent after it.
        this.#broken = true;
      },
    );
    return fetching;
  }

  #learn(announced: number | undefined): void {
    this.#firstAnnounced ??= announced;
    this.#knownPages = Math.min(announced ?? 0, this.#growthLimit());
    this.#fetchAhead();
  }

  #deliver(n: number, fetched: FetchedPage<T> | undefined): PageResult<T> {
    this.#totalCount = fetched?.paging.totalCount ?? this.#totalCount;
    this.#pageTotal = fetched?.paging.pageTotal ?? this.#pageTotal;
    const announcement = { totalCount: this.#totalCount, pageTotal: this.#pageTotal };
    if (fetched === undefined || this.#repeats(n, fetched.items)) {
      return { items: [], page: n, isLast: true, ...announcement };
    }
    const isLast = fetched.paging.hasNext === "no";
    if (!isLast && n >= this.#growthLimit()) throw this.#options.endless(n);
    return { items: fetched.items, page: n, isLast, ...announcement };
  }

  /** True when a page that nobody announced at first shows the page before once more: some servers clamp the number. */
  #repeats(n: number, items: readonly T[]): boolean {
    const ids = items.map(this.#options.idOf).join("\n");
    const repeated = n > (this.#firstAnnounced ?? 1) && ids !== "" && ids === this.#lastIds;
    this.#lastIds = ids;
    return repeated;
  }

  #growthLimit(): number {
    return this.#firstAnnounced === undefined ? unannouncedPages : this.#firstAnnounced + toleratedGrowth;
  }
}

/** How many pages there are at least, as far as the page tells. */
function announcedPages<T>(page: number, fetched: FetchedPage<T> | SealedPage<T>): number | undefined {
  if ("open" in fetched) return fetched.pageTotal;
  return fetched.paging.pageTotal ?? (fetched.paging.hasNext === "yes" ? page + 1 : undefined);
}
