/** From an answer's headers to the next page. Pure; sends nothing. */
import type { IncomingHttpHeaders } from "node:http";

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
  const countedPages = totalCount === undefined ? undefined : Math.ceil(totalCount / (servedSize ?? received.pageSize));
  const pageTotal = wholeNumber(headers["x-pagination-pagetotal"]) ?? countedPages;
  return {
    pageTotal,
    totalCount,
    servedSize,
    hasNext: hasNext(received, { pageTotal, countedPages, link: headers["link"] }),
  };
}

interface Announced {
  readonly pageTotal: number | undefined;
  readonly countedPages: number | undefined;
  readonly link: string | string[] | undefined;
}

function hasNext({ page, rows }: ReceivedPage, announced: Announced): Paging["hasNext"] {
  const { pageTotal, countedPages } = announced;
  if (pageTotal !== undefined) {
    if (page < pageTotal) return "yes";
    return rows > 0 && countedPages !== undefined && page < countedPages ? "maybe" : "no";
  }
  const link = String(announced.link ?? "");
  if (/;\s*rel="?next"?/i.test(link)) return "yes";
  if (rows === 0 || link !== "") return "no";
  return "maybe";
}

function wholeNumber(value: string | string[] | undefined): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
