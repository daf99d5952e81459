/** Starts a review of what is shown: a report, a filter, or a list of people. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { QuestionInput, StartReviewInput } from "../../contract/inputs.ts";
import type { DecidedReview } from "../../contract/reviews.ts";
import { postJson } from "../api/api.ts";
import { useRole } from "../api/session.ts";
import { useAction } from "../api/use-action.ts";
import { Button } from "../design/button.tsx";
import { TextField } from "../design/field.tsx";
import { FormDialog } from "../design/form.tsx";
import { decisionPath } from "./decision-paths.ts";

interface StartProps {
  readonly source: string;
  readonly question: QuestionInput;
  readonly title: string;
  /** What a report of changes is compared with; "" or absent for the sync before. */
  readonly since?: string;
}

/** The button, for who may start one. @param title what the review is called unless somebody types something else. */
export function StartReview(props: StartProps & { readonly isSmall?: boolean }) {
  const [isAsking, setAsking] = useState(false);
  if (useRole() !== "admin") return null;
  return (
    <>
      <Button
        kind={props.isSmall ? "plain" : "primary"}
        isSmall={props.isSmall ?? false}
        icon="check-circle"
        onClick={() => setAsking(true)}
        text="Start a review"
      />
      {isAsking && <StartDialog {...props} onClose={() => setAsking(false)} />}
    </>
  );
}

function StartDialog(props: StartProps & { readonly onClose: () => void }) {
  const { source, question, since = "", onClose } = props;
  const { route } = useLocation();
  const [title, setTitle] = useState(props.title);
  const start = useAction(async () => {
    const input: StartReviewInput = { source, question, title, ...(since !== "" && { since }) };
    const { id } = await postJson<DecidedReview>("/api/reviews", input);
    route(decisionPath(id));
  });
  return (
    <FormDialog title="Start a review" onClose={onClose} action={start} submit="Start">
      <p>The rows are kept as they are in this sync. They can be decided today or later, by everybody with a link.</p>
      <TextField label="Name of the review" value={title} onInput={setTitle} />
    </FormDialog>
  );
}
