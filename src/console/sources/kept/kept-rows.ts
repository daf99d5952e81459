/**
 * Rows that were read out of a file, kept beside it: everybody, and what each review came to. To read them from here takes a
 * fraction of what it takes to find them in the file again, and others get their turn meanwhile. Knows no file and no review.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { rowsExtension } from "../../kept-files.ts";

/** Grows when rows get another shape: those of before are not read any more. */
const format = 2;
/** Rows that are packed at once. */
const batch = 500;

/**
 * What `made` gives for the rows as they were kept, else as `work` gives them now, which are kept then. Plain data without
 * undefined.
 * @param made sees one row after the other as they are read: what it leaves of one takes no memory. A damaged file is read
 * anew, and what was made of it is dropped.
 * @param name with what identifies the content of the file: it may be replaced while somebody asks.
 */
export async function keptRows<T, R>(
  folder: string,
  name: string,
  work: () => Promise<readonly T[]>,
  made: (row: T) => R,
): Promise<R[]> {
  const path = join(folder, `${name}-${format}${rowsExtension}`);
  // Written by this very program: the shape is what it is compiled with.
  const known = await readRows(path, (row) => made(row as T));
  if (known) return known;
  const rows = await work();
  await writeRows(path, rows);
  return rows.map(made);
}

async function readRows<R>(path: string, made: (row: unknown) => R): Promise<R[] | undefined> {
  const rows: R[] = [];
  try {
    await pipeline(createReadStream(path), createZstdDecompress(), async (pieces: AsyncIterable<Buffer>) => {
      const decoder = new StringDecoder("utf8");
      let rest = "";
      for await (const piece of pieces) {
        const lines = (rest + decoder.write(piece)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) rows.push(made(JSON.parse(line)));
      }
    });
    return rows;
  } catch {
    // None are kept yet, or they were damaged: they are worked out anew.
    return undefined;
  }
}

async function writeRows(path: string, rows: readonly unknown[]): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(linesOf(rows), createZstdCompress(), createWriteStream(temporary, { mode: 0o600 }));
    await rename(temporary, path);
  } catch {
    // A full disk costs time, not truth.
  }
}

function* linesOf(rows: readonly unknown[]): Generator<string> {
  for (let at = 0; at < rows.length; at += batch)
    yield rows
      .slice(at, at + batch)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join("");
}
