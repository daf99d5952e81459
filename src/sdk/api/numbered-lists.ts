/**
 * Lists of an API that serves pages by number and announces them in headers (page-walk.ts): one page, a walk that fetches
 * ahead, a short list as a whole, and smaller pages where large ones are refused or too slow. Knows no product.
 */
import { type BatonError, Status, toBatonError } from "../errors.ts";
import type { HttpClient, JsonAnswer, JsonRequest } from "../http/http-client.ts";
import type { HttpFailure } from "../http/http-failure.ts";
import type { ApiFailures } from "./api-failures.ts";
import type { Check } from "./json-check.ts";
import {
  createPageWalk,
  type FetchedPage,
  type PageResult,
  type PageWalk,
  readPaging,
  type SealedPage,
} from "./page-walk.ts";
import type { PageWindow } from "./page-windows.ts";
import type { Question } from "./questions.ts";

/** Which part of a list is asked for: a page from 1, its size in rows. */
export type NumberedPage = Pick<PageWindow, "page" | "pageSize">;

/** A list as it is asked for. */
export interface NumberedList<Row> extends Pick<JsonRequest, "path" | "describe"> {
  readonly check: Check<readonly Row[]>;
  readonly idOf: (row: Row) => string;
  /** The query of one page, in the order that the question asks for. */
  readonly query: (page: NumberedPage) => NonNullable<JsonRequest["query"]>;
  /** Default: overlapping pages of the usual size, in the first order. */
  readonly question?: Question | undefined;
}

/** What {@link NumberedLists} are read with. */
export interface NumberedListsOptions {
  readonly http: Pick<HttpClient, "getJson" | "getSealed">;
  readonly failures: Pick<ApiFailures, "read" | "endless">;
  /** Codes of the product's errors begin with it and a hyphen. */
  readonly codePrefix: string;
  /** True for the error of a page past the end of a list, which is no error here. */
  readonly isPastTheEnd: (error: BatonError) => boolean;
  /** Rows asked for per page at first. */
  readonly pageSize: number;
  /** Sizes to go down to, the largest first; default 250, 100, 50. */
  readonly smallerSizes?: readonly number[];
  /** Pages of a walk that are held or on their way beyond the one asked for. */
  readonly ahead: number;
}

/** A list that was read in one go. */
export interface ReadRows<Row> {
  /** One of each id, the newest. */
  readonly rows: readonly Row[];
  /** How many there are by the server's last word; undefined when it does not say. */
  readonly announced: number | undefined;
}

/** Reads numbered lists of one API. Methods throw what `describe` of the list makes. */
export class NumberedLists {
  readonly #options: NumberedListsOptions;
  readonly #smallerSizes: readonly number[];
  readonly #tooMuch: ReadonlySet<string>;
  #pageSize: number;

  /** Sends nothing yet. */
  constructor(options: NumberedListsOptions) {
    const { smallerSizes = [250, 100, 50], pageSize, codePrefix } = options;
    this.#options = options;
    this.#smallerSizes = smallerSizes;
    this.#pageSize = pageSize;
    const suffixes = ["HTTP-400", "HTTP-408", "HTTP-413", "HTTP-422", "SERVER-504", "SERVER-524", "ANSWER-SIZE"];
    this.#tooMuch = new Set([...suffixes.map((suffix) => `${codePrefix}-${suffix}`), "NET-TIMEOUT", "NET-CUT"]);
  }

  /** Rows asked for per page at present. */
  get pageSize(): number {
    return this.#pageSize;
  }

