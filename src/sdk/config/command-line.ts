/** Splits a command into its arguments, without a shell. Knows quotes and nothing else. Pure. */

/**
 * Arguments are separated by white space; `'...'` and `"..."` keep it. A backslash is a character like any other, so
 * that Windows paths stay what they are.
 * @returns undefined when a quote has no partner.
 */
export function splitCommandLine(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const [word] = /^(?:[^\s'"]|'[^']*'|"[^"]*")+/.exec(rest) ?? [];
    const after = rest.slice(word?.length ?? 0);
    if (word === undefined || /^\S/.test(after)) return undefined;
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
    rest = after.trimStart();
  }
  return words;
}
