/** The order of keys in c1z files of both versions. */

/** Orders texts by their bytes in UTF-8, as SQLite does; UTF-16 orders characters beyond U+FFFF differently. */
export function compareAsUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return aboveSurrogates(x) - aboveSurrogates(y);
  }
  return a.length - b.length;
}

/** Code units in the order of the characters that they belong to: halves of pairs come last. */
function aboveSurrogates(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
