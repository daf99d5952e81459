/**
 * A report as JSON: one object, a row a line, keys always in the same order. One file with its run record gives the same
 * bytes every time: nothing in it depends on the moment, the machine or the path.
 */
import {
  type Answer,
  type AnsweredSync,
  type Cell,
  countsByLabel,
  mapRows,
  type Rendering,
  type Row,
  timeText,
} from "../report.ts";
import { runObject } from "../run-result.ts";
import type { Column } from "../screen/shown.ts";

/** Grows when a key changes its meaning or goes; new keys do not count. */
export const schemaVersion = 1;

/** The object, ending in a newline. */
export function* renderJson(answer: Answer): Rendering {
  const { columns } = answer.report;
  yield `{${headOf(answer)},\n"rows":[`;
  let separator = "\n";
  const conclusion = yield* mapRows(answer.rows, (row) => {
    const text = separator + JSON.stringify(rowObject(columns, row));
    separator = ",\n";
    return text;
  });
  const counts = countsByLabel(conclusion.counts);
  yield `\n],\n"counts":${JSON.stringify(counts)},\n"notices":${JSON.stringify(conclusion.notices)}}\n`;
  return conclusion;
}

function headOf({ report, sync, since, run, asOfSeconds, about }: Answer): string {
  const head = {
    schemaVersion,
    report: report.name,
    title: report.title,
    about,
    sync: sync && syncObject(sync),
    since: since && syncObject(since),
    run: run && runObject(run),
    asOf: timeText(asOfSeconds),
    columns: report.columns.map(({ key, title: heading }) => ({ key, title: heading })),
  };
  return JSON.stringify(head).slice(1, -1);
}

function syncObject({ id, type, startedAt, endedAt }: AnsweredSync): Readonly<Record<string, string | null>> {
  return { id, type, startedAt, endedAt: endedAt ?? null };
}

/** Every column, absent values as null. */
function rowObject(columns: readonly Column[], row: Row): Readonly<Record<string, Cell | null>> {
  return Object.fromEntries(columns.map(({ key }, index) => [key, row[index] ?? null]));
}
