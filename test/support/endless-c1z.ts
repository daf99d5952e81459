/** A version 1 file of a few kilobytes in which a table has more rows than anybody could count. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

const magic = Buffer.from("C1ZF\0");
/** Levels of inner pages; each has the next one as its only child, so often: 400^6 times every row. */
const levels = 6;
const children = 400;

/** Writes a copy of `from` to `to` in which all inner pages of `table` lead to the same rows, again and again. */
export function writeEndless(from: string, to: string, table: string): void {
  const directory = mkdtempSync(join(tmpdir(), "endless-"));
  try {
    const file = join(directory, "db");
    writeFileSync(file, zstdDecompressSync(readFileSync(from).subarray(magic.length)));
    const root = withoutIndexes(file, table);
    writeFileSync(to, Buffer.concat([magic, zstdCompressSync(endless(readFileSync(file), root))]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Drops the indexes, by which some questions would find their way around the table. */
function withoutIndexes(file: string, table: string): number {
  using db = new DatabaseSync(file);
  const indexes = db.prepare("select name from sqlite_schema where type = 'index' and sql is not null").all();
  for (const { name } of indexes) db.exec(`drop index ${name}`);
  db.exec("vacuum");
  return Number(db.prepare("select rootpage from sqlite_schema where name = ?").get(table)?.["rootpage"]);
}

function endless(database: Buffer, root: number): Buffer {
  const pageBytes = database.readUInt16BE(16);
  const pages = database.length / pageBytes;
  const at = (page: number): number => (page - 1) * pageBytes;
  // The rows move to the first new page; each further one leads to the one before it, the root to the last.
  const added: Buffer[] = [Buffer.from(database.subarray(at(root), at(root) + pageBytes))];
  while (added.length < levels) added.push(innerPage(pageBytes, pages + added.length));
  innerPage(pageBytes, pages + added.length).copy(database, at(root));
  database.writeUInt32BE(pages + added.length, 28);
  return Buffer.concat([database, ...added]);
}

/** SQLite: a page of a table with nothing but pointers to pages below it. */
function innerPage(pageBytes: number, child: number): Buffer {
  const page = Buffer.alloc(pageBytes);
  const cellBytes = 6;
  const firstCell = pageBytes - children * cellBytes;
  page.writeUInt8(5, 0);
  page.writeUInt16BE(children, 3);
  page.writeUInt16BE(firstCell, 5);
  page.writeUInt32BE(child, 8);
  for (let cell = 0; cell < children; cell++) {
    const offset = firstCell + cell * cellBytes;
    page.writeUInt16BE(offset, 12 + 2 * cell);
    page.writeUInt32BE(child, offset);
    // The row id as a number of two bytes.
    page.writeUInt8(0x80 | ((cell + 1) >> 7), offset + 4);
    page.writeUInt8((cell + 1) & 127, offset + 5);
  }
  return page;
}
