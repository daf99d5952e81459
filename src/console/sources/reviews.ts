/** Reviews as pages: asked once, remembered while the file is open, shown a part at a time. */
import { notComparedKeys } from "../../cloudsmith/config.ts";
import { Inquiry, type Request } from "../../reports/ask.ts";
import { findReport, reviews } from "../../reports/catalogue.ts";
import type { Answer, ColumnOf, Conclusion, Figures, Report, Row, Rows } from "../../reports/report.ts";
import { countIn, inText } from "../../reports/screen/chart.ts";
import type { Chart, Column, Headline } from "../../reports/screen/shown.ts";
import { toBatonError } from "../../sdk/errors.ts";
import type { PersonRow, ReviewInfo, ReviewPage, ReviewsOverview } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { inTeam, type RowsAsked } from "./people.ts";
import type { Roster } from "./roster.ts";
import { ofPerson, personColumns } from "./rows/person-columns.ts";
import { RowTable } from "./rows/row-table.ts";
import { checkQuery, tablePage, type Window } from "./rows/table-page.ts";
import { notInSource } from "./source-error.ts";

/** What to compare with: a sync of the same file, or another open file; `before` is one that nobody named. */
export type Since =
  | { readonly kind: "before"; readonly open: OpenSource }
  | { readonly kind: "sync"; readonly id: string }
  | { readonly kind: "file"; readonly open: OpenSource; readonly source: string; readonly title: string };

/** How a review is asked. */
export interface ReviewRequest {
  readonly name: string;
  readonly since?: Since | undefined;
  /** Moment that ages are counted to, seconds since the epoch. */
  readonly asOfSeconds?: number | undefined;
}

/** A review with everything that does not depend on the page. */
interface Answered extends Omit<Answer, "rows"> {
  readonly table: RowTable<Row>;
  readonly personOf: (row: Row) => PersonRow | undefined;
  readonly conclusion: Conclusion;
  readonly headline: Headline;
  readonly chart: Chart | null;
}

/** All reviews that there are, each with its figure. */
export async function reviewsOverview(open: OpenSource, since: Since | undefined): Promise<ReviewsOverview> {
  const found: ReviewInfo[] = [];
  for (const { name, title, summary, comparesSyncs = false, countsAges = false, hasSubject } of reviews()) {
    if (hasSubject?.(open.view) === false) continue;
    const info = { name, title, summary, comparesSyncs, countsAges };
    try {
      const { headline } = await answered(open, { name, since });
      found.push({ ...info, headline, problem: null });
    } catch (caught) {
      const { code, message } = toBatonError(caught);
      // There is nothing to compare with: that is for the page to choose.
      found.push({ ...info, headline: null, problem: code === "REPORT-NO-EARLIER-SYNC" ? null : message });
    }
  }
  return { reviews: found };
}

/** A count of a review. @throws BatonError as `reviewPage` */
export async function reviewCount(open: OpenSource, name: string, key: string): Promise<number> {
  return countIn((await answered(open, { name })).conclusion.counts, key);
}

/** A part of a review. @throws BatonError `CONSOLE-NOT-IN-FILE`, `REPORT-NO-EARLIER-SYNC`, `CONSOLE-BAD-REQUEST` */
export async function reviewPage(
  open: OpenSource,
  request: ReviewRequest,
  { query, team }: RowsAsked,
  window: Window,
): Promise<ReviewPage> {
  const review = await answered(open, request);
  const { report, table, conclusion, headline, chart, asOfSeconds, since } = review;
  const only = await ofTeam(open, review, team);
  const screen = report.screen ?? report.columns.slice(0, 6).map(({ key }) => key);
  const page = await tablePage(open, table, { query, only, window, screen });
  const named =
    request.since?.kind === "file" ? { source: request.since.source, title: request.since.title } : undefined;
  return {
    ...page,
    name: report.name,
    title: report.title,
    counts: conclusion.counts,
    notices: conclusion.notices,
    asOfMs: asOfSeconds === undefined ? null : asOfSeconds * 1000,
    since: named ?? (since ? { source: since.id, title: `Sync of ${since.startedAt.slice(0, 16)}` } : null),
    headline,
    isAboutAccess: report.isAboutAccess ?? true,
    chart,
  };
}

