/** Downloads: a review or people in one of the forms of the command `report`, and the evidence pack. */
import { notComparedKeys } from "../../cloudsmith/config.ts";
import { readSigningKey } from "../../evidence/keys.ts";
import { writeEvidence } from "../../evidence/pack.ts";
import type { Sink } from "../../reports/output-file.ts";
import { renderCsv } from "../../reports/render/csv.ts";
import { renderJson } from "../../reports/render/json.ts";
import { renderXlsx } from "../../reports/render/xlsx.ts";
import { type Answer, type ColumnOf, counted, type Report, type Rows } from "../../reports/report.ts";
import { readRunRecord, runOf } from "../../reports/run-result.ts";
import { readHead } from "../../reviews/review-file.ts";
import { ksuidSeconds } from "../../sdk/c1z/container/ksuid.ts";
import type { ExportFormat } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { inTeam, membersTable, type RowsAsked, tableAmong } from "./people.ts";
import type { Since } from "./reviews.ts";
import type { Selection, TableQuery } from "./rows/row-table.ts";
import { checkQuery } from "./rows/table-page.ts";

/** How an export is written. */
export interface ExportForm {
  readonly format: ExportFormat;
  /** Begins a CSV with a byte order mark, for Excel. */
  readonly byteOrderMark: boolean;
}

/** Media type by form. */
export const exportTypes: Readonly<Record<ExportFormat | "zip" | "backup", string>> = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json",
  zip: "application/zip",
  backup: "application/vnd.sqlite3",
};

/** Writes an answer, the same bytes as the command does. */
export async function exportAnswer(answer: Answer, { format, byteOrderMark }: ExportForm, sink: Sink): Promise<void> {
  if (format === "xlsx") await renderXlsx(answer, sink);
  else if (format === "csv") await inSlices(renderCsv(answer, { byteOrderMark }), sink);
  else await inSlices(renderJson(answer), sink);
}

const peopleReport: Omit<Report, "columns"> = {
  name: "people",
  title: "People",
  summary: "People who fit what was asked for",
  rows: () => {
    throw new TypeError("people are asked of a roster");
  },
};

/** Everybody who fits, as an answer to be exported. @throws BatonError `CONSOLE-BAD-REQUEST` */
export async function peopleAnswer(open: OpenSource, asked: RowsAsked): Promise<Answer> {
  const table = await tableAmong(open, asked);
  const { query } = asked;
  checkQuery(table, query);
  return answerOf(open, table.columns, await table.select(query, await inTeam(open, asked.team)));
}

/** The same for the members of a team. @throws BatonError `CONSOLE-NOT-IN-FILE`, `CONSOLE-BAD-REQUEST` */
export async function membersAnswer(open: OpenSource, teamKey: string, query: TableQuery): Promise<Answer> {
  const table = await membersTable(open, teamKey);
  checkQuery(table, query);
  return answerOf(open, table.columns, await table.select(query));
}

function answerOf<Item>(open: OpenSource, columns: readonly ColumnOf<Item>[], found: Selection<Item>): Answer {
  return {
    report: { ...peopleReport, columns },
    sync: open.view.sync,
    since: undefined,
    run: runOf(readRunRecord(open.identity.path), open.view.sync),
    asOfSeconds: undefined,
    about: undefined,
    rows: rowsOf(columns, found.slice()),
  };
}

function* rowsOf<Item>(columns: readonly ColumnOf<Item>[], items: readonly Item[]): Rows {
  for (const item of items) yield columns.map(({ value }) => value(item));
  return { counts: [counted("people", items.length)], notices: [] };
}

/** What a pack is made with. */
export interface EvidenceTaken {
  readonly version: string;
  /** Files of reviews; those of this sync and of earlier ones are taken along. */
  readonly reviews: readonly string[];
  /** Of an Ed25519 key; undefined: the pack says that it is unsigned. */
  readonly keyFile: string | undefined;
}

/** Writes the evidence pack, the same bytes as the command does. */
export async function exportEvidence(open: OpenSource, since: Since | undefined, taken: EvidenceTaken, sink: Sink) {
  const { version, reviews, keyFile } = taken;
  const earlier = since?.kind === "sync" ? since.id : since?.open.identity.path;
  const request = { file: open.identity.path, notCompared: notComparedKeys, madeBy: `baton-cloudsmith ${version}` };
  const ends = ksuidSeconds(open.view.sync?.id ?? "") ?? 0;
  const isOfItsPast = (path: string): boolean =>
    (ksuidSeconds(readHead(path)?.sync.id ?? "") ?? Number.POSITIVE_INFINITY) <= ends;
  await writeEvidence(
    {
      ...request,
      reviews: reviews.filter(isOfItsPast),
      key: keyFile === undefined ? undefined : readSigningKey(keyFile),
      ...(earlier !== undefined && { since: earlier }),
    },
    sink,
  );
}
