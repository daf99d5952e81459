/**
 * Walks the trees of pages that tables and indexes are (SQLite: file format, b-tree pages), before SQLite does. A page
 * that is part of two trees, or twice of one, makes rows without end out of a few kilobytes, and SQLite follows it
 * wherever it leads. Knows no rows.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { corruptFile } from "../container/file-errors.ts";

const kinds = { innerIndex: 2, innerTable: 5 } as const;
/** Of the file, before the first page's own. */
const fileHeaderBytes = 100;
const innerHeaderBytes = 12;
/** Pieces in which the first bytes of all pages are looked for. */
const pieceBytes = 1024 * 1024;

/** The pages of one database file. `close` it, or declare it with `using`. */
export class PageTrees {
  readonly #path: string;
  readonly #fd: number;
  readonly #pageBytes: number;
  /** The first byte of each page, which says what it is, if it is part of a tree. */
  readonly #kinds: Uint8Array;
  readonly #isUsed: Uint8Array;

  /** @param database the file. @param path what it stands for, named in errors. */
  constructor(database: string, path: string) {
    this.#path = path;
    this.#fd = openSync(database, "r");
    try {
      const { size } = fstatSync(this.#fd);
      const header = this.#read(0, fileHeaderBytes);
      const stored = header.readUInt16BE(16);
      this.#pageBytes = stored === 1 ? 65_536 : stored;
      if (this.#pageBytes < 512 || (this.#pageBytes & (this.#pageBytes - 1)) !== 0) {
        throw corruptFile(path, "its database has no size of pages");
      }
      this.#kinds = this.#readKinds(size);
      this.#isUsed = new Uint8Array(this.#kinds.length + 1);
    } catch (caught) {
      this.close();
      throw caught;
    }
  }

  /**
   * Walks the tree whose uppermost page is `root`, counted from 1.
   * @throws BatonError `FILE-CORRUPT` for a page that was met before, or that there is not.
   */
  walk(root: number): void {
    const pages = [root];
    for (let page = pages.pop(); page !== undefined; page = pages.pop()) {
      const kind = this.#kinds[page - 1];
      if (kind === undefined) throw corruptFile(this.#path, "its database lacks a page");
      if (this.#isUsed[page] === 1) throw corruptFile(this.#path, "its database has a page in two places");
      this.#isUsed[page] = 1;
      if (kind === kinds.innerIndex || kind === kinds.innerTable) this.#pushChildren(page, pages);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #pushChildren(page: number, pages: number[]): void {
    const bytes = this.#read((page - 1) * this.#pageBytes, this.#pageBytes);
    const header = page === 1 ? fileHeaderBytes : 0;
    const cells = bytes.readUInt16BE(header + 3);
    if (header + innerHeaderBytes + 2 * cells > bytes.length) {
      throw corruptFile(this.#path, "a page of its database has too many entries");
    }
    for (let cell = 0; cell < cells; cell++) {
      const at = bytes.readUInt16BE(header + innerHeaderBytes + 2 * cell);
      if (at + 4 > bytes.length) throw corruptFile(this.#path, "an entry of its database lies outside of its page");
      pages.push(bytes.readUInt32BE(at));
    }
    pages.push(bytes.readUInt32BE(header + 8));
  }

  #readKinds(size: number): Uint8Array {
    const found = new Uint8Array(Math.floor(size / this.#pageBytes));
    // Sizes of pages are powers of two, and no larger than a piece.
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let offset = 0; offset < size; offset += pieceBytes) {
      const got = readSync(this.#fd, piece, 0, pieceBytes, offset);
      for (let at = 0; at < got; at += this.#pageBytes) {
        const page = (offset + at) / this.#pageBytes;
        found[page] = piece[page === 0 ? fileHeaderBytes : at] ?? 0;
      }
    }
    return found;
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#fd, bytes, 0, length, offset) < length) {
      throw corruptFile(this.#path, "its database ends inside a page");
    }
    return bytes;
  }
}