/** The answer, its rows to be read once: all of them, or those that fit. @throws BatonError as `reviewPage` */
export async function reviewAnswer(open: OpenSource, request: ReviewRequest, asked: RowsAsked): Promise<Answer> {
  const { q, where = {}, order } = asked.query;
  const isWhole = [q, order, asked.team].every((one) => one === undefined) && Object.keys(where).length === 0;
  if (isWhole) return freshAnswer(open, request);
  const review = await answered(open, request);
  const { table, personOf: _p, conclusion, headline: _h, chart: _c, ...answer } = review;
  checkQuery(table, asked.query);
  const rows = table.select(asked.query, await ofTeam(open, review, asked.team));
  return { ...answer, rows: rowsOf(rows, conclusion) };
}

function freshAnswer(open: OpenSource, request: ReviewRequest): Answer {
  return inquiryOf(open, request).answer(reviewOf(request.name));
}

function* rowsOf(rows: readonly Row[], conclusion: Conclusion): Rows {
  yield* rows;
  return conclusion;
}

function reviewOf(name: string): Report {
  const report = findReport(name);
  if (!report || !reviews().includes(report)) throw notInSource("review");
  return report;
}

async function ofTeam(
  open: OpenSource,
  { personOf }: Answered,
  team: string | undefined,
): Promise<((row: Row) => boolean) | undefined> {
  const isIn = await inTeam(open, team);
  if (!isIn) return undefined;
  return (row) => {
    const person = personOf(row);
    return person !== undefined && isIn(person);
  };
}

async function answered(open: OpenSource, request: ReviewRequest): Promise<Answered> {
  const { since, asOfSeconds } = request;
  const sinceKey = since?.kind === "sync" ? since.id : (since?.open.identity.key ?? "");
  const key = JSON.stringify(["review", request.name, sinceKey, asOfSeconds ?? null]);
  return await open.remembered(key, async () => {
    const answer = freshAnswer(open, request);
    const rows: Row[] = [];
    const conclusion = await inSlices(answer.rows, (row) => rows.push(row));
    const { report } = answer;
    const personOf = personFinder(report.columns, await open.roster());
    const { counts } = conclusion;
    const count = (name: string): number => countIn(counts, name);
    const chart = report.chart?.({ columns: report.columns, rows, counts });
    return {
      ...answer,
      table: new RowTable(columnsFor(open, report, rows, personOf), rows),
      personOf,
      conclusion,
      headline: (report.headline ?? firstCount)({ total: rows.length, counts, count }),
      chart: chart?.bars.some(({ parts }) => parts.some((part) => part.count > 0)) ? chart : null,
    };
  });
}

/** The person that a row is about, if its type and id are those of one. */
function personFinder(columns: readonly Column[], roster: Roster): (row: Row) => PersonRow | undefined {
  const [typeAt, idAt] = ["type", "id"].map((key) => columns.findIndex((column) => column.key === key));
  return (row) => roster.person(String(row[typeAt ?? -1] ?? ""), String(row[idAt ?? -1] ?? ""));
}

/** The report's own columns, and where all rows are about people what else is known of them. */
function columnsFor(
  open: OpenSource,
  { columns }: Report,
  rows: readonly Row[],
  personOf: (row: Row) => PersonRow | undefined,
): readonly ColumnOf<Row>[] {
  const own = columns.map((one, at) => ({ ...one, value: (row: Row) => row[at] }));
  const isAboutPeople = columns.some(({ key }) => key === "twoFactor") && rows.every((row) => personOf(row));
  if (!isAboutPeople) return own;
  const others = personColumns(open.asOfSeconds).filter(({ key }) => !columns.some((one) => one.key === key));
  return [...own, ...ofPerson(others, personOf)];
}

function firstCount({ total, counts: [first] }: Figures): Headline {
  if (first) return { figure: inText(first.count), sentence: first.label, tone: "neutral" };
  return { figure: inText(total), sentence: total === 1 ? "row" : "rows", tone: "neutral" };
}

/** Never closed: the readers are the pool's. */
function inquiryOf({ identity, reader }: OpenSource, { since, asOfSeconds }: ReviewRequest): Inquiry {
  const request: Request = {
    file: identity.path,
    notCompared: notComparedKeys,
    ...(since && { since: since.kind === "sync" ? since.id : since.open.identity.path }),
    ...(asOfSeconds !== undefined && { asOfSeconds }),
  };
  return new Inquiry(request, reader, since?.kind === "sync" ? undefined : since?.open.reader);
}
