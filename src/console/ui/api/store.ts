/** A value that screens watch. Knows nothing of what it holds. */
import { useEffect, useState } from "preact/hooks";

/** Holds a value and tells everybody who watches when it changes. */
export class Store<T> {
  #value: T;
  readonly #watchers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  /** The value as it is now. */
  get value(): T {
    return this.#value;
  }

  /** Puts another value in the place of the old one. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Calls `watcher` after each change, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}

/** The value of a store; the component is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0);
  const shown = store.value;
  useEffect(() => {
    const check = () => redraw((count) => count + 1);
    // It may have changed between drawing and watching.
    if (!Object.is(shown, store.value)) check();
    return store.watch(check);
  }, [store]);
  return store.value;
}
