/** How texts are compared when people search, sort and name somebody: without case, accents and other marks. Pure. */

const plain = /^[\0-\x26\x28-\x5f\x61-\x7f]*$/;
/** Accents and the like; zero-width characters and direction marks, which are never typed. */
const marks = /[\p{M}\p{Cf}]+/gu;
/** Left out: who looks for `oneil` means O'Neil, O’Neil and Oʼneil. */
const apostrophes = /['`´\u02b9-\u02bf\u2018-\u201b\u2032\uff07]+/g;
const hyphens = /[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
/** Letters that no normal form takes apart, as they are typed without them. */
const letters: Readonly<Record<string, string>> = {
  ø: "o",
  ł: "l",
  ß: "ss",
  ı: "i",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ħ: "h",
  ŧ: "t",
  ĸ: "k",
  ŋ: "n",
  ς: "σ",
};
const special = new RegExp(`[${Object.keys(letters).join("")}]`, "g");

/** The text as it is searched: `Zoë` and `ZOE`, `Łukasz` and `lukasz`, `O’Neil` and `oneil` become the same. */
export function folded(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  return text
    .replace(hyphens, "-")
    .replace(apostrophes, "")
    .normalize("NFKD")
    .replace(marks, "")
    .toLowerCase()
    .replace(special, (letter) => letters[letter] ?? letter);
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

const severalBlanks = /\s\s|[^\S ]/;

/** What names are the same by: folded, without blanks around it or several between its words. */
export function nameKey(name: string): string {
  const key = folded(name).trim();
  // Nearly all have single blanks, which is seen faster than replaced.
  return severalBlanks.test(key) ? key.replaceAll(/\s+/g, " ") : key;
}

/** Of those found by the key of a name, those that are called so to the letter, but for case; all of them when none is. */
export function closestNamed<T>(
  name: string,
  found: readonly T[],
  namesOf: (one: T) => readonly (string | undefined)[],
): readonly T[] {
  const exact = unified(name);
  const same = found.filter((one) => namesOf(one).some((other) => other !== undefined && unified(other) === exact));
  return same.length > 0 ? same : found;
}

/** The same text whichever way it was typed: trimmed, composed, without case. */
function unified(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}
