/** What is kept of the rows of a list, and how it is compared and written. Knows no API. */

/** What is kept of a row. */
export interface Note {
  readonly id: string;
  /** A second name that no two rows may share, such as a login; "" when not known. */
  readonly name: string;
}

/** How notes are compared and written. */
export interface NoteCodec<N extends Note> {
  /** All that makes a state: notes of one print are the same. */
  print(note: N): number;
  /** A further mark of identity, which one id has one of; 0 when it is not known. */
  identity(note: N): number;
  /** A small number that is kept in memory for each row. */
  mark(note: N): number;
  /** To JSON and back; pages as a whole, so that what repeats can be written once. */
  pack(notes: readonly N[]): unknown;
  unpack(packed: unknown): readonly N[];
}

/** How notes are compared and written of which all that is kept is told by the row: as they are. */
export function plainNotes<N extends Note>(): NoteCodec<N> {
  return {
    print: (note) => hashOf(JSON.stringify(note)),
    identity: () => 0,
    mark: () => 0,
    pack: (notes) => notes,
    // Only `pack` made it.
    unpack: (packed) => packed as readonly N[],
  };
}

/**
 * FNV-1a over the UTF-16 units of a text and its length, or over a number as a whole; 32 bits, never 0. `start` is the
 * hash of what comes before: the length tells one text from two.
 */
export function hashOf(value: string | number, start = 0x811c9dc5): number {
  const prime = 0x01000193;
  let hash = start;
  let last = value;
  if (typeof value === "string") {
    for (let index = 0; index < value.length; index++) hash = Math.imul(hash ^ value.charCodeAt(index), prime);
    last = value.length;
  }
  hash = Math.imul(hash ^ Number(last), prime);
  return hash === 0 ? 1 : hash;
}

/**
 * Texts by number, for notes whose rows repeat a few texts a million times, such as the names of groups: numbers are
 * quicker to compare, to look up and to keep. Stored page by page with the notes, so that a resumed run has them again.
 */
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
