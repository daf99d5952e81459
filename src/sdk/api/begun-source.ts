/** Where a {@link MovingList} comes from, when its first pages may be asked for before it is known that they are wanted. */
import type { ListSource, Question } from "./moving-list.ts";
import type { PageWalk } from "./page-walk.ts";

/** A source, its first walks begun or not. */
export interface BegunSourceOptions<Row> extends Omit<ListSource<Row>, "pageSize" | "smallerThan"> {
  /** As in {@link ListSource}. */
  readonly passes: readonly string[];
  /** Who knows the size of pages; such as `NumberedLists`. */
  readonly pages: {
    readonly pageSize: number;
    smallerPages(pageSize: number, error: unknown): number | undefined;
  };
}

/** A source whose walks of the first sweep can be begun at any time before; each is taken once. */
export class BegunSource<Row> implements ListSource<Row> {
  readonly opening: ListSource<Row>["opening"];
  readonly find: ListSource<Row>["find"];
  readonly passes: readonly string[];
  readonly #options: BegunSourceOptions<Row>;
  readonly #begun = new Map<string, PageWalk<Row>>();
  #first: Question | undefined;

  constructor(options: BegunSourceOptions<Row>) {
    this.#options = options;
    this.opening = options.opening;
    this.find = options.find;
    this.passes = options.passes;
  }

  get pageSize(): number {
    return this.#options.pages.pageSize;
  }

  smallerThan(pageSize: number, error: unknown): number | undefined {
    return this.#options.pages.smallerPages(pageSize, error);
  }

  /** Asks for the first pages of every pass; the second time it does nothing. */
  begin(signal: AbortSignal): void {
    if (this.#first) return;
    this.#first = { order: 0, overlaps: true, pageSize: this.pageSize };
    for (const pass of this.passes) {
      const walk = this.#options.walk(pass, this.#first, signal);
      this.#begun.set(pass, walk);
      walk.begin();
    }
  }

  walk(pass: string, question: Question, signal: AbortSignal): PageWalk<Row> {
    const begun = this.#begun.get(pass);
    this.#begun.delete(pass);
    const { order, overlaps, pageSize } = question;
    if (begun && order === 0 && overlaps && pageSize === this.#first?.pageSize) return begun;
    begun?.stop();
    return this.#options.walk(pass, question, signal);
  }

  /** Stops what was not taken. */
  stop(): void {
    for (const walk of this.#begun.values()) walk.stop();
  }
}
