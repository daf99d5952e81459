/** How texts are compared when people search and sort: without case, accents and other marks. Pure. */

const ascii = /^[\0-\x7f]*$/;

/** The text as it is searched: `Zoë` and `ZOE` become the same. */
export function folded(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
}

/** The words of a search, folded. All of them must be found. */
export function searchWords(query: string): readonly string[] {
  return folded(query)
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** Whether all words are in the folded text. */
export function hasAllWords(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}
