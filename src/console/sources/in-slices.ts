/** Long work in short slices, so that requests, heartbeats and progress of others get their turn in between. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { reportProgress } from "../../sdk/file-progress.ts";

/** So long one slice may keep the process to itself, in milliseconds. */
const sliceMs = 5;

/** Walks `steps` to their end and gives back what they return. @param take gets each value; must return at once. */
export async function inSlices<T, R>(steps: Iterator<T, R>, take: (value: T) => void = () => undefined): Promise<R> {
  let startedMs = performance.now();
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
    take(next.value);
    if (performance.now() - startedMs < sliceMs) continue;
    // Rows that are gone through are progress, wherever they come from.
    reportProgress();
    await nextTurn();
    startedMs = performance.now();
  }
}

/** What `map` makes of each item. */
export async function mapInSlices<T, R>(items: readonly T[], map: (item: T) => R): Promise<R[]> {
  const made: R[] = [];
  await inSlices(items.values(), (item) => made.push(map(item)));
  return made;
}
