/**
 * The `query` parameter of lists: words separated by spaces, each either `field:text` or plain text.
 * The grammar of the real service is not documented; this is by analogy with its package search.
 */

/** What a row can be found by. */
export interface Searchable {
  /** Value by documented term, such as `userslug`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Values that plain text is looked for in. */
  readonly text: readonly string[];
}

/** A test for rows; undefined when the query is empty. Case does not matter; all words must match. */
export function createSearch(query: string | null): ((row: Searchable) => boolean) | undefined {
  const words = (query ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  return (row) => words.every((word) => matches(word, row));
}

function matches(word: string, row: Searchable): boolean {
  const colon = word.indexOf(":");
  // A term alone, such as `inactive`, asks for rows of which it is true.
  if (colon < 0 && row.fields[word] === "true") return true;
  const field = colon > 0 ? row.fields[word.slice(0, colon)] : undefined;
  if (field !== undefined) return field.toLowerCase().includes(word.slice(colon + 1));
  return row.text.some((value) => value.toLowerCase().includes(word));
}
