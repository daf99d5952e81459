/** One review: how far it is, its rows to decide, its signature, and what the next sync says. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import {
  type DecidedReview,
  type DecidedReviewPage,
  type ReviewCheck,
  type RowFilter,
  rowFilters,
} from "../../contract/reviews.ts";
import { exportFormats } from "../../contract/sources.ts";
import { PersonPanel } from "../access/person-panel.tsx";
import { Sentences } from "../access/source-frame.tsx";
import { postJson } from "../api/api.ts";
import { session, useRole } from "../api/session.ts";
import { useAction } from "../api/use-action.ts";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Segments } from "../design/field.tsx";
import { FormDialog } from "../design/form.tsx";
import { formatAmount, formatCount, formatDateTime, formatMoment } from "../design/format.ts";
import { Empty, Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { ProgressBar } from "../design/progress.tsx";
import { showToast } from "../design/toast.tsx";
import { cellContent } from "../rows/cells.tsx";
import { Downloads } from "../rows/downloads.tsx";
import { Table } from "../rows/table.tsx";
import { decisionApi, decisionPath } from "./decision-paths.ts";
import { DecisionRows } from "./decision-rows.tsx";
import { HandOver, ReviewChip } from "./decisions-screen.tsx";
import { Pager } from "./pager.tsx";
import { type Decisions, rowsPerScreen, useDecisions } from "./use-decisions.ts";

/** The screen of the address /reviews/:id. */
export function DecisionScreen() {
  const { id = "" } = useRoute().params;
  const { query } = useLocation();
  const show = rowFilters.find((one) => one === query["show"]) ?? "all";
  return <Shown key={`${id} ${show}`} id={id} show={show} />;
}

function Shown({ id, show }: { readonly id: string; readonly show: RowFilter }) {
  const [offset, setOffset] = useState(0);
  const name = session.value.kind === "signed-in" ? session.value.info.name : "";
  const decisions = useDecisions(id, show, offset, name);
  const { data, failure, reload } = decisions.page;
  // While another part loads, the one that is shown stays.
  const last = useRef<DecidedReviewPage | null>(null);
  if (data) last.current = data;
  const page = data ?? last.current;
  const title = page?.review.title ?? "Review";
  const crumbs = [{ text: "Reviews to decide", href: "/reviews" }, { text: title }];
  return (
    <Page
      title={title}
      crumbs={crumbs}
      {...(page?.review.sourceTitle && {
        docTitle: `${title} · ${page.review.sourceTitle}`,
        lead: page.review.sourceTitle,
      })}
      beside={page && <ReviewChip review={page.review} />}
      actions={page && <SignButton id={id} review={page.review} decisions={decisions} />}
    >
      <Loaded of={{ data: page, failure, reload }} lines={8} isCard={true}>
        {(shown) => (
          <Review id={id} show={show} page={shown} offset={offset} setOffset={setOffset} decisions={decisions} />
        )}
      </Loaded>
    </Page>
  );
}

interface ReviewProps {
  readonly id: string;
  readonly show: RowFilter;
  readonly page: DecidedReviewPage;
  readonly offset: number;
  readonly setOffset: (offset: number) => void;
  readonly decisions: Decisions;
}

/** Everything below the title. */
export function Review({ id, show, page, offset, setOffset, decisions }: ReviewProps) {
  const { route } = useLocation();
  const { review, check, total } = page;
  const mayDecide = useRole() !== "viewer" && review.signed === null;
  const list = useRef<HTMLElement>(null);
  const focusAfter = useRef<1 | -1 | null>(null);
  const move = (by: 1 | -1): boolean => {
    const next = offset + by * rowsPerScreen;
    if (next < 0 || next >= total) return false;
    focusAfter.current = by;
    setOffset(next);
    return true;
  };
  // The focus goes on in the next part, at its beginning or its end.
  useEffect(() => {
    if (page.offset !== offset || focusAfter.current === null) return;
    const boxes = list.current?.querySelectorAll<HTMLInputElement>("input[data-row]");
    boxes?.[focusAfter.current === 1 ? 0 : boxes.length - 1]?.focus();
    focusAfter.current = null;
  }, [page.offset, offset]);
  return (
    <>
      <Progress review={review} notices={page.notices} />
      {decisions.failure && <FailureBanner failure={decisions.failure} isUrgent={true} takesFocus={true} />}
      {check && <SinceThen check={check} />}
      <PersonPanel source={review.source} />
      <section class="card card-flush decisions" aria-label="Rows to decide" ref={list}>
        <div class="list-head row-between">
          <Segments
            legend="Which rows"
            value={show}
            options={filtersOf(review, check)}
            onChange={(value) => route(decisionPath(id, value), true)}
          />
          <div class="actions">
            <Downloads
              formats={exportFormats}
              verb="Download decisions as"
              make={{ hrefOf: (format) => decisionApi(id, "/export", { format }) }}
            />
          </div>
        </div>
        {mayDecide && (
          <p class="muted small list-head keys-hint">
            Keys: arrows move, k keep, r revoke, u unsure, n note, Enter opens the person, space chooses a row, a all of
            this part.
          </p>
        )}
        {page.rows.length > 0 ? (
          <DecisionRows page={page} decisions={decisions} mayDecide={mayDecide} onPast={move} />
        ) : (
          <Empty icon="check-circle" title="No such row">
            Choose other rows above.
          </Empty>
        )}
        <Pager offset={offset} size={rowsPerScreen} total={total} onMove={setOffset} />
      </section>
      {check?.fresh && check.fresh.length > 0 && <Fresh page={page} check={check} />}
      <HandOver />
    </>
  );
}