  /** Asks for smaller pages from now on; undefined when the error is not about their size, or they are as small as can be. */
  smallerPages(pageSize: number, error: unknown): number | undefined {
    const { code } = toBatonError(error);
    // Trouble that lasts may come of large pages, too: whether it does is tried once, with the smallest.
    const isTrouble = code.startsWith(`${this.#options.codePrefix}-SERVER-`);
    if (!this.#tooMuch.has(code) && !isTrouble) return undefined;
    if (this.#pageSize < pageSize) return this.#pageSize;
    const sizes = this.#tooMuch.has(code) ? this.#smallerSizes : this.#smallerSizes.slice(-1);
    const smaller = sizes.find((size) => size < pageSize);
    if (smaller !== undefined) this.#pageSize = smaller;
    return smaller;
  }

  /**
   * Whether an error says that the server `declined` the question, as it does an order that it does not know or a page size
   * that it does not like, or `failed` at it otherwise.
   */
  refusal(error: unknown): "declined" | "failed" | undefined {
    const { code, status } = toBatonError(error);
    const prefix = `${this.#options.codePrefix}-`;
    const suffix = code.startsWith(prefix) ? code.slice(prefix.length) : "";
    // A time-out and a body that is too large are about the size of pages alone.
    if (/^HTTP-4(?!08|13)\d\d$/.test(suffix)) return "declined";
    const isFailure = status === Status.notFound || /^(AUTH-403|SERVER-5(?!04|24)\d\d)$/.test(suffix);
    return isFailure ? "failed" : undefined;
  }

  /** One page by itself, the first in a smaller size where it is too large; an empty last one past the end. */
  async page<Row>(list: NumberedList<Row>, page: number, signal: AbortSignal): Promise<PageResult<Row>> {
    const pageSize = list.question?.pageSize ?? this.#pageSize;
    let fetched: FetchedPage<Row> | undefined;
    try {
      fetched = await this.#fetch(list, { page, pageSize }, { signal, isWalked: false });
    } catch (caught) {
      // A later page would begin elsewhere, and who asks a question wants that page.
      if (page > 1 || list.question || this.smallerPages(pageSize, caught) === undefined) throw caught;
      return await this.page(list, page, signal);
    }
    const { hasNext = "no", totalCount, pageTotal } = fetched?.paging ?? {};
    const items = fetched?.items ?? [];
    return { page, items, repeated: [], overlap: 0, isLast: hasNext === "no", totalCount, pageTotal };
  }

  /** Walks the list; sends nothing before the walk is begun. */
  walk<Row>(list: NumberedList<Row>, signal: AbortSignal): PageWalk<Row> {
    const { ahead, failures } = this.#options;
    return createPageWalk({
      fetch: (window, walkSignal, turn) => this.#fetchSealed(list, window, { signal: walkSignal, turn }),
      pageSize: list.question?.pageSize ?? this.#pageSize,
      overlaps: list.question?.overlaps ?? true,
      idOf: list.idOf,
      ahead,
      signal,
      endless: (page) => failures.endless(list.path, page),
    });
  }

  /** A short list as a whole, with smaller pages where they are too large; twice where it does not add up. */
  async all<Row>(list: NumberedList<Row>, signal: AbortSignal): Promise<ReadRows<Row>> {
    for (let isAgain = false; ; ) {
      const pageSize = this.#pageSize;
      const walk = this.walk(list, signal);
      try {
        const read = await readAll(walk, list.idOf);
        if (isAgain || read.rows.length === (read.announced ?? read.rows.length)) return read;
        isAgain = true;
      } catch (caught) {
        walk.stop();
        if (this.smallerPages(pageSize, caught) === undefined) throw caught;
      }
    }
  }

  /** One page; undefined past the end: rows may have gone while the list was read. */
  async #fetch<Row>(list: NumberedList<Row>, page: NumberedPage, asked: Asked): Promise<FetchedPage<Row> | undefined> {
    const fetching = this.#options.http.getJson(this.#request(list, page, asked.signal));
    const answer = await this.#unlessPastTheEnd(fetching, page, asked);
    return answer === "doubtful" ? doubtfulEnd : answer && this.#read(list, page, answer);
  }

  /** The same page, left as bytes until its turn. */
  async #fetchSealed<Row>(
    list: NumberedList<Row>,
    page: NumberedPage,
    { signal, turn }: { readonly signal: AbortSignal; readonly turn: Promise<void> },
  ): Promise<SealedPage<Row> | FetchedPage<Row> | undefined> {
    const asked = { signal, isWalked: true };
    const fetching = this.#options.http.getSealed({ ...this.#request(list, page, signal), turn });
    const sealed = await this.#unlessPastTheEnd(fetching, page, asked);
    if (!sealed) return undefined;
    if (sealed === "doubtful") return doubtfulEnd;
    const open = async (): Promise<FetchedPage<Row> | undefined> => {
      const answer = await this.#unlessPastTheEnd(sealed.open(), page, asked);
      return answer === "doubtful" ? doubtfulEnd : answer && this.#read(list, page, answer);
    };
    // How many rows came plays no part in what the headers announce.
    return { announced: readPaging(sealed.headers, { ...page, rows: 0 }), open, discard: () => sealed.discard() };
  }

