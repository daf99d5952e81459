/** When the connector syncs by itself. */
import { useState } from "preact/hooks";
import type { ConnectorDetail, ScheduleProblem } from "../../../contract/connectors.ts";
import { postJson } from "../../api/api.ts";
import { useAction } from "../../api/use-action.ts";
import type { Data } from "../../api/use-data.ts";
import { Banner } from "../../design/banner.tsx";
import { Button, LinkButton } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { FactList } from "../../design/facts.tsx";
import { FormDialog } from "../../design/form.tsx";
import { showToast } from "../../design/toast.tsx";
import { connectorApi, connectorPath } from "../connector-paths.ts";
import { NextRuns, ScheduleFields, scheduleDraftOf, scheduleOf } from "./schedule-fields.tsx";
import { scheduleText } from "./schedule-text.ts";

const problemTexts: Readonly<Record<ScheduleProblem, string>> = {
  "not-set-up": "An API key or the slug of the organization is missing.",
  "key-gone": "Its API key is not there any more. Nothing syncs by itself until it is entered again.",
  "key-sealed": "Its API key cannot be opened: the console was started without the key that sealed it.",
};

interface ScheduleProps {
  readonly connector: ConnectorDetail;
  readonly data: Data<ConnectorDetail>;
}

/** The card; a service has no schedule of its own, because C1 says when. */
export function ScheduleCard({ connector, data }: ScheduleProps) {
  const [isEditing, setEditing] = useState(false);
  const { schedule, scheduleProblem, nextRunsMs, isPaused, mode } = connector;
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
        <Button isSmall={true} kind="quiet" label="Edit schedule" onClick={() => setEditing(true)} text="Edit" />
      }
    >
      <FactList
        facts={[
          ["Syncs", scheduleText(schedule)],
          ...(schedule.kind === "manual" || scheduleProblem
            ? []
            : [["Next", <NextRuns key="next" isPaused={isPaused} runsMs={nextRunsMs} />] as const]),
        ]}
      />
      {scheduleProblem && (
        <Banner
          tone="bad"
          title="The schedule cannot run"
          actions={
            <LinkButton isSmall={true} href={`${connectorPath(connector.id, "settings")}?edit=key`} text="Edit key" />
          }
        >
          <p>{problemTexts[scheduleProblem]}</p>
        </Banner>
      )}
      {isEditing && <ScheduleDialog connector={connector} data={data} onClose={() => setEditing(false)} />}
    </Card>
  );
}

function ScheduleDialog({ connector, data, onClose }: ScheduleProps & { onClose: () => void }) {
  const [draft, setDraft] = useState(() => scheduleDraftOf(connector.schedule));
  const schedule = scheduleOf(draft);
  const save = useAction(async () => {
    if (!schedule) return;
    data.replace(await postJson<ConnectorDetail>(connectorApi(connector.id, "/schedule"), schedule));
    showToast("Schedule saved");
    onClose();
  });
  return (
    <FormDialog title="Schedule" onClose={onClose} action={save} submit="Save" isDisabled={!schedule}>
      <ScheduleFields draft={draft} onChange={setDraft} />
    </FormDialog>
  );
}
