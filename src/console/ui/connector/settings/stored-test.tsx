/** A test of the settings as they are kept: the same six lines as before saving, at any time. */
import { useEffect } from "preact/hooks";
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import { announce } from "../../design/toast.tsx";
import { ConnectorFailure } from "../failure-actions.tsx";
import { TestCard } from "./test-card.tsx";
import { spokenVerdict } from "./test-panel.tsx";
import { useTest, verdictOf } from "./use-test.ts";

/** A card with the button and the lines; `startsAtOnce` for who came here to test. */
export function StoredTest({ connector, startsAtOnce }: { connector: ConnectorDetail; startsAtOnce: boolean }) {
  const running = useTest(connector.id);
  const verdict = verdictOf(running.test);
  useEffect(() => {
    if (startsAtOnce) void running.start.run({});
  }, [startsAtOnce]);
  useEffect(() => {
    if (verdict) announce(spokenVerdict[verdict]);
  }, [verdict]);
  return (
    <TestCard
      running={running}
      title={verdict ? spokenVerdict[verdict] : "Test"}
      button="Test"
      failed={(failure) => <ConnectorFailure connector={{ ...connector, consecutiveFailures: 0 }} failure={failure} />}
    >
      Six checks, from the host to the roster, with the settings as they are. The test only reads.
    </TestCard>
  );
}