  #read<Row>({ check, path }: NumberedList<Row>, page: NumberedPage, { json, headers }: JsonAnswer): FetchedPage<Row> {
    const items = this.#options.failures.read(check, json, `${path} (page ${page.page})`);
    return { items, paging: readPaging(headers, { ...page, rows: items.length }) };
  }

  #request<Row>(list: NumberedList<Row>, page: NumberedPage, signal: AbortSignal): JsonRequest {
    const { path, describe, query, question } = list;
    const mayShrink = this.#smallerSizes.some((size) => size < page.pageSize);
    const mayReorder = question !== undefined && question.order > 0;
    return {
      path,
      describe,
      signal,
      query: query(page),
      // Where something else can be asked, nothing depends on this question.
      isHopeless: (failure, attempts, isFirstContact) => {
        const isTrouble = failure.kind === "status" && failure.status >= 500 && attempts > 5;
        return (mayShrink && isTooMuch(failure, attempts, isFirstContact)) || (mayReorder && isTrouble);
      },
    };
  }

  /**
   * In a walk the list was there a page ago, so that the 404 of a later one is about the page, whatever it says; but
   * only the text that the product has for it says that the list ends there.
   */
  async #unlessPastTheEnd<T>(
    fetching: Promise<T>,
    { page }: NumberedPage,
    { isWalked }: Asked,
  ): Promise<T | "doubtful" | undefined> {
    try {
      return await fetching;
    } catch (caught) {
      const error = toBatonError(caught);
      const isPast = this.#options.isPastTheEnd(error);
      // Of a list without rows that may be the first page.
      if (isPast) return undefined;
      if (page > 1 && isWalked && error.status === Status.notFound) return "doubtful";
      throw caught;
    }
  }
}

async function readAll<Row>(walk: PageWalk<Row>, idOf: (row: Row) => string): Promise<ReadRows<Row>> {
  const rows = new Map<string, Row>();
  for (let n = 1; ; n++) {
    const { items, isLast, totalCount: announced } = await walk.page(n);
    for (const row of items) rows.set(idOf(row), row);
    if (isLast) return { rows: [...rows.values()], announced };
  }
}

/** Statuses of an answer that took too long, as servers and those in front of them have it. */
const timeOuts: ReadonlySet<number> = new Set([408, 504, 524]);

const doubtfulEnd = {
  items: [],
  paging: { pageTotal: undefined, totalCount: undefined, servedSize: undefined, hasNext: "no" },
  isDoubtful: true,
} as const;

interface Asked {
  readonly signal: AbortSignal;
  /** Pages are asked for in order, so that the first was there when a later one is asked for. */
  readonly isWalked: boolean;
}

/** True when a page is not asked for in this size again. A time-out, or a body that breaks off, may be by chance once. */
function isTooMuch(failure: HttpFailure, attempts: number, firstContact: boolean): boolean {
  if (attempts < 2 || firstContact) return false;
  if (failure.kind === "network") return failure.problem === "timeout" || failure.problem === "cut";
  return failure.kind === "status" && timeOuts.has(failure.status);
}
