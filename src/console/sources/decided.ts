/** Reviews that are decided, as far as a synced file has a part in them: started from it, and held against it. */

import { join } from "node:path";
import type { Account } from "../../reports/holdings.ts";
import type { Named } from "../../reports/people/find-accounts.ts";
import { type PeopleList, readPeopleList } from "../../reports/people/people-list.ts";
import { listedAccess } from "../../reports/questions/listed.ts";
import type { Answer } from "../../reports/report.ts";
import { type CheckedRow, checkReview, isLater } from "../../reviews/check.ts";
import { decisionsAnswer } from "../../reviews/decisions-report.ts";
import type { Question } from "../../reviews/question.ts";
import { readHead, readReviewBytes, reviewIn, writeReview } from "../../reviews/review-file.ts";
import { type StartRequest, startReview } from "../../reviews/start.ts";
import type { QuestionInput } from "../contract/inputs.ts";
import type { ListedPage } from "../contract/reviews.ts";
import type { PersonRow } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { inquiryOf, type Since } from "./reviews.ts";
import type { Roster } from "./roster.ts";
import type { Window } from "./rows/table-page.ts";

/** What a review is started with. */
export interface StartTaken {
  readonly question: QuestionInput;
  readonly title: string | undefined;
  readonly by: string;
  readonly nowMs: number;
  /** To be found again, and for people. */
  readonly names: NonNullable<StartRequest["names"]>;
  /** Where its file is written. */
  readonly folder: string;
}

/** What became of a review, as plain data. */
export interface CheckAnswer {
  readonly syncEndedAt: string;
  readonly rows: readonly ({ readonly row: number } & CheckedRow)[];
  readonly fresh: ListedPage["rows"] | undefined;
}

/** Starts a review of the sync that is shown. @param since what it is compared with, where the question does. @throws BatonError `REVIEW-QUESTION`, `REPORT-LIST` */
export async function startFrom(
  open: OpenSource,
  since: Since | undefined,
  taken: StartTaken,
): Promise<{ readonly id: string }> {
  const { question, folder, ...rest } = taken;
  const request = { ...rest, question: questionOf(question), fileSha256: open.identity.sha256 };
  const started = await inSlices(startReview(request, inquiryOf(open, { since })));
  const { id } = started.head;
  await writeReview(join(folder, `${id}.review`), started);
  return { id };
}

/** Holds the sync that is shown against a review; null when it is not a later one. */
export async function checkAgainst(open: OpenSource, path: string): Promise<CheckAnswer | null> {
  const inquiry = inquiryOf(open, {});
  const head = readHead(path);
  // Rows are read only for what there is to look up.
  if (head && !isLater(head, inquiry)) return null;
  const { review } = await inSlices(reviewIn(path, readReviewBytes(path)));
  const { sync, rows, fresh } = await inSlices(checkReview(review, inquiry));
  return {
    syncEndedAt: sync.endedAt,
    rows: [...rows].map(([row, checked]) => ({ row, ...checked })),
    fresh: fresh?.map((row) => row.map((cell) => cell ?? null)),
  };
}

/** The decisions, with what became of them when the sync that is shown is a later one. */
export async function decisionsOf(open: OpenSource, path: string): Promise<Answer> {
  const { review } = await inSlices(reviewIn(path, readReviewBytes(path)));
  const inquiry = inquiryOf(open, {});
  return decisionsAnswer(
    review,
    isLater(review.head, inquiry) ? await inSlices(checkReview(review, inquiry)) : undefined,
  );
}

/** Who in a list holds what. @throws BatonError `REPORT-LIST` */
export function listedAnswer(open: OpenSource, list: string, everybody?: Iterable<Named>): Answer {
  return inquiryOf(open, {}).answer(listedAccess(peopleIn(list), everybody));
}

/** Everybody who is in memory: the file is asked only what those hold whose names fit. */
function* namedIn({ people }: Roster): Generator<Named> {
  for (const person of people) {
    const { login, email, name } = person;
    yield { names: [login ?? undefined, email ?? undefined, name], account: () => accountOf(person) };
  }
}

/** As far as columns of accounts show it. */
function accountOf({ type, id, name, status, twoFactor, email, login, lastLoginMs, joinedMs }: PersonRow): Account {
  const seconds = (ms: number | null): number | undefined => (ms === null ? undefined : ms / 1000);
  return {
    resource: { id: { resourceType: type, resource: id }, displayName: name, annotations: [] },
    facts: {
      status,
      kind: "unknown",
      email: email ?? undefined,
      login: login ?? undefined,
      twoFactor: twoFactor === "unknown" ? undefined : twoFactor === "yes",
      lastLoginSeconds: seconds(lastLoginMs),
      createdSeconds: seconds(joinedMs),
    },
    isAccount: true,
  };
}

/** A part of it. @throws BatonError `REPORT-LIST` */
export async function listedPage(open: OpenSource, list: string, { offset, limit }: Window): Promise<ListedPage> {
  return await open
    .remembered(JSON.stringify(["listed", list]), async () => {
      const answer = listedAnswer(open, list, namedIn(await open.roster()));
      const rows: ListedPage["rows"][number][] = [];
      const { counts, notices } = await inSlices(answer.rows, (row) => rows.push(row.map((cell) => cell ?? null)));
      return { keys: answer.report.columns.map(({ key }) => key), rows, counts, notices };
    })
    .then(({ rows, ...rest }) => ({ ...rest, total: rows.length, offset, rows: rows.slice(offset, offset + limit) }));
}

function questionOf({ list, ...rest }: QuestionInput): Question {
  return { ...rest, ...(list !== undefined && { list: peopleIn(list) }) };
}

function peopleIn(list: string): PeopleList {
  return readPeopleList(Buffer.from(list, "base64"));
}
