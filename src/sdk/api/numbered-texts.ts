/**
 * Texts by number, for notes whose rows repeat a few texts a million times, such as the names of groups: numbers are
 * quicker to compare, to look up and to keep. Stored page by page with the notes, so that a resumed run has them again.
 */

/** The texts that were met so far. */
export class NumberedTexts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  #packed = 0;

  /** The number of a text, from now on; numbers count up from 0. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  /** The text of a number that {@link numberOf} gave. */
  at(number: number): string {
    return this.#texts[number] ?? "";
  }

  /** Those that were not packed before, with the number of the first; plain data. */
  pack(): PackedTexts {
    const first = this.#packed;
    this.#packed = this.#texts.length;
    return { first, texts: this.#texts.slice(first) };
  }

  /** Gives the numbers that a run before gave, or this one. */
  unpack({ first, texts }: PackedTexts): void {
    for (const [index, text] of texts.entries()) {
      this.#texts[first + index] = text;
      this.#numbers.set(text, first + index);
    }
    this.#packed = Math.max(this.#packed, first + texts.length);
  }
}

/** What {@link NumberedTexts} gives to be stored. */
export interface PackedTexts {
  readonly first: number;
  readonly texts: readonly string[];
}
