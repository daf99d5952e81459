/** A number for each row of a table, by the row's id: four bytes where ids lie close together, as they do in most files. */
export type RowNumbers = Pick<ReadonlyMap<number, number>, "get"> & {
  set(row: number, number: number): void;
};

/** @param first the lowest id. @param last the highest. @param maxBytes ids that are too far apart for it take more. */
export function rowNumbers(first: number, last: number, maxBytes: number): RowNumbers {
  const span = last - first + 1;
  return span * Uint32Array.BYTES_PER_ELEMENT <= maxBytes ? new CloseRows(first, span) : new Map<number, number>();
}

class CloseRows implements RowNumbers {
  readonly #first: number;
  /** Counted from one: zero is none. */
  readonly #numbers: Uint32Array;

  constructor(first: number, span: number) {
    this.#first = first;
    this.#numbers = new Uint32Array(span);
  }

  set(row: number, number: number): void {
    this.#numbers[row - this.#first] = number + 1;
  }

  get(row: number): number | undefined {
    const number = this.#numbers[row - this.#first] ?? 0;
    return number === 0 ? undefined : number - 1;
  }
}
