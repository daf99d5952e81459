/** Starts a review: asks the question of one finished sync, and keeps the answer with what is at stake in each row. */
import type { Inquiry } from "../reports/ask.ts";
import { reviews } from "../reports/catalogue.ts";
import { Holdings } from "../reports/holdings.ts";
import type { Answer, Cell } from "../reports/report.ts";
import { newKsuid } from "../sdk/c1z/container/ksuid.ts";
import type { SyncView } from "../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../sdk/c1z/scratch/row-sql.ts";
import type { SyncRun } from "../sdk/c1z/write/sync-runs.ts";
import { askQuestion, badQuestion, filterText, type Question } from "./question.ts";
import {
  type ReviewedSync,
  type ReviewHead,
  type ReviewRow,
  reviewKind,
  reviewVersion,
  type StakedEntitlement,
} from "./review.ts";
import { Stakes } from "./stakes.ts";

/** More rows nobody decides. */
const maxRows = 100_000;
/** Reports about one that can be decided, besides the reviews. */
const decidable: ReadonlySet<string> = new Set(["access", "members", "grants", "access-list"]);

/** What a review is started from. */
export interface StartRequest {
  readonly question: Question;
  /** Undefined: the report's title and the filter. */
  readonly title: string | undefined;
  readonly fileSha256: string;
  readonly by: string;
  /** What the file is called where the review is kept; undefined on the command line. */
  readonly names?: Required<Pick<ReviewHead, "source" | "sourceTitle" | "fileName">>;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Head and rows. */
export interface StartedReview {
  readonly head: ReviewHead;
  readonly rows: readonly ReviewRow[];
}

/**
 * Asks, a row a step.
 * @throws BatonError `REVIEW-QUESTION` for what cannot be decided, and those of the report.
 */
export function* startReview(request: StartRequest, inquiry: Inquiry): Generator<void, StartedReview, undefined> {
  const { question, fileSha256, by, names, nowMs } = request;
  const sync = finishedSync(inquiry.view.sync);
  const answer = askQuestion(question, inquiry);
  refuseUndecidable(answer);
  const holdings = new Holdings(inquiry.view);
  const stakes = new Stakes(answer, holdings);
  const entitlements = new Map<string, number>();
  const rows: ReviewRow[] = [];
  for (let next = answer.rows.next(); ; next = answer.rows.next()) {
    yield;
    if (next.done) {
      if (rows.length === 0) throw badQuestion("the answer has no rows");
      const head: ReviewHead = {
        kind: reviewKind,
        version: reviewVersion,
        id: newKsuid(nowMs),
        title: titleOf(request, answer),
        question,
        columns: answer.report.columns,
        sync,
        result: answer.run?.result ?? null,
        fileSha256,
        organizations: organizationsIn(inquiry.view, holdings),
        entitlements: [...entitlements.keys()].map((id): StakedEntitlement => ({ id, label: stakes.label(id) })),
        ...{
          startedAt: new Date(nowMs).toISOString(),
          startedBy: by,
          rows: rows.length,
          ...names,
        },
        notices: next.value.notices,
      };
      return { head, rows };
    }
    const { key, who, held } = stakes.of(next.value);
    const stake = held.map(({ entitlementId }) => indexOf(entitlements, entitlementId));
    const cells = next.value.map((cell: Cell) => cell ?? null);
    rows.push({
      row: rows.length + 1,
      key,
      cells,
      who: who ? { type: who.resourceType, id: who.resource } : null,
      stake,
    });
    if (rows.length > maxRows) throw badQuestion(`the answer has more than ${maxRows.toLocaleString("en")} rows`);
  }
}

/** Keys of the organizations in a sync, by which two syncs are known to be of one. */
export function organizationsIn(view: SyncView, { shape }: Holdings): readonly string[] {
  return shape.organizationTypes.flatMap((resourceTypeId) =>
    [...view.resources({ resourceTypeId })].map(({ id }) => resourceKey(id)),
  );
}

function indexOf(known: Map<string, number>, id: string): number {
  const index = known.get(id) ?? known.size;
  known.set(id, index);
  return index;
}

function titleOf({ title, question }: StartRequest, { report, about }: Answer): string {
  if (title !== undefined && title.trim() !== "") return title.trim();
  return [report.title, about, filterText(question)].filter((part) => part !== undefined && part !== "").join(": ");
}

function finishedSync(sync: SyncRun | undefined): ReviewedSync {
  if (sync?.endedAt === undefined) throw badQuestion("the sync is not finished, so that rows may be missing");
  const { id, type, startedAt, endedAt } = sync;
  return { id, type, startedAt, endedAt };
}

function refuseUndecidable({ report }: Answer): void {
  if (decidable.has(report.name) || (reviews().includes(report) && report.isAboutAccess !== false)) return;
  throw badQuestion(`report ${report.name} is about nobody's access`);
}
