/**
 * Keeps a database that somebody else made from doing anything but hand out the rows that a c1z has: a view can be
 * endless, a computed column can be of any size, and both look like a table to the one who asks.
 */
import type { DatabaseSync } from "node:sqlite";
import { BatonError, Status } from "../../errors.ts";
import type { DecoderLimits } from "../container/decoder-limits.ts";
import { type PageKinds, PageTrees } from "./page-trees.ts";
import { type Row, sqlText } from "./row-sql.ts";
import { columnsOf, tableNames } from "./schema.ts";
import type { Scratch } from "./scratch.ts";

/** Memory that SQLite takes for all connections of this process beside one row: its cache and its sorting. */
const heapBytes = 96 * 1024 * 1024;
/** Tables, indexes and the rest; a c1z has 23. */
const maxSchemaEntries = 1000;

/**
 * Bounds what reading from `db` takes, and refuses what could be carried out. Call it before anything else is asked.
 * @param passed what was seen of the pages as they were unpacked; default: all are read again.
 * @throws BatonError `FILE-FOREIGN`; errors of SQLite for a damaged database.
 */
export function confine(
  db: DatabaseSync,
  path: string,
  scratch: Scratch,
  limits: DecoderLimits,
  passed?: PageKinds,
): void {
  using trees = new PageTrees(scratch.database, path, passed);
  trees.walk(1);
  db.enableDefensive(true);
  db.limits.length = limits.maxRowBytes;
  db.exec(`
    pragma temp_store_directory = ${sqlText(scratch.parent)};
    pragma trusted_schema = off;
    pragma cell_size_check = on;
    pragma hard_heap_limit = ${heapBytes + 2 * limits.maxRowBytes};
  `);
  refuseEntries(db, path, trees);
}

/**
 * Walks the pages of the list of all tables, which SQLite reads to its end as soon as anything is asked.
 * @throws BatonError `FILE-CORRUPT`
 */
export function checkSchemaPages(database: string, path: string): void {
  using trees = new PageTrees(database, path);
  trees.walk(1);
}

/**
 * Neither ours nor the Go SDK's files have views, triggers, virtual tables, or anything that is computed.
 * @param database the file that `db` has open.
 * @throws BatonError `FILE-FOREIGN`, and `FILE-CORRUPT` for tables or indexes that share pages.
 */
export function refuseForeign(db: DatabaseSync, path: string, database: string): void {
  using trees = new PageTrees(database, path);
  trees.walk(1);
  refuseEntries(db, path, trees);
}

/** @param trees in which the list of all tables was walked. */
function refuseEntries(db: DatabaseSync, path: string, trees: PageTrees): void {
  const query = "select type, name, tbl_name, rootpage, sql from sqlite_schema limit ?";
  const entries = db.prepare(query).all(maxSchemaEntries + 1);
  if (entries.length > maxSchemaEntries) throw foreign(path, `more than ${maxSchemaEntries} tables and indexes`);
  for (const entry of entries) {
    const computed = computedIn(entry);
    if (computed !== undefined) throw foreign(path, `${computed} ${quoted(entry["name"])}`);
    trees.walk(Number(entry["rootpage"]));
  }
  for (const table of tableNames) {
    if (columnsOf(db, table).size === 0) continue;
    // Zero is an ordinary column, one a hidden one of a virtual table, two and three are computed.
    const column = db.prepare("select name from pragma_table_xinfo(?) where hidden <> 0").get(table);
    if (column) throw foreign(path, `the computed column ${quoted(column["name"])} of ${table}`);
  }
}

/** What of a table or index is carried out when rows are read or written; undefined when nothing is. */
function computedIn({ type, sql }: Row): string | undefined {
  if (type === "view" || type === "trigger") return `the ${type}`;
  const text = String(sql ?? "").replaceAll(saysAnything, (said) => (/^[-/]/.test(said) ? " " : "x"));
  if (type === "table") {
    if (/^\s*create\s+virtual\b/i.test(text)) return "the virtual table";
    if (/\bcheck\s*\(|\bdefault\s*\(/i.test(text)) return "something that is computed for each row in the table";
  }
  // The list of columns is the only thing in parentheses; what is in them beside names is computed.
  const isPlain = /^[^()]*\([^()]*\)[^()]*$/.test(text) || text === "";
  return type === "index" && !isPlain ? "something that is computed for each row in the index" : undefined;
}

/**
 * Comments, names and texts; one that does not end goes to the end, so that many beginnings of one are not each looked
 * through.
 */
const saysAnything =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"]|"")*(?:"|$)|'(?:[^']|'')*(?:'|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)/g;

function quoted(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 100));
}

function foreign(path: string, what: string): BatonError {
  return new BatonError({
    code: "FILE-FOREIGN",
    status: Status.dataLoss,
    message: `The database in ${path} holds ${what}, which no .c1z file has.`,
    effect: "Nothing was read from it and it was not changed.",
    hint: "Do not trust the file: take it from its source again, or move it away and sync into a new file.",
  });
}
