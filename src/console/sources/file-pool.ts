/**
 * Keeps a few files open: unpacking one takes longer than any question about it. A file that was replaced is opened
 * anew; one that nobody asks about for a while is let go. Whoever uses a file keeps it open until the answer is there.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileError } from "../../sdk/c1z/container/file-errors.ts";
import { openC1z } from "../../sdk/c1z/read/reader.ts";
import type { Clock } from "../../sdk/clock.ts";
import { OpenSource } from "./open-source.ts";

const maxOpen = 4;
const idleMs = 10 * 60_000;
const sweepMs = 60_000;

interface Entry {
  readonly path: string;
  readonly key: string;
  readonly opening: Promise<OpenSource>;
  users: number;
  usedMs: number;
  /** To be closed as soon as nobody uses it. */
  isDismissed: boolean;
}

/** Open files of one console. */
export class FilePool {
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #entries: Entry[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#timer = setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** Number of files that are open or being opened. */
  get size(): number {
    return this.#entries.length;
  }

  /** Calls `action` with the file at `path`, as it is now. @throws BatonError those of `openC1z`, and what `action` throws. */
  async use<T>(path: string, action: (source: OpenSource) => T | Promise<T>): Promise<T> {
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

  /** Closes everything, once the answers under way are done. */
  close(): void {
    clearInterval(this.#timer);
    for (const entry of this.#entries) entry.isDismissed = true;
    this.#settle();
  }

  #open(path: string, key: string): Entry {
    for (const entry of this.#entries) entry.isDismissed ||= entry.path === path;
    const idle = this.#entries.filter((entry) => entry.users === 0 && !entry.isDismissed);
    const [longestIdle] = idle.toSorted((a, b) => a.usedMs - b.usedMs);
    if (longestIdle && this.#entries.length >= maxOpen) longestIdle.isDismissed = true;
    const opening = openSource(path, key);
    const entry: Entry = { path, key, opening, users: 0, usedMs: this.#clock.monotonicMs(), isDismissed: false };
    this.#entries.push(entry);
    opening.catch(() => {
      entry.isDismissed = true;
    });
    return entry;
  }

  /** Closes what is dismissed and free. */
  #settle(): void {
    const isDone = ({ isDismissed, users }: Entry): boolean => isDismissed && users === 0;
    const done = this.#entries.filter(isDone);
    this.#entries = this.#entries.filter((entry) => !isDone(entry));
    for (const { opening } of done) {
      opening.then(
        (source) => source.close(),
        () => undefined,
      );
    }
  }
}

/** A missing file has a key as well: opening it says what is wrong. */
async function keyOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return [path, mtimeMs, size, ino].join("\n");
  } catch {
    return path;
  }
}

async function openSource(path: string, key: string): Promise<OpenSource> {
  const reader = await openC1z(path);
  try {
    const { sha256, bytes } = await hashOf(path);
    return new OpenSource({ path, key, sha256, bytes }, reader);
  } catch (caught) {
    reader.close();
    throw caught;
  }
}

async function hashOf(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    });
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "Nothing was read.");
  }
  return { sha256: hash.digest("hex"), bytes };
}
