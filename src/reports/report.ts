/**
 * What a report is: a question, columns, rows that are read while they are written, and what is known at their end.
 * Data only; the questions are in questions/, the forms in render/.
 */

import type { SyncView } from "../sdk/c1z/read/sync-view.ts";
import type { SyncRun } from "../sdk/c1z/write/sync-runs.ts";
import type { SyncsRun } from "./run-result.ts";
import type { Chart, Column, Headline } from "./screen/shown.ts";

/** One value. A list is shown joined, undefined as nothing. Only numbers are numbers: a text that looks like one is not. */
export type Cell = string | number | readonly string[] | undefined;
/** The values of one row, in the order of the columns. */
export type Row = readonly Cell[];

/** A column with its value in each row. */
export interface ColumnOf<Item> extends Column {
  value(item: Item): Cell;
}

/** A figure of a report. */
export interface Count {
  /** What is counted, for programs: lower camel case, kept once released. */
  readonly key: string;
  /** The same for people. */
  readonly label: string;
  readonly count: number;
}

/** What is known when all rows were read. */
export interface Conclusion {
  /** In the order in which they are shown. */
  readonly counts: readonly Count[];
  /** What a reader must know or look at, a sentence each. */
  readonly notices: readonly string[];
}

/** What rows are made of, one at a time; at their end, the conclusion. */
export type Items<Item> = Generator<Item, Conclusion, undefined>;
/** Rows, one at a time; at their end, the conclusion. */
export type Rows = Items<Row>;

/** What a headline is told from. */
export interface Figures {
  /** Number of rows. */
  readonly total: number;
  readonly counts: readonly Count[];
  /** The count of this key; 0 for one that is not there. */
  count(key: string): number;
}

/** What a chart is made of. */
export interface Charted {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly counts: readonly Count[];
}

/** What a question is asked with. */
export interface Subject {
  readonly view: SyncView;
  /** Moment that ages are counted to, seconds since the Unix epoch. */
  readonly asOfSeconds: number;
  /** Profile keys that are not compared. */
  readonly notCompared: ReadonlySet<string>;
  /** The earlier sync, for questions about changes. */
  readonly since?: SyncView;
  /** Who or what is asked about, for questions about one. */
  readonly about?: string;
}

/** A question that the program can answer. */
export interface Report {
  /** Name on the command line and in file names; kept once released. */
  readonly name: string;
  readonly title: string;
  /** One line for the list of reports. */
  readonly summary: string;
  /** What `about` is, where the report takes it: `WHO`, or `[TYPE]` where it can be left out. */
  readonly operand?: string;
  /** Can be asked about a list of people instead. */
  readonly takesList?: boolean;
  /** Can count with the events of a feed. */
  readonly takesEvents?: boolean;
  /** Compares with an earlier sync. */
  readonly comparesSyncs?: boolean;
  /** Depends on the moment that ages are counted to. */
  readonly countsAges?: boolean;
  /** Shown among the console's reviews, and part of the evidence pack. */
  readonly isReview?: boolean;
  /** Part of the evidence pack without being a review. */
  readonly isEvidence?: boolean;
  /** False where rows are about nobody's access, so that there is nothing in them to keep or to revoke. Default true. */
  readonly isAboutAccess?: boolean;
  /** False for a file in which there is nothing that it asks about: then it is neither offered nor packed. */
  readonly hasSubject?: (view: SyncView) => boolean;
  readonly columns: readonly Column[];
  /**
   * Keys of the columns that a screen shows from the first, in its order; at most six fit. Where rows are about people
   * it may name any column of people (`personColumns`). Absent: the first six.
   */
  readonly screen?: readonly string[];
  /** Absent: the first count, or the number of rows. */
  readonly headline?: (figures: Figures) => Headline;
  readonly chart?: (charted: Charted) => Chart;
  /** @throws BatonError while the rows are read, for damaged rows and for an `about` that is not in the file. */
  rows(subject: Subject): Rows;
}

/** A report in pieces of text; at their end, the conclusion. */
export type Rendering = Generator<string, Conclusion, undefined>;

/** The sync of an answer. */
export type AnsweredSync = Pick<SyncRun, "id" | "type" | "startedAt" | "endedAt">;

/** An answer, ready to be written. */
export interface Answer {
  readonly report: Report;
  /** Undefined for a file that names no sync. */
  readonly sync: AnsweredSync | undefined;
  /** The earlier sync; undefined for questions that do not compare. */
  readonly since: AnsweredSync | undefined;
  /** The run that wrote the sync, as it recorded itself; undefined when no record of it is there. */
  readonly run: SyncsRun | undefined;
  /** Undefined for questions without ages. */
  readonly asOfSeconds: number | undefined;
  readonly about: string | undefined;
  readonly rows: Rows;
}

/** A count; without a label its key says it. */
export function counted(key: string, count: number, label = key): Count {
  return { key, label, count };
}

/** Counts by label, as JSON has them. */
export function countsByLabel(counts: readonly Count[]): Readonly<Record<string, number>> {
  return Object.fromEntries(counts.map(({ label, count }) => [label, count]));
}

/** A report whose columns say what stands in them. */
export interface ReportOf<Item> extends Omit<Report, "columns" | "rows"> {
  readonly columns: readonly ColumnOf<Item>[];
  /** @throws BatonError as `rows` of the report. */
  items(subject: Subject): Items<Item>;
}

/** The report: each item becomes a row, a value for each column. */
export function defineReport<Item>({ items, ...report }: ReportOf<Item>): Report {
  const { columns } = report;
  const rowOf = (item: Item): Row => columns.map(({ value }) => value(item));
  return { ...report, rows: (subject) => mapRows(items(subject), rowOf) };
}

/** What is made of the rows, one at a time; at their end, the conclusion. */
export function* mapRows<Item, T>(rows: Items<Item>, make: (row: Item) => T): Items<T> {
  for (;;) {
    const next = rows.next();
    if (next.done) return next.value;
    yield make(next.value);
  }
}

/** `2026-11-23T14:51:22Z`, or undefined. @param seconds since the Unix epoch. */
export function timeText(seconds: number | undefined): string | undefined {
  if (seconds === undefined || Math.abs(seconds) > 8.64e12) return undefined;
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Orders texts by their UTF-16 units: the same everywhere, unlike the order of a language. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
