/**
 * A report as an Excel workbook (ECMA-376): the rows with a heading that stays in sight, and a sheet that says what they
 * are. Texts are texts, as in the CSV; numbers are numbers.
 */
import { type Answer, type Conclusion, type Row, timeText } from "../report.ts";
import { runHead } from "../run-result.ts";
import { cellText, formulaSafe } from "./cell-text.ts";
import { contentTypesXml, relationshipsXml, stylesXml, workbookRelationshipsXml, workbookXml } from "./xlsx-parts.ts";
import { columnLetters, sheetEnd, sheetRow, sheetStart } from "./xlsx-sheet.ts";
import { ZipWriter } from "./zip-writer.ts";

/** Rows of a sheet, the heading included (Excel: limits). */
const maxSheetRows = 1_048_576;
/** Rows by which the widths of the columns are chosen. */
const measuredRows = 500;

/** Writes the workbook. Rows that one sheet has no room for go on in the next. */
export async function renderXlsx(answer: Answer, sink: (bytes: Uint8Array) => void): Promise<Conclusion> {
  const zip = new ZipWriter(sink);
  const { title } = answer.report;
  const rows = new RowSource(answer);
  const names: string[] = [];
  while (names.length === 0 || rows.conclusion === undefined) {
    names.push(names.length === 0 ? title : `${title} ${names.length + 1}`);
    await zip.add(`xl/worksheets/sheet${names.length}.xml`, reportSheet(answer, rows));
  }
  const { conclusion } = rows;
  await zip.add(`xl/worksheets/sheet${names.length + 1}.xml`, aboutSheet(answer, conclusion));
  names.push("About");
  await zip.add("xl/workbook.xml", [workbookXml(names)]);
  await zip.add("xl/_rels/workbook.xml.rels", [workbookRelationshipsXml(names.length)]);
  await zip.add("xl/styles.xml", [stylesXml]);
  await zip.add("_rels/.rels", [relationshipsXml]);
  await zip.add("[Content_Types].xml", [contentTypesXml(names.length)]);
  zip.finish();
  return conclusion;
}

/** The rows of an answer, which several sheets read one after the other. */
class RowSource {
  /** Defined when all rows were read. */
  conclusion: Conclusion | undefined;
  readonly #rows: Answer["rows"];
  #next: Row | undefined;

  constructor({ rows }: Answer) {
    this.#rows = rows;
    this.#advance();
  }

  /** The next row; undefined at the end. */
  take(): Row | undefined {
    const row = this.#next;
    if (row) this.#advance();
    return row;
  }

  #advance(): void {
    const next = this.#rows.next();
    this.#next = next.done ? undefined : next.value;
    if (next.done) this.conclusion = next.value;
  }
}

function* reportSheet({ report }: Answer, rows: RowSource): Generator<string> {
  const titles = report.columns.map(({ title }) => title);
  const first: Row[] = [];
  while (first.length < measuredRows) {
    const row = rows.take();
    if (!row) break;
    first.push(row);
  }
  yield sheetStart(columnWidths([titles, ...first]), true);
  yield sheetRow(titles, "heading");
  let count = 1;
  for (const row of first) {
    yield sheetRow(safe(row));
    count++;
  }
  while (count < maxSheetRows) {
    const row = rows.take();
    if (!row) break;
    yield sheetRow(safe(row));
    count++;
  }
  yield sheetEnd(`A1:${columnLetters(titles.length)}${count}`);
}

function* aboutSheet(
  { report, sync, since, run, asOfSeconds, about }: Answer,
  conclusion: Conclusion,
): Generator<string> {
  const rows: Row[] = [
    ["Report", report.title],
    ...(about === undefined ? [] : [["About", about]]),
    ...(sync ? [["Sync", sync.id] as const, ["Type", sync.type] as const, ["Ended", sync.endedAt] as const] : []),
    ...(since ? [["Since sync", since.id] as const, ["Its end", since.endedAt] as const] : []),
    ...(asOfSeconds === undefined ? [] : [["As of", timeText(asOfSeconds)] as const]),
    ...(run ? runHead(run) : []),
    ...conclusion.counts.map(({ label, count }): Row => [label, count]),
    ...conclusion.notices.map((notice) => ["Notice", notice]),
  ];
  yield sheetStart([30, 80], false);
  for (const row of rows) yield sheetRow(safe(row));
  yield sheetEnd();
}

function safe(row: Row): (string | number | undefined)[] {
  return row.map((cell) => (typeof cell === "number" || cell === undefined ? cell : formulaSafe(cellText(cell))));
}

/** In characters, from 8 to 60. */
function columnWidths(rows: readonly Row[]): number[] {
  const [titles = []] = rows;
  return titles.map((_, index) => {
    const longest = Math.max(...rows.map((row) => cellText(row[index]).length));
    return Math.min(60, Math.max(8, longest + 2));
  });
}
