/**
 * What each reading of a list asks: another question than the one before, as far as the server answers it. What it
 * refuses (an order, a page of an unusual size, large pages) is not asked for again. Knows no API.
 */

/** How one sweep asks: another page size, another order, with and without overlapping pages. */
export interface Question {
  /** Most rows of a page. */
  readonly pageSize: number;
  /** Whether pages begin with rows that the page before ended with. */
  readonly overlaps: boolean;
  /** Which of the orders that the list knows, from 0. */
  readonly order: number;
}

/** A question, and how many rows the usual page has of which its page is a share. */
export interface AskedQuestion {
  readonly pageSize: number;
  readonly question: Question;
}

/** Where in the reading a page lies. */
export interface Position {
  readonly sweep: number;
  /** The sweep adds to what the one before showed, where others begin anew. */
  readonly goesOn: boolean;
  /** From 0. */
  readonly pass: number;
  /** From 1. */
  readonly page: number;
}

/** Who knows what a server refuses. */
export interface Refusing {
  /** Rows asked for per page at present. */
  readonly pageSize: number;
  /** Asks for smaller pages from now on; undefined when `error` is not about their size, or they cannot be smaller. */
  smallerThan(pageSize: number, error: unknown): number | undefined;
  /** Whether the server `declined` what was asked for, or `failed` at it; undefined when the error is about something else. */
  refusal(error: unknown): "declined" | "failed" | undefined;
}

/**
 * The order and share of the page size of each sweep. Overlapping pages have varying sizes, which some servers order
 * differently; plain ones all have one size, and their ends lie elsewhere.
 */
const anew = [
  { order: 0, share: 1, overlaps: true },
  { order: 0, share: 0.74, overlaps: false },
  { order: 1, share: 1, overlaps: true },
  { order: 1, share: 0.83, overlaps: false },
  { order: 2, share: 0.91, overlaps: true },
] as const;

/** Of sweeps that go on: pages that repeat nothing, so that the rows of a list can be counted; few, so that each shows most. */
const goingOn = [
  { order: 0, share: 1, overlaps: false },
  { order: 1, share: 0.91, overlaps: false },
  { order: 2, share: 1, overlaps: false },
  { order: 0, share: 0.83, overlaps: false },
] as const;

/** The questions of one list. */
export class Questions {
  readonly #source: Refusing;
  readonly #asked = new Map<number, AskedQuestion>();
  readonly #refusedOrders = new Set<number>();
  #isUsualOnly: boolean = false;

  constructor(source: Refusing) {
    this.#source = source;
  }

  /** A sweep of a run before asked so. */
  restore(sweep: number, asked: AskedQuestion): void {
    this.#asked.set(sweep, asked);
  }

  /** What the sweep asks. */
  of(position: Pick<Position, "sweep" | "goesOn">): AskedQuestion {
    return this.#asked.get(position.sweep) ?? this.#ask(position, this.#source.pageSize);
  }

  /** How many sweeps were broken off because pages of their size are not served. */
  get brokenOff(): number {
    const sizes = new Set([...this.#asked.values()].map(({ pageSize }) => pageSize)).size;
    return Math.max(0, sizes - 1) + Number(this.#isUsualOnly);
  }

  /**
   * Asks otherwise from now on, because of the error of a page: in the first order where another one is refused, then in
   * pages of the usual size where this one is another, then in smaller ones.
   * @returns the rows of the usual page from now on; undefined when nothing else can be asked.
   */
  instead(position: Position, error: unknown): number | undefined {
    const { pageSize, question } = this.of(position);
    const refusal = this.#source.refusal(error);
    const isUnusual = question.pageSize !== pageSize || (question.overlaps && position.page > 1);
    let to: number | undefined = pageSize;
    if (question.order > 0 && refusal) this.#refusedOrders.add(question.order);
    else if (isUnusual && refusal === "declined" && !this.#isUsualOnly) this.#isUsualOnly = true;
    else to = this.#source.smallerThan(pageSize, error);
    if (to !== undefined && isBeginning(position)) this.#ask(position, to);
    return to;
  }

  #ask({ sweep, goesOn }: Pick<Position, "sweep" | "goesOn">, pageSize: number): AskedQuestion {
    const table = goesOn ? goingOn : anew;
    const { order, share, overlaps } = table[sweep % table.length] ?? anew[0];
    const shared = { order: this.#refusedOrders.has(order) ? 0 : order };
    const question = this.#isUsualOnly
      ? { ...shared, overlaps: false, pageSize }
      : { ...shared, overlaps, pageSize: Math.max(1, Math.ceil(pageSize * share)) };
    const asked = { pageSize, question };
    this.#asked.set(sweep, asked);
    return asked;
  }
}

/** True for the first page of a sweep. */
export function isBeginning({ pass, page }: Position): boolean {
  return pass === 0 && page === 1;
}
