/** Finds what somebody probably meant to type. */

/** The candidate nearest to `slug` by edits, ignoring case; undefined when even that one is mostly different. */
export function nearestName(slug: string, candidates: readonly string[]): string | undefined {
  const wanted = slug.toLowerCase();
  let nearest: string | undefined;
  let fewest = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

/** Levenshtein distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, character] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (b[column - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** What to say to somebody who named what is not there: a question about the nearest of what is, and all of it, best first. */
export function didYouMean(
  wanted: string,
  names: readonly string[],
): { readonly question: string; readonly candidates: readonly string[] } {
  const nearest = nearestName(wanted, names);
  if (nearest === undefined) return { question: "", candidates: names };
  return { question: `Did you mean ${nearest}? `, candidates: [nearest, ...names.filter((name) => name !== nearest)] };
}

/** The hint and the candidates of an error about a name: what can be seen in its place, `nothing` when that is nothing. */
export function seenInstead(
  wanted: string,
  names: readonly string[],
  nothing: string,
): { readonly hint: string; readonly candidates?: readonly string[] } {
  if (names.length === 0) return { hint: nothing };
  const { question, candidates } = didYouMean(wanted, names);
  return { hint: `${question}This key can see: ${listed(names)}.`, candidates };
}

/** Names, at most ten, then how many more. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
