/** What a review asks, kept so that the same can be asked of a later sync: a report or a list of people, and a filter. */
import type { Inquiry } from "../reports/ask.ts";
import { findReport } from "../reports/catalogue.ts";
import { folded, hasAllWords, nameKey, searchWords } from "../reports/folded-text.ts";
import { Holdings } from "../reports/holdings.ts";
import type { PeopleList } from "../reports/people/people-list.ts";
import { listedAccess } from "../reports/questions/listed.ts";
import type { Answer, Report, Row, Rows } from "../reports/report.ts";
import { isSearched, valuesOf } from "../reports/screen/chart.ts";
import type { Column } from "../reports/screen/shown.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { factCondition, factKeys } from "./person-facts.ts";
import { Stakes } from "./stakes.ts";

/** A condition on one column. */
export interface Condition {
  /** Key of the column, or of a fact of the person in the row: {@link factKeys}. */
  readonly column: string;
  /** What the cell or fact is, or one of its values; compared as names are. "" for none. */
  readonly value: string;
}

/** The question. */
export interface Question {
  /** Name of a report; left out for a list of people. */
  readonly report?: string;
  /** Who or what it is about, where the report asks for it. */
  readonly about?: string;
  readonly list?: PeopleList;
  /** All must hold. */
  readonly where?: readonly Condition[];
  /** Words that a row must hold. */
  readonly search?: string;
}

/** The report behind the question. @throws BatonError `REVIEW-QUESTION` */
export function reportOf({ report: name, list }: Question): Report {
  if (list) return listedAccess(list);
  const report = findReport(name ?? "");
  if (!report) throw badQuestion(`there is no report ${JSON.stringify(name ?? "")}`);
  return report;
}

/** Asks it: the rows that fit. @throws BatonError `REVIEW-QUESTION`, and those of the report. */
export function askQuestion(question: Question, inquiry: Inquiry): Answer {
  const report = reportOf(question);
  const { where = [], search = "" } = question;
  const words = searchWords(search);
  const searched = report.columns.flatMap((column, at) => (isSearched(column) ? [at] : []));
  const textOf = (row: Row): string => folded(searched.flatMap((at) => valuesOf(row[at])).join("\n"));
  refuseUnknown(where, report.columns);
  const answer = inquiry.answer(report, question.about);
  const conditions = where.map((one) => conditionOn(one, answer, inquiry));
  const fits = (row: Row): boolean =>
    conditions.every((holds) => holds(row)) && (words.length === 0 || hasAllWords(textOf(row), words));
  return { ...answer, rows: rowsThatFit(answer.rows, fits) };
}

function conditionOn({ column, value }: Condition, answer: Answer, inquiry: Inquiry): (row: Row) => boolean {
  const at = answer.report.columns.findIndex(({ key }) => key === column);
  const wanted = nameKey(value);
  if (at !== -1) return (row) => valuesOf(row[at]).some((one) => nameKey(one) === wanted);
  const holdings = new Holdings(inquiry.view);
  const stakes = new Stakes(answer, holdings);
  const holds = factCondition(column, value, holdings, inquiry.asOfSeconds);
  return (row) => holds(stakes.subjectOf(row));
}

/** The filter in words, for a title; "" without one. */
export function filterText({ where = [], search = "" }: Question): string {
  const parts = where.map(({ column, value }) => `${column} ${value}`);
  return [...parts, ...(search.trim() === "" ? [] : [JSON.stringify(search.trim())])].join(", ");
}

function refuseUnknown(where: readonly Condition[], columns: readonly Column[]): void {
  const known = new Set([...columns.map(({ key }) => key), ...factKeys]);
  const unknown = where.find(({ column }) => !known.has(column));
  if (unknown)
    throw badQuestion(`it has no column ${JSON.stringify(unknown.column)}; there are ${[...known].join(", ")}`);
}

function* rowsThatFit(rows: Rows, fits: (row: Row) => boolean): Rows {
  for (;;) {
    const next = rows.next();
    if (next.done) return next.value;
    if (fits(next.value)) yield next.value;
  }
}

/** The refusal of a question. @param problem why, as the end of a sentence. */
export function badQuestion(problem: string): BatonError {
  return new BatonError({
    code: "REVIEW-QUESTION",
    status: Status.invalidArgument,
    message: `This cannot be reviewed: ${problem}.`,
    effect: "No review was started.",
    hint: "Start it from another report, list or filter.",
  });
}
