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

/** What each page is, from the pieces of a file as they pass by. */
export class PageKinds {
  #pageBytes = 0;
  #kinds = new Uint8Array(1024);
  #count = 0;

  /** The next piece. @param offset how many bytes came before. */
  add(piece: Buffer, offset: number): void {
    if (offset === 0 && piece.length > fileHeaderBytes) this.#pageBytes = pageBytesIn(piece);
    // Without a size, or where the beginning comes in crumbs, who needs the kinds reads them from the file.
    if (this.#pageBytes <= 0) return;
    let page = Math.ceil(offset / this.#pageBytes);
    for (let at = page * this.#pageBytes - offset; at < piece.length; at += this.#pageBytes) {
      if (page >= this.#kinds.length) this.#grow();
      this.#kinds[page] = piece[page === 0 ? fileHeaderBytes : at] ?? 0;
      this.#count = ++page;
    }
  }

  /** The first byte of each whole page of a file of `size` bytes; undefined when other bytes passed by. */
  of(size: number): Uint8Array | undefined {
    const pages = Math.floor(size / this.#pageBytes);
    return Math.ceil(size / this.#pageBytes) === this.#count ? this.#kinds.subarray(0, pages) : undefined;
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#kinds.length);
    grown.set(this.#kinds);
    this.#kinds = grown;
  }
}

/** 0 where the header names no size that there is. */
function pageBytesIn(header: Buffer): number {
  const stored = header.readUInt16BE(16);
  const bytes = stored === 1 ? 65_536 : stored;
  return bytes < 512 || (bytes & (bytes - 1)) !== 0 ? 0 : bytes;
}

/** The pages of one database file. `close` it, or declare it with `using`. */
export class PageTrees {
  readonly #path: string;
  readonly #fd: number;
  readonly #pageBytes: number;
  /** The first byte of each page, which says what it is, if it is part of a tree. */
  readonly #kinds: Uint8Array;
  readonly #isUsed: Uint8Array;

  /**
   * @param database the file. @param path what it stands for, named in errors.
   * @param passed what was seen of the pages as the file was written; default: the file is read.
   */
  constructor(database: string, path: string, passed?: PageKinds) {
    this.#path = path;
    this.#fd = openSync(database, "r");
    try {
      const { size } = fstatSync(this.#fd);
      this.#pageBytes = pageBytesIn(this.#read(0, fileHeaderBytes));
      if (this.#pageBytes === 0) throw corruptFile(path, "its database has no size of pages");
      this.#kinds = passed?.of(size) ?? this.#readKinds(size);
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
    const kinds = new PageKinds();
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let offset = 0; offset < size; offset += pieceBytes) {
      kinds.add(piece.subarray(0, readSync(this.#fd, piece, 0, pieceBytes, offset)), offset);
    }
    return kinds.of(size) ?? new Uint8Array(0);
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#fd, bytes, 0, length, offset) < length) {
      throw corruptFile(this.#path, "its database ends inside a page");
    }
    return bytes;
  }
}
