/**
 * Things that a setting names: what everything is asked of, such as an organization, and what somebody probably meant to type
 * where there is none of the name. Knows no product.
 */
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { ApiProduct } from "./api-failures.ts";

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

/** How a root is found, and told of. */
export interface NamedRootOptions<Root> {
  readonly product: Pick<ApiProduct, "name" | "codePrefix">;
  /** As in `organization`. */
  readonly root: string;
  /** Codes begin with the product's prefix and this, as in `ORG`. */
  readonly code: string;
  /** What to do when the key can see none at all. */
  readonly nothing: string;
  readonly find: () => Promise<Root>;
  /** All that the key can see. */
  readonly seen: () => Promise<readonly Root[]>;
  /** The name as it is written today; ignoring case it is the same. */
  readonly nameOf: (root: Root) => string;
  /** An id that the setting may have in place of the name. */
  readonly idOf: (root: Root) => string;
}

/**
 * The root of that name.
 * @throws BatonError what `find` throws, with a hint that names what can be seen; `…-CONTRADICTED` when that is what was asked
 * for, and `…-OTHER` for an answer about another one, which must not be taken for this one's
 */
export async function namedRoot<Root>(asked: string, options: NamedRootOptions<Root>): Promise<Root> {
  const { find, seen, nameOf, idOf, nothing } = options;
  try {
    const found = await find();
    if (nameOf(found).toLowerCase() === asked.toLowerCase() || idOf(found) === asked) return found;
    throw otherRoot(asked, nameOf(found), options);
  } catch (caught) {
    const error = toBatonError(caught);
    if (error.status !== Status.notFound && error.status !== Status.permissionDenied) throw caught;
    // The suggestion is an extra; the error that it belongs to is thrown either way.
    const names = await seen().then(
      (roots) => roots.map(nameOf),
      () => undefined,
    );
    if (!names) throw caught;
    if (!names.includes(asked)) throw error.with(seenInstead(asked, names, nothing));
    throw error.status === Status.notFound ? contradicted(asked, options) : caught;
  }
}

type Words = Pick<NamedRootOptions<never>, "product" | "root" | "code">;

/** The name is right, so that only time helps. */
function contradicted(asked: string, { product: { name, codePrefix }, root, code }: Words): BatonError {
  return new BatonError({
    code: `${codePrefix}-${code}-CONTRADICTED`,
    status: Status.unavailable,
    message: `${name} says that there is no ${root} '${asked}' (404), and this key's list of ${root}s has it.`,
    effect: "Nothing was read.",
    hint: "Try again in a minute.",
  });
}

function otherRoot(asked: string, found: string, { product: { name, codePrefix }, root, code }: Words): BatonError {
  return new BatonError({
    code: `${codePrefix}-${code}-OTHER`,
    status: Status.failedPrecondition,
    message: `Asked for the ${root} '${asked}', ${name} answered with '${found}'.`,
    effect: "Nothing new was saved; the last good file stays as it is.",
    hint: `If the ${root} was renamed, use its name ${found}; else check the base URL and what stands in between.`,
    candidates: [found],
    fatal: true,
  });
}
