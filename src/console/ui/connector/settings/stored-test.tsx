/** A test of the settings as they are kept: the same six lines as before saving, at any time. */
import { useEffect } from "preact/hooks";
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { announce } from "../../design/toast.tsx";
import { ConnectorFailure } from "../failure-actions.tsx";
import { TestLines } from "./test-lines.tsx";
import { spokenVerdict } from "./test-panel.tsx";
import { useTest, verdictOf } from "./use-test.ts";

/** A card with the button and the lines; `startsAtOnce` for who came here to test. */
export function StoredTest({ connector, startsAtOnce }: { connector: ConnectorDetail; startsAtOnce: boolean }) {
  const { test, start } = useTest(connector.id);
  const verdict = verdictOf(test);
  useEffect(() => {
    if (startsAtOnce) void start.run({});
  }, [startsAtOnce]);
  useEffect(() => {
    if (verdict) announce(spokenVerdict[verdict]);
  }, [verdict]);
  return (
    <Card
      title={verdict ? spokenVerdict[verdict] : "Test"}
      actions={
        <Button isBusy={start.isBusy || (test !== null && !test.isDone)} onClick={() => void start.run({})}>
          Test
        </Button>
      }
    >
      {!test && !start.failure && (
        <p class="muted">
          Six checks, from the host to the roster, with the settings as they are. The test only reads.
        </p>
      )}
      {start.failure && <FailureBanner failure={start.failure} isUrgent={true} />}
      {test && <TestLines test={test} />}
      {test?.failure && (
        <ConnectorFailure connector={{ ...connector, consecutiveFailures: 0 }} failure={test.failure} />
      )}
    </Card>
  );
}
