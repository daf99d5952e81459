/** One review: its figure, what to look at, a chart, and everybody it is about. */
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import type { ReviewPage, SourceInfo } from "../../contract/sources.ts";
import { connectorIdOf, reviewAddress, screenAddress, sourceApi } from "../access/source-address.ts";
import { RunFacts, Sentences, SubjectFrame, WithSource } from "../access/source-frame.tsx";
import { failureFrom } from "../api/api-error.ts";
import { reportQuestion, titleWith } from "../decisions/shown-question.ts";
import { StartReview } from "../decisions/start-review.tsx";
import { Banner } from "../design/banner.tsx";
import { BarChart } from "../design/bar-chart.tsx";
import { ResultWordChip } from "../design/chip.tsx";
import { capitalized, formatAmount, formatDateTime } from "../design/format.ts";
import { Empty, Loaded } from "../design/loaded.tsx";
import type { Crumb } from "../design/page.tsx";
import { type AskedRows, RowsTable, useRows } from "../rows/rows-table.tsx";
import { wholeTable, withTableQuery } from "../rows/table-query.ts";
import { ComparePicker } from "./compare-picker.tsx";
import { PrintButton, PrintedRows } from "./print-review.tsx";
import { EvidenceButton } from "./reviews-tab.tsx";

/** The screen of a source's review. */
export function ReviewScreen({ source, name }: { readonly source: string; readonly name: string }) {
  return <WithSource source={source}>{(info) => <Review key={name} info={info} name={name} />}</WithSource>;
}

interface ReviewProps {
  readonly info: SourceInfo;
  readonly name: string;
}

function Review({ info, name }: ReviewProps) {
  const { query, route } = useLocation();
  const { since = "" } = query;
  const isChanges = name === "changes";
  const mustChoose = isChanges && since === "" && !info.hasEarlierSync;
  const choose = (next: string): void =>
    route(reviewAddress(info.source, name, next === "" ? {} : { since: next }), true);
  const picker = (compared: string | null) =>
    isChanges && (
      <ComparePicker info={info} since={since} mustChoose={mustChoose} compared={compared} onChange={choose} />
    );
  if (!mustChoose) return <Asked info={info} name={name} since={since} picker={picker} />;
  return (
    <SubjectFrame info={info} title={titleOf(name)} list={listOf(info.source)}>
      <RunFacts info={info} />
      {picker(null)}
      <Empty icon="history" title="Choose what to compare with">
        This file holds one sync. Any kept run and any opened file can stand for the time before.
        {connectorIdOf(info.source) !== undefined && " The next sync is compared with this one by itself."}
      </Empty>
    </SubjectFrame>
  );
}

interface AskedProps extends ReviewProps {
  readonly since: string;
  /** Gets the name of what the answer was compared with. */
  readonly picker: (compared: string | null) => ComponentChildren;
}

function Asked({ info, name, since, picker }: AskedProps) {
  const { source } = info;
  const asked = useRows<ReviewPage>(sourceApi(source, `reviews/${name}`), { since });
  const { page, failure } = asked.shown.rows;
  // Once there are rows, the table says why further ones cannot be had.
  const firstPage = {
    data: page ?? null,
    failure: page || failure === undefined ? null : failureFrom(failure),
    reload: () => asked.shown.rows.retry(),
  };
  return (
    <SubjectFrame
      info={info}
      title={page?.title ?? titleOf(name)}
      list={listOf(source)}
      beside={<ResultWordChip word={info.result} />}
      actions={
        page && (
          <>
            {page.isAboutAccess && (
              <StartReview
                source={source}
                question={reportQuestion(name, asked.query)}
                title={titleWith(page.title, asked.query)}
                since={since}
              />
            )}
            {since !== "" && <EvidenceButton source={source} since={since} />}
            <PrintButton />
          </>
        )
      }
    >
      {picker(page?.since?.title ?? null)}
      {info.notices.length > 0 && <RunFacts info={info} />}
      <Loaded of={firstPage} lines={8} isCard={true}>
        {(answer) => <Answer info={info} since={since} asked={asked} page={answer} />}
      </Loaded>
    </SubjectFrame>
  );
}

function listOf(source: string): Crumb {
  return { text: "Reviews", href: screenAddress(source, "reviews") };
}

/** What stands as the title until the answer brings it. */
function titleOf(name: string): string {
  return capitalized(name).replaceAll("-", " ");
}

interface AnswerProps {
  readonly info: SourceInfo;
  readonly since: string;
  readonly asked: AskedRows<ReviewPage>;
  readonly page: ReviewPage;
}

function Answer({ info, since, asked, page }: AnswerProps) {
  const { api, query } = asked;
  const isAboutPeople = page.columns.some(({ kind }) => kind === "two-factor");
  return (
    <>
      <InShort page={page} />
      <RowsTable
        source={info.source}
        asked={asked}
        caption={page.title}
        nouns={["row", "rows"]}
        hasTeam={isAboutPeople && info.totals.teams > 0}
        empty={
          <Empty icon="check-circle" title="Nothing to look at">
            No row belongs into this review.
          </Empty>
        }
        printed={<PrintedRows api={api} query={query} since={since} columns={page.columns} />}
      />
    </>
  );
}

/** Figure and sentence; the chart and what to look at are behind it, so that the rows are on the first screen. */
export function InShort({ page }: { readonly page: ReviewPage }) {
  const here = useLocation();
  const { headline, chart, notices, asOfMs } = page;
  const addressOf = (where: Readonly<Record<string, string>>): string =>
    withTableQuery(here.path, here.query, { ...wholeTable, where });
  return (
    <section class={`card headline headline-${headline.tone}`} aria-label="In short">
      <p>
        <span class="headline-figure">{headline.figure}</span> <span>{headline.sentence}</span>
      </p>
      {(chart || notices.length > 0) && (
        <details>
          <summary>{detailsTitle(chart !== null, notices.length)}</summary>
          <div class="stack">
            {notices.length > 0 && (
              <Banner tone="warn" title="Look at">
                <Sentences sentences={notices} />
              </Banner>
            )}
            {chart && <BarChart {...chart} addressOf={addressOf} />}
            {asOfMs !== null && <p class="muted small">{`Ages are counted to ${formatDateTime(asOfMs)}.`}</p>}
          </div>
        </details>
      )}
    </section>
  );
}

function detailsTitle(hasChart: boolean, notices: number): string {
  const parts = [...(hasChart ? ["Chart"] : []), ...(notices > 0 ? [formatAmount(notices, "note")] : [])];
  return parts.join(" and ");
}
