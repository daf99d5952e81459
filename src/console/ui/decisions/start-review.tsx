/** Starts a review of what is shown: a report, a filter, or a list of people. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { DecidedReview, QuestionInput, StartReviewInput } from "../../contract/reviews.ts";
import { postJson } from "../api/api.ts";
import { useRole } from "../api/session.ts";
import { useAction } from "../api/use-action.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { TextField } from "../design/field.tsx";
import type { TableQuery } from "../rows/table-query.ts";
import { decisionPath } from "./decision-paths.ts";

/** The same for the rows of a report that a table shows; its teams are no question that can be asked again. */
export function StartShown(props: {
  readonly source: string;
  readonly report: string;
  readonly query: TableQuery;
  readonly title: string;
  readonly isSmall?: boolean;
}) {
  const { report, query, ...rest } = props;
  if (query.team !== "") return null;
  const where = Object.entries(query.where).map(([column, value]) => ({ column, value }));
  return <StartReview {...rest} question={{ report, where, search: query.q }} />;
}

/** The button, for who may start one. @param title what the review is called unless somebody types something else. */
export function StartReview(props: {
  readonly source: string;
  readonly question: QuestionInput;
  readonly title: string;
  readonly isSmall?: boolean;
}) {
  const [isAsking, setAsking] = useState(false);
  if (useRole() !== "admin") return null;
  return (
    <>
      <Button
        kind={props.isSmall ? "plain" : "primary"}
        isSmall={props.isSmall ?? false}
        icon="check-circle"
        onClick={() => setAsking(true)}
      >
        Start a review
      </Button>
      {isAsking && <StartDialog {...props} onClose={() => setAsking(false)} />}
    </>
  );
}

function StartDialog(props: { source: string; question: QuestionInput; title: string; onClose: () => void }) {
  const { source, question, onClose } = props;
  const { route } = useLocation();
  const [title, setTitle] = useState(props.title);
  const start = useAction(async () => {
    const input: StartReviewInput = { source, question, title };
    const { id } = await postJson<DecidedReview>("/api/reviews", input);
    route(decisionPath(id));
  });
  return (
    <Dialog title="Start a review" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void start.run();
        }}
      >
        <p>The rows are kept as they are in this sync. They can be decided today or later, by everybody with a link.</p>
        <TextField label="Name of the review" value={title} onInput={setTitle} />
        {start.failure && <FailureBanner failure={start.failure} isUrgent={true} takesFocus={true} />}
        <div class="actions">
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" isBusy={start.isBusy}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
