/** Compares the schema of a c1z's database with the one that all readers expect. Looks at no row but duplicates. */
import type { DatabaseSync } from "node:sqlite";
import { type Index, indexes, type TableName, tableNames, tables } from "../scratch/schema.ts";
import type { InspectProblems } from "./inspect-problems.ts";

/** The Go driver reads a time only from a column that is declared as one of these. */
const timeTypes: ReadonlySet<string> = new Set(["date", "datetime", "timestamp"]);

const undeclared = "a time column is not declared as one";

/** Checks tables, columns and indexes. */
export function inspectSchema(db: DatabaseSync, problems: InspectProblems): void {
  for (const table of tableNames) inspectTable(db, table, problems);
  for (const index of indexes) inspectIndex(db, index, problems);
  for (const { type, name } of db.prepare("select type, name from sqlite_master").all()) {
    if (type === "trigger" || type === "view") problems.warn("schema", String(name), `is a ${String(type)}`);
    if (type !== "table" || tableNames.some((known) => known === name)) continue;
    if (!String(name).startsWith("sqlite_")) problems.warn("schema", String(name), "is a table that no reader knows");
  }
}

function inspectTable(db: DatabaseSync, table: TableName, problems: InspectProblems): void {
  const rows = db.prepare("select name, type from pragma_table_info(?)").all(table);
  const types = new Map(rows.map(({ name, type }) => [String(name), String(type).toLowerCase()]));
  if (types.size === 0) {
    problems.warn("schema", table, "the table is missing; readers take it for empty");
    return;
  }
  for (const { name, declaration, late } of tables[table]) {
    const type = types.get(name);
    if (type === undefined) {
      if (late) problems.warn("schema", table, "a column of later versions is missing; writers add it", name);
      else problems.fail("schema", table, "a column is missing", name);
    } else if (declaration.startsWith("datetime") && !timeTypes.has(type)) {
      // Of the other tables they read a time only to convert the file.
      if (table === "v1_sync_runs") problems.fail("schema", table, `${undeclared}; Go readers refuse the file`, name);
      else problems.warn("schema", table, `${undeclared}; Go tools cannot convert the file`, name);
    }
    types.delete(name);
  }
  for (const name of types.keys()) {
    problems.warn("schema", table, "there is a further column; copies made by Go tools fail", name);
  }
}

function inspectIndex(db: DatabaseSync, index: Index, problems: InspectProblems): void {
  const found = db.prepare("select tbl_name from sqlite_master where type = 'index' and name = ?").get(index.name);
  const present = db.prepare("select name from pragma_table_info(?)").all(index.table);
  const columns = new Set(present.map(({ name }) => String(name)));
  if (!index.columns.every((column) => columns.has(column))) return;
  if (!found) {
    problems.warn(
      "indexes",
      index.table,
      "an index is missing; Go readers make it when they open the file",
      index.name,
    );
    if (index.unique) inspectDuplicates(db, index, problems);
    return;
  }
  const actual = db.prepare("select name from pragma_index_info(?)").all(index.name);
  const same = actual.map(({ name }) => String(name)).join() === index.columns.join();
  if (!same || found["tbl_name"] !== index.table) {
    problems.fail("indexes", index.table, "an index of this name has other columns", index.name);
  }
}

function inspectDuplicates(db: DatabaseSync, { table, columns }: Index, problems: InspectProblems): void {
  const list = columns.join(", ");
  const query = `select ${list}, count(*) as n from ${table} group by ${list} having n > 1 limit 100`;
  for (const row of db.prepare(query).iterate()) {
    const id = columns.map((column) => String(row[column])).join(" in sync ");
    problems.fail("indexes", table, "rows share an id; Go readers refuse the file", id, Number(row["n"]) - 1);
  }
}