function Progress({ review, notices }: { readonly review: DecidedReview; readonly notices: readonly string[] }) {
  const { rows, undecided, counts, signed, startedBy, startedAtMs, syncEndedAtMs } = review;
  const words = `${formatCount(rows - undecided)} of ${formatCount(rows)} decided: ${formatCount(counts.keep)} keep, ${formatCount(counts.revoke)} revoke, ${formatCount(counts.unsure)} unsure`;
  return (
    <section class="card decisions-head" aria-label="Progress">
      <div class="row-between">
        <p role="status">{words}</p>
        <p class="muted small">
          {`Started by ${startedBy}, ${formatDateTime(startedAtMs)}, of the sync that ended ${formatMoment(syncEndedAtMs, "at a time that is not known")}. `}
          {signed && `Signed by ${signed.by}, ${formatDateTime(signed.atMs)}.`}
        </p>
      </div>
      <ProgressBar label="Decided rows" fraction={rows === 0 ? null : (rows - undecided) / rows} />
      {notices.length > 0 && (
        <details>
          <summary class="small">{`${formatAmount(notices.length, "note")} about these rows`}</summary>
          <Sentences sentences={notices} />
        </details>
      )}
    </section>
  );
}

function SinceThen({ check }: { readonly check: ReviewCheck }) {
  const { counts, freshCount, fresh, syncEndedAtMs } = check;
  const parts = [
    `${formatCount(counts.done)} done`,
    `${formatCount(counts["still-there"])} still there`,
    ...(counts.unclear > 0 ? [`${formatCount(counts.unclear)} unclear, as that sync may lack people or access`] : []),
    ...(fresh ? [`${formatCount(freshCount)} new since the review`] : []),
  ];
  return (
    <Banner tone={counts["still-there"] > 0 ? "warn" : "info"} title={`Of what was to be revoked: ${parts.join(", ")}`}>
      <p>{`By the sync that ended ${formatMoment(syncEndedAtMs, "at a time that is not known")}.`}</p>
    </Banner>
  );
}

function Fresh({ page, check }: { readonly page: DecidedReviewPage; readonly check: ReviewCheck }) {
  const shown = page.columns.slice(0, 6);
  return (
    <Card title="New since the review" isFlush={true}>
      <Table
        caption="New since the review"
        columns={shown.map(({ key, title, kind }, at) => ({
          key,
          title,
          isRowHeader: at === 0,
          cell: (row: NonNullable<ReviewCheck["fresh"]>[number]) =>
            cellContent({ kind, absent: null }, row[at] ?? null),
        }))}
        rows={check.fresh ?? []}
        rowKey={(row) => row.join("\u0000")}
      />
      {check.freshCount > (check.fresh?.length ?? 0) && (
        <p class="muted list-head">{`${formatAmount(check.freshCount, "row")} in all; the downloads have them.`}</p>
      )}
    </Card>
  );
}

function filtersOf({ rows, undecided, counts }: DecidedReview, check: ReviewCheck | null) {
  const named = (value: RowFilter, text: string, count: number) => ({ value, label: `${text} ${formatCount(count)}` });
  return [
    named("all", "All", rows),
    named("undecided", "Undecided", undecided),
    named("keep", "Keep", counts.keep),
    named("revoke", "Revoke", counts.revoke),
    named("unsure", "Unsure", counts.unsure),
    ...(check ? [named("done", "Done", check.counts.done)] : []),
    ...(check ? [named("still-there", "Still there", check.counts["still-there"])] : []),
    ...(check && check.counts.unclear > 0 ? [named("unclear", "Unclear", check.counts.unclear)] : []),
  ];
}

function SignButton({ id, review, decisions }: { id: string; review: DecidedReview; decisions: Decisions }) {
  const [isAsking, setAsking] = useState(false);
  const sign = useAction(async () => {
    await decisions.settled();
    decisions.replaceReview(await postJson<DecidedReview>(decisionApi(id, "/sign")));
    setAsking(false);
    showToast("The review is signed");
  });
  if (useRole() === "viewer" || review.signed) return null;
  const { undecided, counts } = review;
  return (
    <>
      <Button kind="primary" icon="check" isDisabled={undecided > 0} onClick={() => setAsking(true)} text="Sign" />
      {isAsking && (
        <FormDialog title="Sign this review?" onClose={() => setAsking(false)} action={sign} submit="Sign">
          <p>
            {`${formatAmount(review.rows, "row")}: ${formatCount(counts.keep)} keep, ${formatCount(counts.revoke)} revoke, ${formatCount(counts.unsure)} unsure. A signed review stays as it is: nobody can change a decision or a note in it.`}
          </p>
        </FormDialog>
      )}
    </>
  );
}
