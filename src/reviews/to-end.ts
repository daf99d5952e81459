/** Does in one go what is made to be done in steps. */

/** What the steps come to. */
export function toEnd<T>(steps: Generator<void, T, undefined>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}
