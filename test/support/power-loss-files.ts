/**
 * A file system in memory that loses power. It keeps what was synced apart from what was only written, and can say
 * after every operation what a machine could find on its disk when it comes up again. Also fails when told to.
 */
import { basename } from "node:path";
import type { FileSystem, OpenFile } from "../../src/sdk/c1z/container/save.ts";

/** Operations, as tests name them to make one fail. */
export type Operation = "create" | "write" | "sync" | "close" | "rename" | "sync directory";

interface Content {
  bytes: Buffer;
  /** What is on the disk for sure. */
  synced: Buffer;
}

/** One directory of such a file system. Names are the last parts of paths. */
export class PowerLossFiles implements FileSystem {
  /** Every content that `name` could have after a loss of power at any moment so far; undefined is "not there". */
  readonly #seen = new Map<string, Set<string | undefined>>();
  #entries = new Map<string, Content>();
  #syncedEntries = new Map<string, Content>();
  readonly #fail: { readonly operation: Operation; readonly code: string; readonly afterBytes?: number } | undefined;
  readonly operations: Operation[] = [];

  constructor(
    initial: Readonly<Record<string, string>>,
    fail?: { readonly operation: Operation; readonly code: string; readonly afterBytes?: number },
  ) {
    for (const [name, text] of Object.entries(initial)) {
      const bytes = Buffer.from(text);
      this.#entries.set(name, { bytes, synced: bytes });
    }
    this.#syncedEntries = new Map(this.#entries);
    this.#fail = fail;
    this.#observe();
  }

  /** Names and contents as a running process sees them. */
  now(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#entries].map(([name, { bytes }]) => [name, bytes.toString()]));
  }

  /** See `#seen`. */
  possibleAfterPowerLoss(name: string): ReadonlySet<string | undefined> {
    return this.#seen.get(name) ?? new Set([undefined]);
  }

  /** What `name` is after a loss of power now, in the worst case: nothing that was not synced. */
  survives(name: string): string | undefined {
    return this.#syncedEntries.get(name)?.synced.toString();
  }

  async create(path: string): Promise<OpenFile> {
    this.#do("create");
    const content: Content = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
    this.#entries.set(basename(path), content);
    this.#observe();
    return {
      write: async (bytes, offset, length, position) => {
        const room = this.#fail?.operation === "write" ? (this.#fail.afterBytes ?? 0) : Number.POSITIVE_INFINITY;
        const fits = Math.min(length, Math.max(0, room - position));
        if (fits === 0 && length > 0) this.#do("write");
        const grown = Buffer.alloc(Math.max(content.bytes.length, position + fits));
        content.bytes.copy(grown);
        grown.set(bytes.subarray(offset, offset + fits), position);
        content.bytes = grown;
        this.operations.push("write");
        this.#observe();
        return { bytesWritten: fits };
      },
      read: async (buffer, offset, length, position) => {
        const piece = content.bytes.subarray(position, position + length);
        buffer.set(piece, offset);
        return { bytesRead: piece.length };
      },
      sync: async () => {
        this.#do("sync");
        content.synced = content.bytes;
        this.#observe();
      },
      close: async () => this.#do("close"),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#do("rename");
    const content = this.#entries.get(basename(from));
    if (!content) throw new TypeError(`${from} is not there`);
    this.#entries.delete(basename(from));
    this.#entries.set(basename(to), content);
    this.#observe();
  }

  async syncDirectory(): Promise<void> {
    this.#do("sync directory");
    this.#syncedEntries = new Map(this.#entries);
    this.#observe();
  }

  async remove(path: string): Promise<void> {
    this.#entries.delete(basename(path));
    this.#observe();
  }

  #do(operation: Operation): void {
    if (this.#fail?.operation === operation) {
      throw Object.assign(new Error(`${operation} failed`), { code: this.#fail.code });
    }
    this.operations.push(operation);
  }

  /** The directory's entries may be on the disk or not, and so may every byte that was not synced. */
  #observe(): void {
    for (const entries of [this.#entries, this.#syncedEntries]) {
      for (const name of new Set([...this.#entries.keys(), ...this.#syncedEntries.keys()])) {
        const possible = this.#seen.get(name) ?? new Set<string | undefined>();
        this.#seen.set(name, possible);
        const content = entries.get(name);
        if (!content) possible.add(undefined);
        else for (const bytes of [content.synced, content.bytes]) possible.add(bytes.toString());
      }
    }
  }
}
