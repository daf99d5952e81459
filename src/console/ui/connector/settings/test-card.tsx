/** A test of what is kept, at any time: of the settings, or of the link to C1. */
import type { ComponentChildren } from "preact";
import type { Failure } from "../../../contract/failures.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { TestLines } from "./test-lines.tsx";
import type { RunningTest } from "./use-test.ts";

/** A card with the button and the lines. */
export function TestCard(props: {
  running: RunningTest;
  title: string;
  /** Text of the button. */
  button: string;
  /** Says what the test does, before there is one. */
  children: string;
  /** How a failure of what was tested is shown. */
  failed: (failure: Failure) => ComponentChildren;
}) {
  const { test, start } = props.running;
  return (
    <Card
      title={props.title}
      actions={
        <Button
          isBusy={start.isBusy || (test !== null && !test.isDone)}
          onClick={() => void start.run({})}
          text={props.button}
        />
      }
    >
      {!test && !start.failure && <p class="muted">{props.children}</p>}
      {start.failure && <FailureBanner failure={start.failure} isUrgent={true} />}
      {test && <TestLines test={test} />}
      {test?.failure && props.failed(test.failure)}
    </Card>
  );
}
