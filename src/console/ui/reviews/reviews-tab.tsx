/** All reviews of a source, each with its figure. */
import type { Headline } from "../../../reports/screen/shown.ts";
import type { ReviewInfo, ReviewsOverview } from "../../contract/sources.ts";
import { reviewAddress, sourceApi } from "../access/source-address.ts";
import { type InfoProps, RunFacts } from "../access/source-frame.tsx";
import { useData } from "../api/use-data.ts";
import { listPath } from "../decisions/decision-paths.ts";
import { DecidedReviews } from "../decisions/decisions-screen.tsx";
import { toneIcons } from "../design/banner.tsx";
import { LinkButton } from "../design/button.tsx";
import { Icon } from "../design/icon.tsx";
import { Loaded } from "../design/loaded.tsx";

/** The cards, below what is being decided. */
export function Reviews({ info }: InfoProps) {
  const { source } = info;
  const overview = useData<ReviewsOverview>(sourceApi(source, "reviews"));
  return (
    <>
      <div class="row-between">
        <RunFacts info={info} />
        <div class="actions">
          <LinkButton icon="people" href={listPath(source)} text="Find people from a list" />
          <EvidenceButton source={source} />
        </div>
      </div>
      <DecidedReviews source={source} />
      <Loaded of={overview} lines={8} isCard={true}>
        {(data) => (
          <ul class="cards review-cards">
            {data.reviews.map((review) => (
              <li key={review.name} class="card">
                <ReviewCard source={source} review={review} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

/** All reviews in one zip with hashes. */
export function EvidenceButton({ source, since = "" }: { readonly source: string; readonly since?: string }) {
  return (
    <LinkButton icon="download" href={sourceApi(source, "evidence", { since })} download={true} text="Evidence pack" />
  );
}

/** One of them: its figure, or why there is none. */
export function ReviewCard({ source, review }: { readonly source: string; readonly review: ReviewInfo }) {
  const { name, title, summary, headline, problem } = review;
  return (
    <>
      <h2>
        <a class="card-link" href={reviewAddress(source, name)}>
          {title}
        </a>
      </h2>
      {headline && <HeadlineText headline={headline} />}
      {!headline && <p class="muted">{problem ?? "Choose a run or a file to compare with."}</p>}
      <p class="muted small">{summary}</p>
    </>
  );
}

function HeadlineText({ headline: { figure, sentence, tone } }: { readonly headline: Headline }) {
  return (
    <p class={`review-figure review-${tone}`}>
      <Icon name={toneIcons[tone]} size={18} />
      <span>
        <span class="headline-figure">{figure}</span> {sentence}
      </span>
    </p>
  );
}
