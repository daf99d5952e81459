/**
 * Reads from an answer's headers which pages there are, and walks a list page by page: the next pages are fetched ahead
 * while the caller is busy with the current one. Which requests may start when is the limiter's business; this only
 * decides which pages are wanted soon.
 */

import type { IncomingHttpHeaders } from "node:http";
import type { BatonError } from "../errors.ts";
import { type PageWindow, PageWindows } from "./page-windows.ts";

/** One page of a list. */
export interface PageResult<T> {
  /** The rows that no page before was asked for. */
  readonly items: readonly T[];
  /** The rows at its start that the page before ended with, as they are now. Their last is the last row of that page,
   * unless the list moved in between. Empty where pages do not overlap. */
  readonly repeated: readonly T[];
  /** How many rows `repeated` should hold; it holds fewer on a page that came too short. */
  readonly overlap: number;
  /** From 1. */
  readonly page: number;
  readonly isLast: boolean;
  /** Rows in the whole list, as last announced; undefined when never announced. */
  readonly totalCount: number | undefined;
  /** Pages of this page's size in the whole list, as last announced. */
  readonly pageTotal: number | undefined;
  /** True where the end was told after a full page, by an answer that may mean something else: see {@link FetchedPage}. */
  readonly isDoubtful?: boolean;
}

/** What a list holds as a whole, by its first page: rows and pages of that size; at least so many unless counted. */
export function wholeOf({ items, isLast, totalCount }: PageResult<unknown>): {
  readonly rows: number;
  readonly pages: number;
  readonly isCounted: boolean;
} {
  const isAll = isLast || items.length === 0;
  return {
    rows: totalCount ?? items.length,
    pages: isAll ? 1 : Math.ceil((totalCount ?? items.length + 1) / items.length),
    isCounted: totalCount !== undefined || isLast,
  };
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
  /** True for an answer that may mean the end, or that the page is not there for now. */
  readonly isDoubtful?: boolean;
}

/**
 * A page whose body is not read yet. Pages that wait for their turn wait as bytes: as records they would outlive the
 * young generation, and the heap would grow to several times what one page needs.
 */
export interface SealedPage<T> {
  /** By the headers; enough to fetch ahead. */
  readonly announced: Omit<Paging, "hasNext">;
  /** Reads the body, once; `undefined` as for the fetch. */
  open(): Promise<FetchedPage<T> | undefined>;
  /** It is not wanted any more. */
  discard(): void;
}

type Received<T> = FetchedPage<T> | SealedPage<T> | undefined;

