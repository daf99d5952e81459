/** One review: its figure, what to look at, a chart, and everybody it is about. */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ReviewPage, SourceInfo } from "../../contract/sources.ts";
import { reviewAddress, screenAddress, sourceApi } from "../access/source-address.ts";
import { RunFacts, Sentences, SubjectFrame, WithSource } from "../access/source-frame.tsx";
import { failureFrom } from "../api/api-error.ts";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { BarChart } from "../design/bar-chart.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Empty } from "../design/empty.tsx";
import { formatAmount, formatDateTimeWithZone } from "../design/format.ts";
import { LongTable } from "../design/long-table.tsx";
import type { Crumb } from "../design/page.tsx";
import { Skeleton } from "../design/skeleton.tsx";
import { type ShownRows, usePagedRows } from "../design/use-paged-rows.ts";
import { ComparePicker } from "./compare-picker.tsx";
import { hasEarlierSync } from "./earlier-sync.ts";
import { PrintButton, PrintedRows } from "./print-review.tsx";
import { chartOf } from "./review-chart.ts";
import { reviewColumns, type TableRow } from "./review-columns.tsx";
import { EvidenceButton, ReviewDownloads } from "./review-downloads.tsx";
import { headlineOf } from "./review-headline.ts";

/** Rows of reviews are wider than others. */
const rowsPerPage = 100;

/** The screen of a source's review. */
export function ReviewScreen({ source, name }: { readonly source: string; readonly name: string }) {
  return (
    <WithSource source={source}>{(info) => <Review key={name} source={source} info={info} name={name} />}</WithSource>
  );
}

interface ReviewProps {
  readonly source: string;
  readonly info: SourceInfo;
  readonly name: string;
}

function Review({ source, info, name }: ReviewProps) {
  const { query, route } = useLocation();
  const { since = "" } = query;
  const isChanges = name === "changes";
  const mustChoose = isChanges && since === "" && !hasEarlierSync(info);
  const choose = (next: string): void => route(reviewAddress(source, name, next === "" ? {} : { since: next }), true);
  const picker = (compared: string | null) =>
    isChanges && (
      <ComparePicker
        source={source}
        info={info}
        since={since}
        mustChoose={mustChoose}
        compared={compared}
        onChange={choose}
      />
    );
  if (!mustChoose) return <Asked source={source} info={info} name={name} since={since} picker={picker} />;
  return (
    <SubjectFrame source={source} info={info} title={titleOf(name)} list={listOf(source)}>
      <RunFacts info={info} />
      {picker(null)}
      <Empty icon="history" title="Choose what to compare with">
        This file holds one sync. Any kept run and any opened file can stand for the time before.
      </Empty>
    </SubjectFrame>
  );
}

interface AskedProps extends ReviewProps {
  readonly since: string;
  /** Gets the name of what the answer was compared with. */
  readonly picker: (compared: string | null) => ComponentChildren;
}

function Asked({ source, info, name, since, picker }: AskedProps) {
  const address = sourceApi(source, `reviews/${name}`, { since });
  const shown = usePagedRows<TableRow, ReviewPage>(address, rowsPerPage);
  const { page, failure } = shown.rows;
  return (
    <SubjectFrame
      source={source}
      info={info}
      title={page?.title ?? titleOf(name)}
      list={listOf(source)}
      actions={
        page && (
          <>
            {since !== "" && <EvidenceButton source={source} since={since} />}
            <PrintButton />
          </>
        )
      }
    >
      <RunFacts info={info} />
      {picker(page?.since?.title ?? null)}
      {failure !== undefined && (
        <FailureBanner
          failure={failureFrom(failure)}
          actions={<Button onClick={() => shown.rows.retry()}>Try again</Button>}
        />
      )}
      {failure === undefined && !page && (
        <Card>
          <Skeleton lines={8} />
        </Card>
      )}
      {page && failure === undefined && (
        <Answer source={source} info={info} name={name} since={since} shown={shown} page={page} />
      )}
    </SubjectFrame>
  );
}

function listOf(source: string): Crumb {
  return { text: "Reviews", href: screenAddress(source, "reviews") };
}

/** What stands as the title until the answer brings it. */
function titleOf(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1).replaceAll("-", " ");
}

interface AnswerProps {
  readonly source: string;
  readonly info: SourceInfo;
  readonly name: string;
  readonly since: string;
  readonly shown: ShownRows<TableRow, ReviewPage>;
  readonly page: ReviewPage;
}

function Answer({ source, info, name, since, shown, page }: AnswerProps) {
  const columns = useMemo(() => reviewColumns(source, info, page), [source, info, page.columns]);
  const { figure, sentence, tone } = headlineOf(page);
  const chart = chartOf(name, page.breakdown);
  return (
    <>
      <section class={`card headline headline-${tone}`} aria-label="In short">
        <p>
          <span class="headline-figure">{figure}</span> <span>{sentence}</span>
        </p>
        {page.asOfMs !== null && (
          <p class="muted small">{`Ages are counted to ${formatDateTimeWithZone(page.asOfMs)}.`}</p>
        )}
        {chart && <BarChart {...chart} />}
      </section>
      {page.notices.length > 0 && (
        <Banner tone="warn" title="Look at">
          <Sentences sentences={page.notices} />
        </Banner>
      )}
      <section class="card card-flush long-card" aria-label="Rows of the review">
        <div class="list-head row-between">
          <p class="muted number">{formatAmount(page.total, "row")}</p>
          <div class="actions">
            <ReviewDownloads source={source} name={name} since={since} />
          </div>
        </div>
        <div class="screen-only">
          <LongTable
            caption={page.title}
            columns={columns}
            shown={shown}
            rowKey={(row) => row.join("\u0000")}
            empty={
              <Empty icon="check-circle" title="Nothing to look at">
                No row belongs into this review.
              </Empty>
            }
          />
        </div>
        <PrintedRows source={source} name={name} since={since} columns={columns} />
      </section>
    </>
  );
}
