/** What was worked out before, by a key; what was used longest ago makes room. Knows nothing of what it holds. */

/** Bounded memory of answers. */
export class Remembered<T> {
  readonly #most: number;
  readonly #costOf: (answer: T) => number;
  /** In the order in which they were used. */
  readonly #answers = new Map<string, T>();
  #cost = 0;

  /** @param most cost of all together; one answer is kept whatever it costs. By default each costs one. */
  constructor(most: number, costOf: (answer: T) => number = () => 1) {
    this.#most = most;
    this.#costOf = costOf;
  }

  /** All that is there, the one used longest ago first. */
  values(): Iterable<T> {
    return this.#answers.values();
  }

  /** What `work` gave for this key before, else what it gives now. */
  get(key: string, work: () => T): T {
    const known = this.#answers.get(key);
    const answer = known ?? work();
    this.forget(key);
    this.#answers.set(key, answer);
    this.#cost += this.#costOf(answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#cost <= this.#most || oldest === key) break;
      this.forget(oldest);
    }
    return answer;
  }

  forget(key: string): void {
    const known = this.#answers.get(key);
    if (known !== undefined) this.#cost -= this.#costOf(known);
    this.#answers.delete(key);
  }
}
