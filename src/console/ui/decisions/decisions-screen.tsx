/** All reviews that are being decided or were: where each stands, and how it ended. */
import type { DecidedReview } from "../../contract/reviews.ts";
import { withQuery } from "../access/source-address.ts";
import { useData } from "../api/use-data.ts";
import { LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Chip } from "../design/chip.tsx";
import { formatCount, formatDay } from "../design/format.ts";
import { Empty, Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { type Column, Table } from "../rows/table.tsx";
import { decisionPath } from "./decision-paths.ts";

const columns: readonly Column<DecidedReview>[] = [
  { key: "title", title: "Review", isRowHeader: true, cell: ({ id, title }) => <a href={decisionPath(id)}>{title}</a> },
  { key: "source", title: "Organization", cell: ({ sourceTitle }) => sourceTitle },
  { key: "state", title: "State", cell: (review) => <ReviewChip review={review} /> },
  { key: "rows", title: "Rows", isNumber: true, cell: ({ rows }) => formatCount(rows) },
  { key: "keep", title: "Keep", isNumber: true, cell: ({ counts }) => formatCount(counts.keep) },
  { key: "revoke", title: "Revoke", isNumber: true, cell: ({ counts }) => formatCount(counts.revoke) },
  { key: "unsure", title: "Unsure", isNumber: true, cell: ({ counts }) => formatCount(counts.unsure) },
  { key: "started", title: "Started", cell: ({ startedBy, startedAtMs }) => `${formatDay(startedAtMs)}, ${startedBy}` },
];

/** The screen of the address /reviews. */
export function DecisionsScreen() {
  return (
    <Page
      title="Reviews to decide"
      lead="A review keeps, revokes or leaves open who has access, row by row, and is signed when every row is decided."
    >
      <DecidedReviews />
      <HandOver />
    </Page>
  );
}

/** Reviews as a table, all or those of one source. */
export function DecidedReviews({ source }: { readonly source?: string }) {
  const reviews = useData<{ readonly reviews: readonly DecidedReview[] }>(
    withQuery("/api/reviews", { source }),
    ({ type }) => type === "review",
  );
  return (
    <Loaded of={reviews} isCard={true}>
      {(data) =>
        (data.reviews.length > 0 || source === undefined) && (
          <Card isFlush={true} {...(source !== undefined && { title: "Being decided, and decided" })}>
            {data.reviews.length > 0 ? (
              <Table
                caption="Reviews"
                columns={source === undefined ? columns : columns.filter(({ key }) => key !== "source")}
                rows={data.reviews}
                rowKey={({ id }) => id}
              />
            ) : (
              <Empty
                icon="check-circle"
                title="No review was started yet"
                action={<LinkButton href="/connectors" text="All connectors" />}
              >
                Open the reviews of a connector, choose one, and start it.
              </Empty>
            )}
          </Card>
        )
      }
    </Loaded>
  );
}

/** Where a review stands. */
export function ReviewChip({ review: { signed, undecided } }: { readonly review: DecidedReview }) {
  if (signed) return <Chip tone="good" icon="check-circle" text="Signed" />;
  if (undecided === 0) return <Chip tone="info" icon="check" text="To be signed" />;
  return <Chip tone="warn" icon="dots" text={`${formatCount(undecided)} undecided`} />;
}

/** What the console leaves to others. */
export function HandOver() {
  return (
    <p class="muted small">
      Campaigns, reminders and delegation are ConductorOne’s job. To hand over what is to be revoked, download a review
      as CSV or XLSX and keep the rows whose decision is “revoke”. Nothing is revoked in Cloudsmith from here.
    </p>
  );
}
