/** Joins class names, leaving out what does not apply. */

/** `classNames("a", isB && "b")` is `"a b"` or `"a"`. */
export function classNames(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
