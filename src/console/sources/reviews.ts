/** Reviews as pages: asked once, remembered while the file is open, shown a part at a time. */
import { notComparedKeys } from "../../cloudsmith/config.ts";
import { Inquiry, type Request } from "../../reports/ask.ts";
import { findReport, reviews } from "../../reports/catalogue.ts";
import type { Answer, Conclusion, Figures, Report, Row, Rows } from "../../reports/report.ts";
import { countIn, inText } from "../../reports/screen/chart.ts";
import type { Chart, Headline } from "../../reports/screen/shown.ts";
import { toBatonError } from "../../sdk/errors.ts";
import type { ReviewInfo, ReviewPage, ReviewsOverview } from "../contract/sources.ts";
import { inSlices, mapInSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { inTeam, isWhole, type RowsAsked } from "./people-tables.ts";
import { type PackedRow, type ReviewItem, ReviewRows } from "./review-rows.ts";
import { personColumns } from "./rows/person-columns.ts";
import type { Condition, RowTable } from "./rows/row-table.ts";
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
}

/** What is known when all rows were read. */
interface Told {
  readonly conclusion: Conclusion;
  readonly headline: Headline;
  readonly chart: Chart | null;
}

/** A review with everything that does not depend on the page. */
interface Answered extends Told, Omit<Answer, "rows"> {
  readonly table: RowTable<ReviewItem>;
  /** The row as the report gave it. */
  readonly rowOf: (item: ReviewItem) => Row;
}

/** All reviews that there are, each with its figure. */
export async function reviewsOverview(open: OpenSource, since: Since | undefined): Promise<ReviewsOverview> {
  const found: ReviewInfo[] = [];
  const applicable = await open.kept("reviews", async () => namesFor(open), String);
  for (const { name, title, summary, comparesSyncs = false } of reviews()) {
    if (!applicable.includes(name)) continue;
    const info = { name, title, summary, comparesSyncs };
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

/** Reviews that have something to be about in the file, which takes a walk over everybody to know. */
function namesFor({ view }: OpenSource): readonly string[] {
  return reviews().flatMap(({ name, hasSubject }) => (hasSubject?.(view) === false ? [] : [name]));
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
  const only = await ofTeam(open, team);
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
  if (isWhole(asked)) return freshAnswer(open, request);
  const review = await answered(open, request);
  const { table, rowOf, conclusion, headline: _h, chart: _c, ...answer } = review;
  checkQuery(table, asked.query);
  const found = await table.select(asked.query, await ofTeam(open, asked.team));
  return { ...answer, rows: rowsOf(found.slice().map(rowOf), conclusion) };
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

async function ofTeam(open: OpenSource, team: string | undefined): Promise<Condition<ReviewItem> | undefined> {
  const isIn = await inTeam(open, team);
  return isIn && { key: isIn.key, fits: ({ person }) => person !== undefined && isIn.fits(person) };
}

async function answered(open: OpenSource, request: ReviewRequest): Promise<Answered> {
  const { name, since } = request;
  const sinceKey = since?.kind === "sync" ? since.id : (since?.open.identity.key ?? "");
  const key = JSON.stringify(["review", name, sinceKey]);
  return await open.remembered(key, async () => {
    const answer = freshAnswer(open, request);
    const { report } = answer;
    const rows = new ReviewRows({
      columns: report.columns,
      personColumns: personColumns(open.asOfSeconds),
      roster: await open.roster(),
    });
    const { items, told } = await collected(open, request, { answer, rows });
    return { ...answer, ...told, table: rows.table(items), rowOf: (item) => rows.rowOf(item) };
  });
}

/** The rows: those that were kept where nobody named what to compare with, else from the file. */
async function collected(
  open: OpenSource,
  { name, since }: ReviewRequest,
  { answer, rows }: { readonly answer: Answer; readonly rows: ReviewRows },
): Promise<{ readonly items: readonly ReviewItem[]; readonly told: Told }> {
  const isUsual = since === undefined || since.kind === "before";
  const collect = async (): Promise<readonly (PackedRow | Told)[]> => {
    const all: Row[] = [];
    const conclusion = await inSlices(answer.rows, (row) => all.push(row));
    return [...(await mapInSlices(all, (row) => rows.pack(row))), toldOf(answer.report, all, conclusion)];
  };
  const made = (one: PackedRow | Told): ReviewItem | Told => ("conclusion" in one ? one : rows.unpack(one));
  const found = isUsual ? await open.kept(`review-${name}`, collect, made) : (await collect()).map(made);
  const told = found.pop();
  return {
    items: found.filter((one) => "cells" in one),
    told: told && "conclusion" in told ? told : toldOf(answer.report, [], { counts: [], notices: [] }),
  };
}

/** What all rows say together. */
function toldOf(report: Report, rows: readonly Row[], conclusion: Conclusion): Told {
  const { counts } = conclusion;
  const count = (name: string): number => countIn(counts, name);
  const chart = report.chart?.({ columns: report.columns, rows, counts });
  return {
    conclusion,
    headline: (report.headline ?? firstCount)({ total: rows.length, counts, count }),
    chart: chart?.bars.some(({ parts }) => parts.some((part) => part.count > 0)) ? chart : null,
  };
}

function firstCount({ total, counts: [first] }: Figures): Headline {
  if (first) return { figure: inText(first.count), sentence: first.label, tone: "neutral" };
  return { figure: inText(total), sentence: total === 1 ? "row" : "rows", tone: "neutral" };
}

/** Reports of an open file. Never closed: the readers are the pool's. */
export function inquiryOf({ identity, reader }: OpenSource, { since }: Pick<ReviewRequest, "since">): Inquiry {
  const request: Request = {
    file: identity.path,
    notCompared: notComparedKeys,
    ...(since && { since: since.kind === "sync" ? since.id : since.open.identity.path }),
  };
  return new Inquiry(request, reader, since?.kind === "sync" ? undefined : since?.open.reader);
}
