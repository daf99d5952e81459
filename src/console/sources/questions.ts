/**
 * What a file can be asked: every question by its name, with what it takes and what it answers. Both are plain data, as
 * the file is open in a process of its own (read-command.ts) and the one who asks is not. Knows nothing of that process.
 */
import { writeOutputFile } from "../../reports/output-file.ts";
import type { Answer } from "../../reports/report.ts";
import type { ListedPage } from "../contract/reviews.ts";
import type {
  ExportFormat,
  PersonDetail,
  ResourceDetail,
  ReviewPage,
  ReviewsOverview,
  SourceInfo,
  TablePage,
  TeamRow,
} from "../contract/sources.ts";
import { type AttentionFacts, attentionFacts } from "./attention.ts";
import {
  type CheckAnswer,
  checkAgainst,
  decisionsOf,
  listedAnswer,
  listedPage,
  type StartTaken,
  startFrom,
} from "./decided.ts";
import { type EvidenceTaken, exportAnswer, exportEvidence } from "./exports.ts";
import type { OpenSource } from "./open-source.ts";
import { personOf, teamOf } from "./people.ts";
import { type RowsAsked, rowsAnswer, rowsPage, type TableOf } from "./people-tables.ts";
import { reviewAnswer, reviewPage, reviewsOverview, type Since } from "./reviews.ts";
import type { Window } from "./rows/table-page.ts";
import { sourceInfo } from "./source-info.ts";
import { entitlementsPage, type GrantsQuery, grantsPage, resourceDetail, resourcesPage } from "./tables.ts";

/** Something in a file, by its type and id. */
interface Named {
  readonly type: string;
  readonly id: string;
}

/** A part of a table. */
interface Asked {
  readonly asked: RowsAsked;
  readonly window: Window;
}

/** All rows that fit, as a file. */
interface Export extends Formed {
  readonly asked: RowsAsked;
}

/** What each question takes and answers. Those that write put a file at `out`. */
export interface Questions {
  /** Opens the file, to see that it can be read. */
  open: [taken: Record<string, never>, answer: null];
  /** Reads everybody, and the rows of a review, before somebody asks. */
  readAhead: [taken: { readonly review?: string }, answer: null];
  info: [taken: { readonly source: string; readonly title: string }, answer: SourceInfo];
  rows: [taken: Asked & { readonly of: TableOf }, answer: TablePage];
  person: [taken: Named, answer: PersonDetail];
  team: [taken: Named, answer: TeamRow];
  resources: [taken: { readonly type: string | undefined; readonly window: Window }, answer: TablePage];
  resource: [taken: Named, answer: ResourceDetail];
  entitlements: [taken: { readonly type: string | undefined; readonly window: Window }, answer: TablePage];
  grants: [taken: { readonly query: GrantsQuery; readonly window: Window }, answer: TablePage];
  overview: [taken: Record<string, never>, answer: ReviewsOverview];
  attention: [taken: Record<string, never>, answer: AttentionFacts];
  review: [taken: Asked & { readonly name: string }, answer: ReviewPage];
  exportRows: [taken: Export & { readonly of: TableOf }, answer: null];
  exportReview: [taken: Export & { readonly name: string }, answer: null];
  exportEvidence: [taken: Written & EvidenceTaken, answer: null];
  listed: [taken: { readonly list: string; readonly window: Window }, answer: ListedPage];
  exportListed: [taken: Formed & { readonly list: string }, answer: null];
  startReview: [taken: StartTaken, answer: { readonly id: string }];
  /** Null: the file is not a later one. */
  checkReview: [taken: { readonly path: string }, answer: CheckAnswer | null];
  exportDecisions: [taken: Formed & { readonly path: string }, answer: null];
}

/** Those that go through all of the file and keep nothing of it in memory. */
export const walking: ReadonlySet<Question> = new Set([
  ...(["exportReview", "exportEvidence", "exportListed", "exportDecisions", "startReview", "checkReview"] as const),
]);

/** Where a download is written. */
interface Written {
  readonly out: string;
}

/** The same in one of several forms. */
interface Formed extends Written {
  readonly format: ExportFormat;
}

/** Those whose answer depends on the sync before. */
export const comparing: ReadonlySet<Question> = new Set([
  ...(["info", "overview", "readAhead", "review", "exportReview", "exportEvidence", "startReview"] as const),
]);

/** Name of a question. */
export type Question = keyof Questions;
/** What it takes. */
export type Taken<Q extends Question> = Questions[Q][0];
/** What it answers. */
export type AnswerOf<Q extends Question> = Questions[Q][1];

/** A question about a file, on its way. */
export interface FileQuestion<Q extends Question = Question> {
  readonly name: Q;
  readonly path: string;
  readonly taken: Taken<Q>;
  /** Files in which the sync before may lie, newest first, where the file itself holds but one. */
  readonly before: readonly string[];
  /** Folder of what was worked out of the file; absent: nothing is kept of it. */
  readonly answers?: string | undefined;
  /** What it is compared with: a sync of the same file by its id, else the file that goes by that name. */
  readonly since?: { readonly id: string; readonly file: NamedFile | undefined } | undefined;
}

/** Another file, by its path, its name on the wire and its title for people. */
export interface NamedFile {
  readonly path: string;
  readonly source: string;
  readonly title: string;
}

type Answering = {
  readonly [Q in Question]: (
    open: OpenSource,
    taken: Taken<Q>,
    since: Since | undefined,
  ) => AnswerOf<Q> | Promise<AnswerOf<Q>>;
};

/** How each question is answered. @throws BatonError as its parts do, such as `CONSOLE-NOT-IN-FILE` */
export const answering: Answering = {
  open: () => null,
  async readAhead(open, { review }, since) {
    await open.roster();
    if (review) await reviewPage(open, { name: review, since }, { query: {} }, { offset: 0, limit: 0 });
    return null;
  },
  info: (open, { source, title }, since) =>
    sourceInfo(open, { source, title, before: since?.kind === "before" ? since.open : undefined }),
  rows: (open, { of, asked, window }) => rowsPage(open, of, asked, window),
  person: (open, { type, id }) => personOf(open, type, id),
  team: (open, { type, id }) => teamOf(open, type, id),
  resources: (open, { type, window }) => resourcesPage(open, type, window),
  resource: (open, { type, id }) => resourceDetail(open, { resourceType: type, resource: id }),
  entitlements: (open, { type, window }) => entitlementsPage(open, type, window),
  grants: (open, { query, window }) => grantsPage(open, query, window),
  overview: (open, _taken, since) => reviewsOverview(open, since),
  attention: attentionFacts,
  review: (open, { name, asked, window }, since) => reviewPage(open, { name, since }, asked, window),
  exportRows: async (open, { of, asked, ...to }) => await written(await rowsAnswer(open, of, asked), to),
  exportReview: async (open, { name, asked, ...to }, since) =>
    await written(await reviewAnswer(open, { name, since }, asked), to),
  async exportEvidence(open, { out, ...taken }, since) {
    await writeOutputFile(out, (sink) => exportEvidence(open, since, taken, sink));
    return null;
  },
  listed: (open, { list, window }) => listedPage(open, list, window),
  exportListed: async (open, { list, ...to }) => await written(listedAnswer(open, list), to),
  startReview: (open, taken, since) => startFrom(open, since, taken),
  checkReview: (open, { path }) => checkAgainst(open, path),
  exportDecisions: async (open, { path, ...to }) => await written(await decisionsOf(open, path), to),
};

async function written(answer: Answer, { format, out }: Formed): Promise<null> {
  await writeOutputFile(out, (sink) => exportAnswer(answer, format, sink));
  return null;
}
