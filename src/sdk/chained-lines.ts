/**
 * A file of JSON lines that only grows, in which each line names the hash of everything before it: nothing in it can be
 * changed, moved or taken out later without being noticed, but for lines at its end. Knows nothing of what the lines say.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { type JsonObject, parseJsonObject } from "./json-object.ts";

/** A line as it was read. */
export interface ChainedLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** SHA-256 in hex of all that stands before the line in the file. */
  readonly before: string;
  /** False for the rest of a line whose writing was cut off. */
  readonly isWhole: boolean;
}

const lineEnd = 0x0a;
const pieceBytes = 65_536;

/** What is known of such a file up to some place. */
export interface ChainState {
  /** Of all bytes up to there. */
  readonly hash: Hash;
  readonly bytes: number;
  /** True: the last line was cut off. */
  readonly isTorn: boolean;
}

/** Such a file, open for more. Every method throws what the system refused. */
export class ChainedLines {
  readonly #file: number;
  #hash: Hash = createHash("sha256");
  #bytes = 0;
  /** True: the last line was cut off, and is closed before the next one. */
  #isTorn: boolean = false;
  #isOpen: boolean = true;

  /** Opens the file at `path`, made with mode 0600 when it is new. @param read what was read of it before; nothing by default. */
  constructor(path: string, read?: ChainState) {
    this.#file = openSync(path, "a+", 0o600);
    if (!read) return;
    this.#hash = read.hash.copy();
    this.#bytes = read.bytes;
    this.#isTorn = read.isTorn;
  }

  /** Appends one line; it is on the disk afterwards, or not in the file at all. */
  append(record: Readonly<Record<string, unknown>>): void {
    // The number of a closed file may be that of another one by now.
    if (!this.#isOpen) throw Object.assign(new Error("closed"), { code: "EBADF" });
    this.#catchUp();
    const before = this.#hash.copy();
    if (this.#isTorn) before.update("\n");
    const text = `${JSON.stringify({ ...record, before: before.digest("hex") })}\n`;
    const line = Buffer.from(this.#isTorn ? `\n${text}` : text);
    try {
      for (let done = 0; done < line.length; ) done += writeSync(this.#file, line, done);
      fsyncSync(this.#file);
    } catch (caught) {
      this.#takeBack();
      throw caught;
    }
    this.#hash.update(line);
    this.#bytes += line.length;
    this.#isTorn = false;
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  /** Reads what was added since the last look: all of it at first, and what another process added. */
  #catchUp(): void {
    const stats = fstatSync(this.#file);
    // A device has no content that could be hashed.
    if (!stats.isFile() || stats.size === this.#bytes) return;
    if (stats.size < this.#bytes) [this.#bytes, this.#hash] = [0, createHash("sha256")];
    const piece = Buffer.alloc(pieceBytes);
    while (this.#bytes < stats.size) {
      const read = readSync(this.#file, piece, 0, Math.min(piece.length, stats.size - this.#bytes), this.#bytes);
      if (read === 0) break;
      this.#hash.update(piece.subarray(0, read));
      this.#bytes += read;
      this.#isTorn = piece[read - 1] !== lineEnd;
    }
  }

  /** Half a line must not stay: the next one would be joined to it. */
  #takeBack(): void {
    try {
      ftruncateSync(this.#file, this.#bytes);
    } catch {
      // What is left of it is found, and closed, by the next one.
    }
  }
}

/**
 * The lines of such a file's content, one after the other. At the end: what the next line goes on from.
 * @param unhashed so many lines at the beginning are known to have no hash: theirs is not worked out, and is "".
 */
export function* chainedLines(content: Uint8Array, unhashed = 0): Generator<ChainedLine, ChainState, undefined> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const hash = createHash("sha256");
  let [number, hashedTo] = [0, 0];
  const hashTo = (at: number): void => {
    hash.update(bytes.subarray(hashedTo, at));
    hashedTo = at;
  };
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(lineEnd, at);
    const text = bytes.toString("utf8", at, end === -1 ? bytes.length : end);
    const isHashed = ++number > unhashed;
    // By pieces also where nobody asks yet: all at once takes long.
    if (isHashed || at - hashedTo >= pieceBytes) hashTo(at);
    yield { number, text, before: isHashed ? hash.copy().digest("hex") : "", isWhole: end !== -1 };
    at = end === -1 ? bytes.length : end + 1;
  }
  hashTo(bytes.length);
  return { hash, bytes: bytes.length, isTorn: bytes.length > 0 && bytes.at(-1) !== lineEnd };
}

/** The object of a line; undefined for one that was cut off. */
export function lineObject({ text }: Pick<ChainedLine, "text">): JsonObject | undefined {
  return parseJsonObject(text);
}

/** Where a chain does not hold. */
export interface BrokenLine {
  /** From 1. */
  readonly number: number;
  /** `changed-before`: something above it is not what it was. `unchained`: it names no hash, after lines that do. `no-object`: it cannot be read. */
  readonly problem: "changed-before" | "unchained" | "no-object";
}

/**
 * The first line that does not fit, if there is one. Lines without a hash may only stand before all that have one.
 * @param isChained true: there are none before.
 */
export function brokenLine(lines: Iterable<ChainedLine>, isChained = false): BrokenLine | undefined {
  let mustBeChained = isChained;
  for (const line of lines) {
    const { number, before } = line;
    const claimed = lineObject(line)?.["before"];
    if (lineObject(line) === undefined) return { number, problem: "no-object" };
    if (claimed === undefined && mustBeChained) return { number, problem: "unchained" };
    if (claimed !== undefined && claimed !== before) return { number, problem: "changed-before" };
    mustBeChained ||= claimed !== undefined;
  }
  return undefined;
}
