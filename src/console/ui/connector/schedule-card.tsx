/** When the connector syncs by itself. */
import { useState } from "preact/hooks";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { Data } from "../api/use-data.ts";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { FactList } from "../design/facts.tsx";
import { NextRuns } from "./next-runs.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import { scheduleText } from "./schedule-text.ts";

/** The card; a service has no schedule of its own, because C1 says when. */
export function ScheduleCard({ connector, data }: { connector: ConnectorDetail; data: Data<ConnectorDetail> }) {
  const [isEditing, setEditing] = useState(false);
  const { schedule, nextRunsMs, isPaused, mode } = connector;
  if (mode === "service") {
    return (
      <Card title="Schedule">
        <p class="muted">C1 says when to sync. Change it in C1, under Integrations, Connectors.</p>
      </Card>
    );
  }
  return (
    <Card
      title="Schedule"
      actions={
        <Button isSmall={true} kind="quiet" label="Edit schedule" onClick={() => setEditing(true)}>
          Edit
        </Button>
      }
    >
      <FactList
        facts={[
          ["Syncs", scheduleText(schedule)],
          ...(schedule.kind === "manual"
            ? []
            : [["Next", <NextRuns key="next" isPaused={isPaused} runsMs={nextRunsMs} />] as const]),
        ]}
      />
      {isEditing && <ScheduleDialog connector={connector} data={data} onClose={() => setEditing(false)} />}
    </Card>
  );
}
