/**
 * Lists of an API that serves pages by number and announces them in headers (page-walk.ts): one page, a walk that fetches
 * ahead, a short list as a whole, and smaller pages where large ones are refused or too slow. Knows no product.
 */
import { type BatonError, Status, toBatonError } from "../errors.ts";
import type { HttpClient, JsonAnswer, JsonRequest } from "../http/http-client.ts";
import type { HttpFailure } from "../http/http-failure.ts";
import type { ApiFailures } from "./api-failures.ts";
import type { Check } from "./json-check.ts";
import type { Question } from "./moving-list.ts";
import {
  createPageWalk,
  type FetchedPage,
  type PageResult,
  type PageWalk,
  readPaging,
  type SealedPage,
} from "./page-walk.ts";
import type { PageWindow } from "./page-windows.ts";

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
    const suffixes = ["HTTP-413", "HTTP-422", "SERVER-504", "ANSWER-SIZE"];
    this.#tooMuch = new Set([...suffixes.map((suffix) => `${codePrefix}-${suffix}`), "NET-TIMEOUT"]);
  }

  /** Rows asked for per page at present. */
  get pageSize(): number {
    return this.#pageSize;
  }

  /** Asks for smaller pages from now on; undefined when the error is not about their size, or they are as small as can be. */
  smallerPages(pageSize: number, error: unknown): number | undefined {
    if (!this.#tooMuch.has(toBatonError(error).code)) return undefined;
    if (this.#pageSize < pageSize) return this.#pageSize;
    const smaller = this.#smallerSizes.find((size) => size < pageSize);
    if (smaller !== undefined) this.#pageSize = smaller;
    return smaller;
  }

  /** One page by itself; an empty last one past the end. */
  async page<Row>(list: NumberedList<Row>, page: number, signal: AbortSignal): Promise<PageResult<Row>> {
    const pageSize = list.question?.pageSize ?? this.#pageSize;
    const fetched = await this.#fetch(list, { page, pageSize }, { signal, isWalked: false });
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

  /** A short list as a whole, with smaller pages where they are too large. */
  async all<Row>(list: NumberedList<Row>, signal: AbortSignal): Promise<readonly Row[]> {
    for (;;) {
      const pageSize = this.#pageSize;
      const walk = this.walk(list, signal);
      try {
        const rows: Row[] = [];
        for (let n = 1; ; n++) {
          const page = await walk.page(n);
          rows.push(...page.items);
          if (page.isLast) return rows;
        }
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
    return answer && this.#read(list, page, answer);
  }

  /** The same page, left as bytes until its turn. */
  async #fetchSealed<Row>(
    list: NumberedList<Row>,
    page: NumberedPage,
    { signal, turn }: { readonly signal: AbortSignal; readonly turn: Promise<void> },
  ): Promise<SealedPage<Row> | undefined> {
    const asked = { signal, isWalked: true };
    const fetching = this.#options.http.getSealed({ ...this.#request(list, page, signal), turn });
    const sealed = await this.#unlessPastTheEnd(fetching, page, asked);
    if (!sealed) return undefined;
    const open = async (): Promise<FetchedPage<Row> | undefined> => {
      const answer = await this.#unlessPastTheEnd(sealed.open(), page, asked);
      return answer && this.#read(list, page, answer);
    };
    // How many rows came plays no part in what the headers announce.
    return { announced: readPaging(sealed.headers, { ...page, rows: 0 }), open, discard: () => sealed.discard() };
  }

  #read<Row>({ check, path }: NumberedList<Row>, page: NumberedPage, { json, headers }: JsonAnswer): FetchedPage<Row> {
    const items = this.#options.failures.read(check, json, `${path} (page ${page.page})`);
    return { items, paging: readPaging(headers, { ...page, rows: items.length }) };
  }

  #request<Row>({ path, describe, query }: NumberedList<Row>, page: NumberedPage, signal: AbortSignal) {
    const request: JsonRequest = { path, describe, query: query(page), signal };
    const mayShrink = this.#smallerSizes.some((size) => size < page.pageSize);
    return mayShrink ? { ...request, isHopeless: isTooMuch } : request;
  }

  /** In a walk the list was there a page ago, so that the 404 of a later one is about the page, whatever it says. */
  async #unlessPastTheEnd<T>(
    fetching: Promise<T>,
    { page }: NumberedPage,
    { isWalked }: Asked,
  ): Promise<T | undefined> {
    try {
      return await fetching;
    } catch (caught) {
      const error = toBatonError(caught);
      const isPast = this.#options.isPastTheEnd(error) || (isWalked && error.status === Status.notFound);
      if (page > 1 && isPast) return undefined;
      throw caught;
    }
  }
}

interface Asked {
  readonly signal: AbortSignal;
  /** Pages are asked for in order, so that the first was there when a later one is asked for. */
  readonly isWalked: boolean;
}

/** True when a page is not asked for in this size again. A time-out may be by chance once. */
function isTooMuch(failure: HttpFailure, attempts: number, firstContact: boolean): boolean {
  if (failure.kind === "network") return failure.problem === "timeout" && !firstContact && attempts > 1;
  return failure.kind === "status" && failure.status === 504 && attempts > 1;
}
