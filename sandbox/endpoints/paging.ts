/** Page-number paging with its headers (Cloudsmith API: pagination). Knows rows only as a RowList. */

import type { Switches } from "../switches.ts";
import { type Answer, errorAnswer, jsonAnswer } from "./answer.ts";
import type { RowList } from "./row-list.ts";

const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 500;

/** What a list is paged with. */
export interface PagingOptions {
  readonly query: URLSearchParams;
  /** Address of the list without query, for `Link`. */
  readonly url: string;
  readonly switches: Pick<Switches, "paginationHeaders" | "ignorePageSize" | "largePages">;
}

/** One page of `list`, or the documented 404 past its end. */
export function pageAnswer(list: RowList, options: PagingOptions): Answer {
  const { paginationHeaders: mode, largePages } = options.switches;
  if (largePages && Number(options.query.get("page_size")) > largePages.over) return tooSlow();
  const size = options.switches.ignorePageSize ? DEFAULT_PAGE_SIZE : readPageSize(options.query.get("page_size"));
  const page = readPageNumber(options.query.get("page"));
  const last = Math.max(1, Math.ceil(list.length / size));
  if (page === undefined || (page > last && mode !== "endless")) return errorAnswer(404, "Invalid page.");
  const shown = Math.min(page, last);
  const body = list.body((shown - 1) * size, shown * size);
  // Empty lists are not paginated, says the documentation, so they carry no headers.
  if (mode === false || list.length === 0) return jsonAnswer(200, body);
  const total = mode === "endless" ? page + 1 : last;
  const count = mode === "endless" ? total * size : list.length * (mode === "lying-count" ? 3 : 1);
  return jsonAnswer(200, body, {
    "X-Pagination-Count": String(count),
    "X-Pagination-Page": String(page),
    "X-Pagination-PageTotal": String(total),
    "X-Pagination-PageSize": String(size),
    ...linkHeader(options.url, page, total),
  });
}

/** The rows of one page, for an answer that says nothing of paging; undefined past the end. */
export function pageOf<T>(rows: readonly T[], query: URLSearchParams): readonly T[] | undefined {
  const size = readPageSize(query.get("page_size"));
  const page = readPageNumber(query.get("page"));
  const isPast = page === undefined || page > Math.max(1, Math.ceil(rows.length / size));
  return isPast ? undefined : rows.slice((page - 1) * size, page * size);
}

/** What a gateway says when the service behind it took too long. */
function tooSlow(): Answer {
  const body = "<html><head><title>504 Gateway Time-out</title></head></html>";
  return { status: 504, headers: { "Content-Type": "text/html" }, body: Buffer.from(body) };
}

/** Pages 0, below and absent are the first; what is not a number is refused like a page past the end. */
function readPageNumber(text: string | null): number | undefined {
  if (text === null || text === "") return 1;
  return /^-?\d+$/.test(text) ? Math.max(1, Number(text)) : undefined;
}

function readPageSize(text: string | null): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1) return DEFAULT_PAGE_SIZE;
  return Math.min(size, MAX_PAGE_SIZE);
}

/** Neighbouring pages. The addresses carry neither page size nor filter, which is a trap for who follows them. */
function linkHeader(url: string, page: number, total: number): Record<string, string> {
  const link = (to: number, relation: string): string => `<${url}?page=${to}>; rel="${relation}"`;
  const links = [
    ...(page > 1 ? [link(1, "first"), link(page - 1, "prev")] : []),
    ...(page < total ? [link(page + 1, "next"), link(total, "last")] : []),
  ];
  return links.length === 0 ? {} : { Link: links.join(", ") };
}
