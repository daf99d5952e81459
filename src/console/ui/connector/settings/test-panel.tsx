/** The test below the form: its lines, its failure, and the words that let a partial roster pass. */
import { useEffect, useState } from "preact/hooks";
import type { TestState } from "../../../contract/connectors.ts";
import type { FailureState } from "../../../contract/failures.ts";
import { Banner, FailureBanner } from "../../design/banner.tsx";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { TextField } from "../../design/field.tsx";
import { Form } from "../../design/form.tsx";
import { announce } from "../../design/toast.tsx";
import { TestLines } from "./test-lines.tsx";
import { type Verdict, verdictOf } from "./use-test.ts";

/** What has to be typed to go on in spite of warnings. */
export const acceptWords = "continue with warnings";

/** The verdict in words. */
export const spokenVerdict: Readonly<Record<Verdict, string>> = {
  pass: "Test passed",
  partial: "Test passed with warnings",
  fail: "Test failed",
};

/** Failures of the way to a host, or of the host: the settings may be right, and the host answer later. */
const savesAnyway: ReadonlySet<FailureState> = new Set(["network-down", "server-error", "rate-limited"]);

/** The panel. */
export function TestPanel(props: {
  test: TestState;
  isAccepted: boolean;
  onAccept: (isAccepted: boolean) => void;
  onSave: () => void;
  onUseSlug: (slug: string) => void;
}) {
  const { test } = props;
  const verdict = verdictOf(test);
  const [typed, setTyped] = useState("");
  useEffect(() => {
    if (verdict) announce(spokenVerdict[verdict]);
  }, [verdict]);
  useEffect(() => setTyped(""), [test.testId]);
  return (
    <Card title={verdict ? spokenVerdict[verdict] : "Testing"}>
      <TestLines test={test} />
      {test.failure && (
        <FailureBanner
          failure={test.failure}
          takesFocus={test.isDone}
          actions={
            verdict === "fail" && savesAnyway.has(test.failure.state) ? (
              <Button isSmall={true} onClick={props.onSave} text="Save anyway" />
            ) : test.failure.organizations?.length ? (
              test.failure.organizations.map(({ slug }) => (
                <Button key={slug} isSmall={true} onClick={() => props.onUseSlug(slug)} text={`Use ${slug}`} />
              ))
            ) : undefined
          }
        />
      )}
      {verdict === "partial" && (
        <Banner tone="warn" icon="half-circle" title="Not everything can be seen with this key">
          <p>
            A short list of people looks like people who left. Use a key of an Owner or Manager, or go on knowingly.
          </p>
          <Form
            action={{ run: props.onSave, isBusy: false, failure: null }}
            submit="Save with warnings"
            isDisabled={!props.isAccepted}
          >
            <TextField
              label={`Type “${acceptWords}” to save all the same`}
              value={typed}
              onInput={(text) => {
                setTyped(text);
                props.onAccept(text.trim().toLowerCase() === acceptWords);
              }}
            />
          </Form>
        </Banner>
      )}
    </Card>
  );
}
