/** Something of one object, such as the reading of one sync: made when it is first asked for, and anew with the next. */
export class OncePer<K extends object, T, A extends readonly unknown[] = []> {
  readonly #make: (key: K, ...args: A) => T;
  readonly #made = new WeakMap<K, T>();

  constructor(make: (key: K, ...args: A) => T) {
    this.#make = make;
  }

  of(key: K, ...args: A): T {
    const made = this.#made.get(key) ?? this.#make(key, ...args);
    this.#made.set(key, made);
    return made;
  }
}
