/** Passes events on to all listeners: open pages, and the console's own parts. Holds nothing back for late comers. */
import type { ConsoleEvent } from "./contract/events.ts";

/** Gets each event; must return at once and never throw. */
export type EventListener = (event: ConsoleEvent) => void;

/** One for the whole console. */
export class EventHub {
  readonly #listeners = new Set<EventListener>();
  #told = 0;

  /** Number of events told so far. */
  get told(): number {
    return this.#told;
  }

  /** Number of listeners, for tests, and for code that needs to know that nobody looks. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells everybody. */
  publish(event: ConsoleEvent): void {
    this.#told++;
    for (const listener of this.#listeners) listener(event);
  }

  /** Listens until the returned function is called. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
