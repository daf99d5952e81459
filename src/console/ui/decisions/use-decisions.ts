/** The rows of a review on the screen, and what is decided about them: shown at once, sent in order, asked again when refused. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../../contract/failures.ts";
import type { DecideInput } from "../../contract/inputs.ts";
import type { DecidedReview, DecidedReviewPage, Outcome, RowFilter } from "../../contract/reviews.ts";
import { ownPage, postJson } from "../api/api.ts";
import { failureFrom } from "../api/api-error.ts";
import { type Data, useData } from "../api/use-data.ts";
import { decisionApi } from "./decision-paths.ts";

/** Rows on one screen. */
export const rowsPerScreen = 50;

/** What can be done. */
export interface Decisions {
  readonly page: Data<DecidedReviewPage>;
  /** Why the last decision was not taken; null when all were. */
  readonly failure: Failure | null;
  /** Decides rows by their numbers, or all of a kind. */
  decide(input: DecideInput): void;
  /** Puts a review in place that an answer brought. */
  replaceReview(review: DecidedReview): void;
  /** Resolves when everything that was decided is kept. */
  settled(): Promise<void>;
}

/** A part of a review. @param name who decides, to be shown before the server says so. */
export function useDecisions(id: string, show: RowFilter, offset: number, name: string): Decisions {
  const query = { show, offset: String(offset), limit: String(rowsPerScreen) };
  const asked = useData<DecidedReviewPage>(
    decisionApi(id, "", query),
    // What is decided here is on the screen already, and its rows stay where they are.
    (event) =>
      event.type === "connector" || (event.type === "review" && event.reviewId === id && event.page !== ownPage),
  );
  const [failure, setFailure] = useState<Failure | null>(null);
  /** Not kept yet: an answer that comes meanwhile does not know of it. */
  const [waiting, setWaiting] = useState<readonly DecideInput[]>([]);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const latest = useRef(asked);
  latest.current = asked;
  useEffect(() => setFailure(null), [id]);

  const replaceReview = (review: DecidedReview, kept?: DecideInput): void => {
    const { data, replace } = latest.current;
    if (!data) return;
    const next = { ...(kept ? withDecision(data, kept, name) : data), review };
    replace(next);
    latest.current = { ...latest.current, data: next };
  };
  const decide = (input: DecideInput): void => {
    setFailure(null);
    setWaiting((inputs) => [...inputs, input]);
    queue.current = queue.current.then(async () => {
      try {
        replaceReview(await postJson<DecidedReview>(decisionApi(id, "/decide"), input), input);
      } catch (error) {
        setFailure(failureFrom(error));
        latest.current.reload();
      }
      setWaiting((inputs) => inputs.filter((one) => one !== input));
    });
  };
  const data = asked.data && waiting.reduce((page, input) => withDecision(page, input, name), asked.data);
  return { page: { ...asked, data }, failure, decide, replaceReview, settled: () => queue.current };
}

/** The rows as they are once a decision is kept: shown before the server says so. @param by who decides. */
export function withDecision(
  page: DecidedReviewPage,
  { rows, decision, note }: DecideInput,
  by: string,
): DecidedReviewPage {
  const isMeant = (row: DecidedReviewPage["rows"][number]): boolean =>
    rows === "all" || (rows === "undecided" ? row.decision === null : rows.includes(row.row));
  const decided = page.rows.map((row) =>
    isMeant(row)
      ? { ...row, decision: decision ?? row.decision, note: note ?? row.note, by, atMs: Date.now(), outcome: null }
      : row,
  );
  return { ...page, rows: decided };
}

/** Outcomes in words. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  done: "Done",
  "still-there": "Still there",
  unclear: "Unclear",
};
