/**
 * Keeps a few files open: unpacking one takes longer than any question about it. A file that was replaced is opened
 * anew; one that nobody asks about for a while is let go. A user of a file keeps it open until the answer is there.
 * The console has one of processes that read, each of those has one of files.
 */
import { stat } from "node:fs/promises";
import type { Clock } from "../../sdk/clock.ts";

const maxOpen = 4;
const idleMs = 10 * 60_000;
const sweepMs = 60_000;

/** What is kept of an open file. */
interface Opened {
  close(): void | Promise<void>;
}

/** How files are opened. */
export interface FilePoolOptions<T extends Opened> {
  readonly clock: Clock;
  /**
   * Opens the file at `path`.
   * @param key changes whenever the file is replaced.
   * @param dismiss says that what was opened is of no more use.
   */
  open(path: string, key: string, dismiss: () => void): Promise<T>;
}

interface Entry<T> {
  readonly path: string;
  readonly key: string;
  readonly opening: Promise<T>;
  users: number;
  usedMs: number;
  /** To be closed as soon as nobody uses it. */
  isDismissed: boolean;
}

/** Open files. */
export class FilePool<T extends Opened> {
  readonly #clock: Clock;
  readonly #openFile: FilePoolOptions<T>["open"];
  readonly #timer: NodeJS.Timeout;
  readonly #closing = new Set<Promise<void>>();
  #entries: Entry<T>[] = [];

  constructor({ clock, open }: FilePoolOptions<T>) {
    this.#clock = clock;
    this.#openFile = open;
    this.#timer = setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** Number of files that are open or being opened. */
  get size(): number {
    return this.#entries.length;
  }

  /** Calls `action` with the file at `path`, as it is now. @throws what opening it throws, and what `action` throws. */
  async use<R>(path: string, action: (opened: T) => R | Promise<R>): Promise<R> {
    const key = await keyOf(path);
    const entry = this.#entries.find((one) => one.key === key && !one.isDismissed) ?? this.#open(path, key);
    entry.users++;
    try {
      return await action(await entry.opening);
    } finally {
      entry.users--;
      entry.usedMs = this.#clock.monotonicMs();
      this.#settle();
    }
  }

  /** Lets go what nobody used for long. */
  sweep(): void {
    const oldestMs = this.#clock.monotonicMs() - idleMs;
    for (const entry of this.#entries) entry.isDismissed ||= entry.users === 0 && entry.usedMs < oldestMs;
    this.#settle();
  }

  /** Closes everything: at once what is free, the rest when the answers under way are done. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const entry of this.#entries) entry.isDismissed = true;
    this.#settle();
    await Promise.all(this.#closing);
  }

  #open(path: string, key: string): Entry<T> {
    for (const entry of this.#entries) entry.isDismissed ||= entry.path === path;
    const idle = this.#entries.filter((entry) => entry.users === 0 && !entry.isDismissed);
    const [longestIdle] = idle.toSorted((a, b) => a.usedMs - b.usedMs);
    if (longestIdle && this.#entries.length >= maxOpen) longestIdle.isDismissed = true;
    const dismiss = (): void => {
      entry.isDismissed = true;
      this.#settle();
    };
    const opening = this.#openFile(path, key, dismiss);
    const entry: Entry<T> = { path, key, opening, users: 0, usedMs: this.#clock.monotonicMs(), isDismissed: false };
    this.#entries.push(entry);
    opening.catch(dismiss);
    return entry;
  }

  /** Closes what is dismissed and free. */
  #settle(): void {
    const isDone = ({ isDismissed, users }: Entry<T>): boolean => isDismissed && users === 0;
    const done = this.#entries.filter(isDone);
    this.#entries = this.#entries.filter((entry) => !isDone(entry));
    for (const { opening } of done) {
      const closing = opening.then(
        (opened) => opened.close(),
        () => undefined,
      );
      this.#closing.add(closing);
      void closing.finally(() => this.#closing.delete(closing));
    }
  }
}

/** What tells a file from every other that is in its place before or after. A missing one has a key as well: opening it says what is wrong. */
export async function keyOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return [path, mtimeMs, size, ino].join("\n");
  } catch {
    return path;
  }
}
