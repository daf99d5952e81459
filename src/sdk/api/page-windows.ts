/**
 * Cuts a list into pages so that each begins with rows that the page before ended with. Where they join, no row can
 * have slipped through between two requests, whatever was added or removed elsewhere. Pure arithmetic: with page
 * numbers and sizes alone, pages of varying size overlap (an API of numbered pages knows no cursor).
 */

/** One request of a walk. */
export interface PageWindow {
  /** What `page` to ask for, from 1. */
  readonly page: number;
  readonly pageSize: number;
  /** Rows at its start that the window before ends with; 0: it begins where that ends. */
  readonly overlap: number;
  /** Rows of the list that the windows up to this one cover. */
  readonly end: number;
}

/**
 * Windows that overlap. Every one costs a few rows more than the one before, so that a longer list goes on in plain
 * pages: 100,000 rows take 201 requests in place of 200, and their first 10,500 rows join.
 */
const mostOverlapping = 22;
/** Page numbers tried for one window; the best is always among the first. */
const candidates = 40;

/** The windows of one list. */
export class PageWindows {
  readonly #maxSize: number;
  /** All windows that overlap, the first one included. */
  readonly #head: PageWindow[];

  /** @param maxSize most rows that a page may have. */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
    this.#head = [{ page: 1, pageSize: maxSize, overlap: 0, end: maxSize }];
    while (this.#head.length < mostOverlapping) {
      const next = bestWindow(this.#end, maxSize);
      if (!next) break;
      this.#head.push(next);
    }
  }

  /** Window `n`, from 1. */
  at(n: number): PageWindow {
    const head = this.#head[n - 1];
    if (head) return head;
    // Plain pages from here on, the first of which overlaps as far as it happens to.
    const first = this.#firstPlainPage;
    const page = first + n - this.#head.length - 1;
    const size = this.#maxSize;
    const overlap = page === first ? this.#end - (first - 1) * size : 0;
    return { page, pageSize: size, overlap, end: page * size };
  }

  /** How many windows cover a list of `rows` rows; at least 1. */
  countFor(rows: number): number {
    const covering = this.#head.findIndex(({ end }) => end >= rows);
    if (covering >= 0) return covering + 1;
    return this.#head.length + Math.ceil(rows / this.#maxSize) - this.#firstPlainPage + 1;
  }

  get #end(): number {
    return this.#head.at(-1)?.end ?? 0;
  }

  /** The page of full size that holds the first row that is not covered yet, or the row before. */
  get #firstPlainPage(): number {
    const { length } = this.#head;
    return length === 1 ? 2 : Math.floor((this.#end - 1) / this.#maxSize) + 1;
  }
}

/** The window that begins before row `covered` and reaches furthest; undefined when overlapping costs half of it. */
function bestWindow(covered: number, maxSize: number): PageWindow | undefined {
  let best: PageWindow | undefined;
  const fewestBefore = Math.max(1, Math.ceil((covered - 1) / maxSize));
  for (let before = fewestBefore; before < fewestBefore + candidates; before++) {
    const pageSize = Math.floor((covered - 1) / before);
    const end = (before + 1) * pageSize;
    if (pageSize > 0 && end > (best?.end ?? 0)) {
      best = { page: before + 1, pageSize, overlap: covered - before * pageSize, end };
    }
  }
  return best && best.end - covered >= maxSize / 2 ? best : undefined;
}
