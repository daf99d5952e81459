/** Reviews that are decided, as far as a synced file has a part in them: started from it, and held against it. */
import { join } from "node:path";
import { notComparedKeys } from "../../cloudsmith/config.ts";
import { Inquiry, type Request } from "../../reports/ask.ts";
import { readPeopleList } from "../../reports/people/people-list.ts";
import type { Answer } from "../../reports/report.ts";
import { type CheckedRow, checkReview, isLater } from "../../reviews/check.ts";
import { decisionsAnswer } from "../../reviews/decisions-report.ts";
import { askQuestion, type Question } from "../../reviews/question.ts";
import { readReview, readReviewBytes, writeReview } from "../../reviews/review-file.ts";
import { startReview } from "../../reviews/start.ts";
import type { ListedPage, QuestionInput } from "../contract/reviews.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import type { Window } from "./rows/table-page.ts";

/** What a review is started with. */
export interface StartTaken {
  readonly question: QuestionInput;
  readonly title: string | undefined;
  readonly by: string;
  readonly nowMs: number;
  /** Name of the source, to be found again. */
  readonly source: string;
  /** Where its file is written. */
  readonly folder: string;
}

/** What became of a review, as plain data. */
export interface CheckAnswer {
  readonly syncEndedAt: string;
  readonly rows: readonly ({ readonly row: number } & CheckedRow)[];
  readonly fresh: ListedPage["rows"] | undefined;
}

/** Starts a review of the sync that is shown. @throws BatonError `REVIEW-QUESTION`, `REPORT-LIST` */
export async function startFrom(open: OpenSource, taken: StartTaken): Promise<{ readonly id: string }> {
  const { question, folder, ...rest } = taken;
  const request = { ...rest, question: questionOf(question), fileSha256: open.identity.sha256 };
  const started = await inSlices(startReview(request, inquiryOf(open)));
  const { id } = started.head;
  await writeReview(join(folder, `${id}.review`), started);
  return { id };
}

/** Holds the sync that is shown against a review; null when it is not a later one. */
export async function checkAgainst(open: OpenSource, path: string): Promise<CheckAnswer | null> {
  const review = readReview(path, readReviewBytes(path));
  const inquiry = inquiryOf(open);
  if (!isLater(review, inquiry)) return null;
  const { sync, rows, fresh } = await inSlices(checkReview(review, inquiry));
  return {
    syncEndedAt: sync.endedAt,
    rows: [...rows].map(([row, checked]) => ({ row, ...checked })),
    fresh: fresh?.map((row) => row.map((cell) => cell ?? null)),
  };
}

/** The decisions, with what became of them when the sync that is shown is a later one. */
export async function decisionsOf(open: OpenSource, path: string): Promise<Answer> {
  const review = readReview(path, readReviewBytes(path));
  const inquiry = inquiryOf(open);
  return decisionsAnswer(review, isLater(review, inquiry) ? await inSlices(checkReview(review, inquiry)) : undefined);
}

/** Who in a list holds what. @throws BatonError `REPORT-LIST` */
export function listedAnswer(open: OpenSource, list: string): Answer {
  return askQuestion(questionOf({ list }), inquiryOf(open));
}

/** A part of it. @throws BatonError `REPORT-LIST` */
export async function listedPage(open: OpenSource, list: string, { offset, limit }: Window): Promise<ListedPage> {
  return await open
    .remembered(JSON.stringify(["listed", list]), async () => {
      const answer = listedAnswer(open, list);
      const rows: (readonly (string | number | readonly string[] | null)[])[] = [];
      const { counts, notices } = await inSlices(answer.rows, (row) => rows.push(row.map((cell) => cell ?? null)));
      const columns = answer.report.columns.map((column, at) => ({
        ...column,
        isNumber: rows.some((row) => typeof row[at] === "number"),
      }));
      return { columns, rows, counts, notices };
    })
    .then(({ rows, ...rest }) => ({ ...rest, total: rows.length, offset, rows: rows.slice(offset, offset + limit) }));
}

function questionOf({ list, ...rest }: QuestionInput): Question {
  return { ...rest, ...(list !== undefined && { list: readPeopleList(Buffer.from(list, "base64")) }) };
}

/** Never closed: the reader is the pool's. */
function inquiryOf({ identity, reader }: OpenSource): Inquiry {
  const request: Request = { file: identity.path, notCompared: notComparedKeys };
  return new Inquiry(request, reader, undefined);
}
