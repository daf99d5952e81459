/** The editor of a schedule: by hand, every so often, or cron with a time zone. Shows the next three runs. */
import { useEffect, useState } from "preact/hooks";
import type { ConnectorDetail, Schedule } from "../../contract/connectors.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { type Data, useData } from "../api/use-data.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { Segments, SelectField, TextField } from "../design/field.tsx";
import { showToast } from "../design/toast.tsx";
import { connectorApi } from "./connector-paths.ts";
import { NextRuns } from "./next-runs.tsx";
import { previewPath, shortestMinutes, timeZones } from "./schedule-text.ts";

type Kind = Schedule["kind"];
const kinds: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: "manual", label: "By hand" },
  { value: "interval", label: "Interval" },
  { value: "cron", label: "Cron" },
];
const zones = timeZones().map((zone) => ({ value: zone, label: zone }));
/** Typing is not asked about letter by letter. */
const previewDelayMs = 300;

/** The dialog. */
export function ScheduleDialog(props: {
  connector: ConnectorDetail;
  data: Data<ConnectorDetail>;
  onClose: () => void;
}) {
  const { connector, data, onClose } = props;
  const [kind, setKind] = useState<Kind>(connector.schedule.kind);
  const [minutes, setMinutes] = useState(
    connector.schedule.kind === "interval" ? String(connector.schedule.everyMinutes) : "1440",
  );
  const [expression, setExpression] = useState(
    connector.schedule.kind === "cron" ? connector.schedule.expression : "0 6 * * *",
  );
  const [timeZone, setTimeZone] = useState(
    connector.schedule.kind === "cron" ? connector.schedule.timeZone : (zones[0]?.value ?? "UTC"),
  );
  const schedule = scheduleOf({ kind, minutes, expression, timeZone });
  const save = useAction(async () => {
    if (!schedule) return;
    data.replace(await postJson<ConnectorDetail>(connectorApi(connector.id, "/schedule"), schedule));
    showToast("Schedule saved");
    onClose();
  });
  const minutesError =
    kind === "interval" && !schedule ? `At least ${shortestMinutes} minutes, as a whole number.` : null;
  return (
    <Dialog title="Schedule" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <Segments legend="Kind of schedule" value={kind} options={kinds} onChange={setKind} />
        {kind === "manual" && <p class="muted">It syncs only when somebody presses Sync now.</p>}
        {kind === "interval" && (
          <TextField
            label="Minutes between two syncs"
            hint={`At least ${shortestMinutes}. A day has 1440.`}
            keys="numeric"
            value={minutes}
            error={minutesError}
            onInput={setMinutes}
          />
        )}
        {kind === "cron" && (
          <>
            <TextField
              label="Cron expression"
              hint="Minute, hour, day of month, month, day of week. 0 6 * * 1 is Mondays at 6:00."
              isMono={true}
              value={expression}
              onInput={setExpression}
            />
            <SelectField label="Time zone" value={timeZone} options={zones} onChange={setTimeZone} />
          </>
        )}
        {schedule && schedule.kind !== "manual" && <Preview schedule={schedule} />}
        {save.failure && <FailureBanner failure={save.failure} isUrgent={true} />}
        <div class="actions">
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" isBusy={save.isBusy} isDisabled={!schedule}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Preview({ schedule }: { schedule: Exclude<Schedule, { kind: "manual" }> }) {
  const wanted = previewPath(schedule);
  const [path, setPath] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setPath(wanted), previewDelayMs);
    return () => clearTimeout(timer);
  }, [wanted]);
  const { data, failure } = useData<{ readonly nextRunsMs: readonly number[] }>(path);
  return (
    <div class="preview" role="status">
      <h3>Next three runs</h3>
      {failure && <p class="field-error">{failure.title}</p>}
      {data ? <NextRuns runsMs={data.nextRunsMs} /> : !failure && <p class="muted">…</p>}
    </div>
  );
}

function scheduleOf(form: { kind: Kind; minutes: string; expression: string; timeZone: string }): Schedule | null {
  if (form.kind === "manual") return { kind: "manual" };
  if (form.kind === "cron") return { kind: "cron", expression: form.expression.trim(), timeZone: form.timeZone };
  const everyMinutes = /^\d+$/.test(form.minutes.trim()) ? Number(form.minutes) : 0;
  return everyMinutes >= shortestMinutes ? { kind: "interval", everyMinutes } : null;
}