/** What a walk needs. */
export interface PageWalkOptions<T> {
  /**
   * Fetches one page; `undefined` means that it is past the end. `turn` resolves when the page is asked for, so that a
   * page that is only fetched ahead may wait until then.
   */
  readonly fetch: (window: PageWindow, signal: AbortSignal, turn: Promise<void>) => Promise<Received<T>>;
  /** Most rows of a page; pages then overlap as page-windows.ts says. Default: pages are taken as they come. */
  readonly pageSize?: number;
  /** False: pages of one size that do not overlap; default true. */
  readonly overlaps?: boolean;
  readonly idOf: (item: T) => string;
  /** Pages held or on their way beyond the one asked for. */
  readonly ahead: number;
  readonly signal: AbortSignal;
  /** Made when the list goes on far beyond what it announced. */
  readonly endless: (page: number) => BatonError;
}

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
  readonly #pages = new Map<number, Coming<T>>();
  readonly #windows: PageWindows;
  /** The server cuts pages as it likes, so that they are taken as they come. */
  #plain: boolean;
  /** The first page has shown how the server cuts pages. */
  #knowsServer = false;
  #next = 1;
  /** Pages that may be fetched ahead: those that the list has announced. */
  #knownPages = 0;
  /** Pages that the list announced first. */
  #firstAnnounced: number | undefined;
  #totalCount: number | undefined;
  #pageTotal: number | undefined;
  #lastIds = "";
  #lastId = "";
  #firstLength = Number.POSITIVE_INFINITY;
  #lastLength = Number.POSITIVE_INFINITY;
  #broken: boolean = false;

  constructor(options: PageWalkOptions<T>) {
    this.#options = options;
    this.#windows = new PageWindows(options.pageSize ?? 1);
    this.#plain = options.pageSize === undefined || options.overlaps === false;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  begin(): void {
    this.#fetchAhead();
  }

  async page(n: number): Promise<PageResult<T>> {
    this.#signal.throwIfAborted();
    if (n !== this.#next) this.#restartAt(n);
    this.#broken = false;
    try {
      if (n > 1 && !this.#knowsServer && !this.#plain) await this.#learnFromFirstPage();
      const fetched = await this.#take(n);
      const isAgain = fetched !== undefined && this.#repeats(n, fetched.items);
      const isPastEnd = fetched === undefined || (isAgain && !(await this.#mayIgnoreNumbers(n)));
      const result = this.#deliver(n, isPastEnd ? undefined : fetched);
      this.#next = n + 1;
      if (result.isLast) this.#forget();
      else this.#fetchAhead();
      return result;
    } catch (error) {
      this.#pages.delete(n);
      throw error;
    }
  }

  async #take(n: number): Promise<FetchedPage<T> | undefined> {
    const wanted = this.#fetch(n);
    wanted.needed();
    this.#fetchAhead();
    const fetched = await open(await wanted.received);
    this.#pages.delete(n);
    if (this.#plain || fetched === undefined || isCutAsAsked(this.#windowAt(n), fetched)) {
      this.#knowsServer = true;
      return fetched;
    }
    this.#plain = true;
    if (n === 1) return fetched;
    // What was fetched ahead was cut otherwise than asked for, and so was this one.
    this.#forget();
    return await this.#take(n);
  }

  /** A resumed walk cannot tell otherwise whether its page is where it takes it to be. */
  async #learnFromFirstPage(): Promise<void> {
    const first = this.#windowAt(1);
    const fetched = await open(await this.#options.fetch(first, this.#signal, Promise.resolve()));
    if (fetched && !isCutAsAsked(first, fetched)) this.#plain = true;
    this.#knowsServer = true;
  }

  stop(): void {
    this.#forget();
    this.#stop.abort();
  }

  /** What was fetched ahead is not wanted any more. */
  #forget(): void {
    for (const { received, cancel } of this.#pages.values()) {
      received.then(discard, () => {
        // Nobody asks for it any more.
      });
      cancel.abort();
    }
    this.#pages.clear();
  }

  #restartAt(n: number): void {
    this.#forget();
    this.#next = n;
    this.#lastIds = "";
    this.#lastLength = Number.POSITIVE_INFINITY;
  }

  #fetchAhead(): void {
    if (this.#broken || this.#signal.aborted) return;
    this.#fetch(this.#next);
    const last = Math.min(this.#next + this.#options.ahead, this.#knownPages);
    for (let page = this.#next + 1; page <= last; page++) this.#fetch(page);
  }

  #fetch(n: number): Coming<T> {
    const known = this.#pages.get(n);
    if (known !== undefined) return known;
    const window = this.#windowAt(n);
    const { promise: turn, resolve: needed } = Promise.withResolvers<void>();
    const cancel = new AbortController();
    const received = this.#options.fetch(window, AbortSignal.any([this.#signal, cancel.signal]), turn);
    const coming = { received, needed, cancel };
    this.#pages.set(n, coming);
    received.then(
      (page) => {
        // A walk that was restarted elsewhere or has ended no longer wants it.
        if (this.#pages.get(n) === coming && page !== undefined) this.#learn(n, window, page);
      },
      () => {
        // The error is thrown when the page is asked for; until then nothing more is sent after it.
        if (this.#pages.get(n) === coming) this.#broken = true;
      },
    );
    return coming;
  }

  #windowAt(n: number): PageWindow {
    if (!this.#plain) return this.#windows.at(n);
    const pageSize = this.#options.pageSize ?? 1;
    return { page: n, pageSize, overlap: 0, end: n * pageSize };
  }

  #learn(n: number, window: PageWindow, received: FetchedPage<T> | SealedPage<T>): void {
    const paging = "open" in received ? received.announced : received.paging;
    if (n === 1 && (paging.servedSize ?? window.pageSize) !== window.pageSize) this.#plain = true;
    const announced = this.#pagesAnnounced(n, window, paging);
    // A single page that is full may be all that the server counts: the list may have any number of them.
    if (n > 1 || announced !== 1) this.#firstAnnounced ??= announced;
    this.#knownPages = Math.min(announced ?? 0, this.#growthLimit());
    this.#fetchAhead();
  }

  /** How many pages there are at least, as far as one tells. */
  #pagesAnnounced(n: number, window: PageWindow, paging: Partial<Paging>): number | undefined {
    const { pageTotal, totalCount, hasNext } = paging;
    if (pageTotal === undefined) return hasNext === "yes" ? n + 1 : undefined;
    if (this.#plain) return pageTotal;
    return this.#windows.countFor(totalCount ?? (pageTotal - 1) * window.pageSize + 1);
  }

  #deliver(n: number, fetched: FetchedPage<T> | undefined): PageResult<T> {
    this.#totalCount = fetched?.paging.totalCount ?? this.#totalCount;
    this.#pageTotal = fetched?.paging.pageTotal ?? this.#pageTotal;
    const announcement = { totalCount: this.#totalCount, pageTotal: this.#pageTotal };
    const { overlap } = this.#windowAt(n);
    if (fetched === undefined) {
      return { items: [], repeated: [], overlap, page: n, isLast: true, ...announcement };
    }
    const isLast = fetched.paging.hasNext === "no" || this.#endsShort(n, fetched);
    if (!isLast && n >= this.#growthLimit()) throw this.#options.endless(n);
    const [repeated, items] = [fetched.items.slice(0, overlap), fetched.items.slice(overlap)];
    const isDoubtful = fetched.isDoubtful === true && this.#wasFull(n - 1);
    this.#lastLength = fetched.items.length;
    const lastRow = fetched.items.at(-1);
    if (lastRow !== undefined) this.#lastId = this.#options.idOf(lastRow);
    if (n === 1) this.#firstLength = fetched.items.length;
    return { items, repeated, overlap, page: n, isLast, ...announcement, ...(isDoubtful && { isDoubtful }) };
  }

  /** False when the page that was delivered last was too short to have others after it; a resumed walk does not know. */
  #wasFull(n: number): boolean {
    return this.#lastLength >= Math.min(this.#windowAt(n).pageSize, this.#firstLength);
  }

  /** Where nothing is announced, a page cut as asked that is not full is the last: the next would only show its end again. */
  #endsShort(n: number, { items, paging }: FetchedPage<T>): boolean {
    return !this.#plain && n > 1 && paging.pageTotal === undefined && items.length < this.#windowAt(n).pageSize;
  }

  /** True when a page that nobody announced at first shows the page before once more: some servers clamp the number. */
  #repeats(n: number, items: readonly T[]): boolean {
    const announced = this.#firstAnnounced ?? 1;
    if (n < announced) return false;
    const ids = items.map(this.#options.idOf).sort().join("\n");
    const repeated = n > announced && ids !== "" && ids === this.#lastIds;
    this.#lastIds = ids;
    return repeated;
  }

  /**
   * Whether a second page that shows the first once more may be no end, because the server shows the first whatever
   * number is asked for. Nothing that was announced tells; but the last row of the first page is alone on the second of
   * those that are one row shorter, where pages are numbered.
   */
  async #mayIgnoreNumbers(n: number): Promise<boolean> {
    const [rows, most] = [this.#lastLength, this.#options.pageSize ?? 0];
    if (n !== 2 || this.#totalCount !== undefined || rows < 2) return false;
    // It does not go by the size either.
    if (rows > most) return true;
    const window = { page: n, pageSize: rows - 1, overlap: 1, end: n * (rows - 1) };
    try {
      const fetched = await open(await this.#options.fetch(window, this.#signal, Promise.resolve()));
      const [row, ...others] = fetched?.items ?? [];
      return row === undefined || others.length > 0 || this.#options.idOf(row) !== this.#lastId;
    } catch {
      // Pages of that size are refused.
      this.#signal.throwIfAborted();
      return true;
    }
  }

  #growthLimit(): number {
    return this.#firstAnnounced === undefined ? unannouncedPages : this.#firstAnnounced + toleratedGrowth;
  }
}

/** A page on its way, or there and not asked for yet. */
interface Coming<T> {
  readonly received: Promise<Received<T>>;
  /** Says that it is asked for. */
  readonly needed: () => void;
  readonly cancel: AbortController;
}

function discard<T>(received: Received<T>): void {
  if (received && "open" in received) received.discard();
}

async function open<T>(received: Received<T>): Promise<FetchedPage<T> | undefined> {
  return received && "open" in received ? await received.open() : received;
}

/** False when the server shows that it cuts pages otherwise than asked. */
function isCutAsAsked<T>({ page, pageSize }: PageWindow, { items, paging }: FetchedPage<T>): boolean {
  if (paging.servedSize !== undefined) return paging.servedSize === pageSize;
  const isShort = page === 1 && items.length < pageSize && paging.hasNext !== "no";
  return items.length <= pageSize && !isShort;
}

/** What one answer of a list says about the list. */
export interface Paging {
  /** Pages there are, as far as announced. */
  readonly pageTotal: number | undefined;
  /** Rows there are, as far as announced. */
  readonly totalCount: number | undefined;
  /** Rows that the server puts on a page, as far as announced; another number than asked for when it has its own mind. */
  readonly servedSize: number | undefined;
  /**
   * `yes`: the headers announce another page. `no`: they say this is the last, or the page is empty and unannounced.
   * `maybe`: nothing is announced, or numbers contradict each other; only asking tells.
   */
  readonly hasNext: "yes" | "no" | "maybe";
}

/** The page that was asked for and what came. */
export interface ReceivedPage {
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly rows: number;
}

/**
 * Reads `X-Pagination-*`, else `Link`. Without either a short page is no proof of the end, because the server may use a
 * smaller page size than asked for; an empty page is. The URLs in `Link` lose the page size, so they are not followed.
 */
export function readPaging(headers: IncomingHttpHeaders, received: ReceivedPage): Paging {
  const totalCount = wholeNumber(headers["x-pagination-count"]);
  const servedSize = wholeNumber(headers["x-pagination-pagesize"]) || undefined;
  const pagesOf = (size: number) => (totalCount === undefined ? undefined : Math.ceil(totalCount / size));
  const countedPages = pagesOf(servedSize ?? received.pageSize);
  const pageTotal =
    wholeNumber(headers["x-pagination-pagetotal"]) ?? pagesOf(servedSize ?? sizeSeen(received, totalCount));
  return {
    pageTotal,
    totalCount,
    servedSize,
    hasNext: hasNext(received, { servedSize, pageTotal, countedPages, link: headers["link"] }),
  };
}

/** Rows on a page, where only a count is announced: a server that has more of them, and shows fewer, has a smaller page. */
function sizeSeen({ page, pageSize, rows }: ReceivedPage, totalCount = 0): number {
  return rows > 0 && page * rows < totalCount ? Math.min(rows, pageSize) : pageSize;
}

interface Announced {
  readonly servedSize: number | undefined;
  readonly pageTotal: number | undefined;
  readonly countedPages: number | undefined;
  readonly link: string | string[] | undefined;
}

function hasNext({ page, pageSize, rows }: ReceivedPage, announced: Announced): Paging["hasNext"] {
  const { servedSize, pageTotal, countedPages } = announced;
  const link = String(announced.link ?? "");
  const linksNext = /;\s*rel="?next"?/i.test(link);
  if (pageTotal !== undefined) {
    if (page < pageTotal) return "yes";
    // Some servers count the rows of the page, or those that are left, or no further than a round number: a full page alone
    // proves no end.
    const isFull = rows >= Math.min(pageSize, servedSize ?? pageSize);
    const isContradicted = linksNext || (countedPages !== undefined && page < countedPages);
    return rows > 0 && (isFull || isContradicted) ? "maybe" : "no";
  }
  if (linksNext) return "yes";
  if (rows === 0 || link !== "") return "no";
  return "maybe";
}

function wholeNumber(value: string | string[] | undefined): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
