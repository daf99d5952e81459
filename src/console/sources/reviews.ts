/** Reviews as pages: asked once, remembered while the file is open, shown a part at a time. */
import { notComparedKeys } from "../../cloudsmith/config.ts";
import { Inquiry, type Request } from "../../reports/ask.ts";
import { findReport, reviews } from "../../reports/catalogue.ts";
import type { Answer, Cell, ColumnOf, Conclusion, Figures, Report, Row, Rows } from "../../reports/report.ts";
import { countIn, inText } from "../../reports/screen/chart.ts";
import type { Chart, Column, Headline } from "../../reports/screen/shown.ts";
import { toBatonError } from "../../sdk/errors.ts";
import type { PersonRow, ReviewInfo, ReviewPage, ReviewsOverview } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { inTeam, type RowsAsked } from "./people.ts";
import type { Roster } from "./roster.ts";
import { ofPerson, personColumns } from "./rows/person-columns.ts";
import { type Condition, RowTable } from "./rows/row-table.ts";
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

/** A row, and the person that it is about. */
interface ReviewItem {
  readonly row: Row;
  readonly person: PersonRow | undefined;
}

/** A review with everything that does not depend on the page. */
interface Answered extends Omit<Answer, "rows"> {
  readonly table: RowTable<ReviewItem>;
  readonly conclusion: Conclusion;
  readonly headline: Headline;
  readonly chart: Chart | null;
}

/** All reviews that there are, each with its figure. */
export async function reviewsOverview(open: OpenSource, since: Since | undefined): Promise<ReviewsOverview> {
  const found: ReviewInfo[] = [];
  const applicable = await open.kept("reviews", async () => namesFor(open), String);
  for (const { name, title, summary, comparesSyncs = false, countsAges = false } of reviews()) {
    if (!applicable.includes(name)) continue;
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
  const { q, where = {}, order } = asked.query;
  const isWhole = [q, order, asked.team].every((one) => one === undefined) && Object.keys(where).length === 0;
  if (isWhole) return freshAnswer(open, request);
  const review = await answered(open, request);
  const { table, conclusion, headline: _h, chart: _c, ...answer } = review;
  checkQuery(table, asked.query);
  const found = await table.select(asked.query, await ofTeam(open, asked.team));
  return { ...answer, rows: rowsOf(found.slice(), conclusion) };
}

function freshAnswer(open: OpenSource, request: ReviewRequest): Answer {
  return inquiryOf(open, request).answer(reviewOf(request.name));
}

function* rowsOf(items: readonly ReviewItem[], conclusion: Conclusion): Rows {
  for (const { row } of items) yield row;
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
  const { since, asOfSeconds } = request;
  const sinceKey = since?.kind === "sync" ? since.id : (since?.open.identity.key ?? "");
  const key = JSON.stringify(["review", request.name, sinceKey, asOfSeconds ?? null]);
  return await open.remembered(key, async () => {
    const answer = freshAnswer(open, request);
    const { report } = answer;
    const { items, conclusion } = await collected(open, request, answer);
    const { counts } = conclusion;
    const count = (name: string): number => countIn(counts, name);
    const rows = items.map(({ row }) => row);
    const chart = report.chart?.({ columns: report.columns, rows, counts });
    return {
      ...answer,
      table: new RowTable(columnsFor(open, report, items), items),
      conclusion,
      headline: (report.headline ?? firstCount)({ total: rows.length, counts, count }),
      chart: chart?.bars.some(({ parts }) => parts.some((part) => part.count > 0)) ? chart : null,
    };
  });
}

/** The rows: those that were kept where nobody named what to compare with or a day, else from the file. */
async function collected(
  open: OpenSource,
  { name, since, asOfSeconds }: ReviewRequest,
  answer: Answer,
): Promise<{ readonly items: readonly ReviewItem[]; readonly conclusion: Conclusion }> {
  const isUsual = (since === undefined || since.kind === "before") && asOfSeconds === undefined;
  const collect = async (): Promise<readonly (Row | Conclusion)[]> => {
    const rows: (Row | Conclusion)[] = [];
    rows.push(await inSlices(answer.rows, (row) => rows.push(row)));
    return rows;
  };
  const itemOf = itemMaker(answer.report.columns, await open.roster());
  const made = (one: Row | Conclusion): ReviewItem | Conclusion => (isRow(one) ? itemOf(one) : one);
  const found = isUsual ? await open.kept(`review-${name}`, collect, made) : (await collect()).map(made);
  const conclusion = found.pop();
  return {
    items: found.filter((one) => "row" in one),
    conclusion: conclusion && "counts" in conclusion ? conclusion : nothing,
  };
}

const nothing: Conclusion = { counts: [], notices: [] };

function isRow(one: Row | Conclusion): one is Row {
  return Array.isArray(one);
}

/**
 * Rows with the person that each is about, where its type and id are those of one. What a row repeats of the person is in
 * memory once: there are many reviews of the same people. Kept rows have null where a value is missing.
 */
function itemMaker(columns: readonly Column[], roster: Roster): (row: readonly (Cell | null)[]) => ReviewItem {
  const [typeAt, idAt] = ["type", "id"].map((key) => columns.findIndex((column) => column.key === key));
  const textAt = (row: readonly (Cell | null)[], at = -1): string => String(row[at] ?? "");
  return (row) => {
    const person = roster.person(textAt(row, typeAt), textAt(row, idAt));
    const { id, name, email, login } = person ?? {};
    const shared = [id, name, email, login];
    const cells = row.map(
      (cell) => (typeof cell === "string" ? shared.find((one) => one === cell) : undefined) ?? cell,
    );
    return { row: cells.map((cell) => cell ?? undefined), person };
  };
}

/** The report's own columns, and where all rows are about people what else is known of them. */
function columnsFor(
  open: OpenSource,
  { columns }: Report,
  items: readonly ReviewItem[],
): readonly ColumnOf<ReviewItem>[] {
  const own = columns.map((one, at) => ({ ...one, value: ({ row }: ReviewItem) => row[at] }));
  const isAboutPeople = columns.some(({ key }) => key === "twoFactor") && items.every(({ person }) => person);
  if (!isAboutPeople) return own;
  const others = personColumns(open.asOfSeconds).filter(({ key }) => !columns.some((one) => one.key === key));
  return [...own, ...ofPerson<ReviewItem>(others, ({ person }) => person)];
}

function firstCount({ total, counts: [first] }: Figures): Headline {
  if (first) return { figure: inText(first.count), sentence: first.label, tone: "neutral" };
  return { figure: inText(total), sentence: total === 1 ? "row" : "rows", tone: "neutral" };
}

/** Reports of an open file. Never closed: the readers are the pool's. */
export function inquiryOf(
  { identity, reader }: OpenSource,
  { since, asOfSeconds }: Pick<ReviewRequest, "since" | "asOfSeconds">,
): Inquiry {
  const request: Request = {
    file: identity.path,
    notCompared: notComparedKeys,
    ...(since && { since: since.kind === "sync" ? since.id : since.open.identity.path }),
    ...(asOfSeconds !== undefined && { asOfSeconds }),
  };
  return new Inquiry(request, reader, since?.kind === "sync" ? undefined : since?.open.reader);
}
