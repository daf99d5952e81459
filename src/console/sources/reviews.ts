/** Reviews as pages: asked once, remembered while the file is open, shown a part at a time. */
import { notComparedKeys } from "../../cloudsmith/profile-keys.ts";
import { Inquiry, type Request } from "../../reports/ask.ts";
import { findReport, reviews } from "../../reports/catalogue.ts";
import type { Answer, Conclusion, Report, Row } from "../../reports/report.ts";
import type { ReviewInfo, ReviewPage } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import type { Window } from "./people.ts";
import { breakdownOf } from "./review-breakdown.ts";
import { notInSource } from "./source-error.ts";

/** What to compare with: a sync of the same file, or another open file. */
export type Since =
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
  readonly rows: readonly Row[];
  readonly conclusion: Conclusion;
  readonly columns: ReviewPage["columns"];
  readonly breakdown: ReviewPage["breakdown"];
}

/** All reviews that there are. */
export function reviewList(): readonly ReviewInfo[] {
  return reviews.map(({ name, title, summary, comparesSyncs = false, countsAges = false }) => ({
    ...{ name, title, summary, comparesSyncs, countsAges },
  }));
}

/** A part of a review. @throws BatonError `CONSOLE-NOT-IN-FILE`, `REPORT-NO-EARLIER-SYNC` */
export async function reviewPage(open: OpenSource, request: ReviewRequest, window: Window): Promise<ReviewPage> {
  const { report, rows, conclusion, columns, breakdown, asOfSeconds, since } = await answered(open, request);
  const { offset, limit } = window;
  const named =
    request.since?.kind === "file" ? { source: request.since.source, title: request.since.title } : undefined;
  return {
    name: report.name,
    title: report.title,
    columns,
    total: rows.length,
    offset,
    rows: rows.slice(offset, offset + limit).map((row) => row.map((cell) => cell ?? null)),
    counts: conclusion.counts,
    notices: conclusion.notices,
    asOfMs: asOfSeconds === undefined ? null : asOfSeconds * 1000,
    since: named ?? (since ? { source: since.id, title: `Sync of ${since.startedAt.slice(0, 16)}` } : null),
    breakdown,
  };
}

/** The answer, its rows to be read once. @throws BatonError as `reviewPage` */
export function freshAnswer(open: OpenSource, request: ReviewRequest): Answer {
  return inquiryOf(open, request).answer(reviewOf(request.name));
}

function reviewOf(name: string): Report {
  const report = findReport(name);
  if (!report || !reviews.includes(report)) throw notInSource("review");
  return report;
}

async function answered(open: OpenSource, request: ReviewRequest): Promise<Answered> {
  const { since, asOfSeconds } = request;
  const sinceKey = since?.kind === "file" ? since.open.identity.key : (since?.id ?? "");
  const key = JSON.stringify(["review", request.name, sinceKey, asOfSeconds ?? null]);
  return await open.remembered(key, async () => {
    const answer = freshAnswer(open, request);
    const rows: Row[] = [];
    const conclusion = await inSlices(answer.rows, (row) => rows.push(row));
    const { report } = answer;
    const columns = report.columns.map((column, at) => ({
      ...column,
      isNumber: rows.some((row) => isNumber(row[at])),
    }));
    return {
      ...answer,
      rows,
      conclusion,
      columns,
      breakdown: breakdownOf({ report, rows, counts: conclusion.counts }),
    };
  });
}

/** Never closed: the readers are the pool's. */
function inquiryOf({ identity, reader }: OpenSource, { since, asOfSeconds }: ReviewRequest): Inquiry {
  const request: Request = {
    file: identity.path,
    notCompared: notComparedKeys,
    ...(since && { since: since.kind === "sync" ? since.id : since.open.identity.path }),
    ...(asOfSeconds !== undefined && { asOfSeconds }),
  };
  return new Inquiry(request, reader, since?.kind === "file" ? since.open.reader : undefined);
}

function isNumber(cell: Row[number]): boolean {
  return typeof cell === "number";
}
