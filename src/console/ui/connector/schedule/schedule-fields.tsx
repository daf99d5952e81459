/** The fields of a schedule: by hand, every so often, or cron with a time zone. Shows the next three runs. */
import type { Schedule } from "../../../contract/connectors.ts";
import { useData } from "../../api/use-data.ts";
import { useDebounced } from "../../browser/use-debounced.ts";
import { Segments, SelectField, TextField } from "../../design/field.tsx";
import { formatDateTime } from "../../design/format.ts";
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

/** The fields as they stand. */
export interface ScheduleDraft {
  readonly kind: Kind;
  readonly minutes: string;
  readonly expression: string;
  readonly timeZone: string;
}

/** What the fields begin with. */
export function scheduleDraftOf(schedule: Schedule): ScheduleDraft {
  return {
    kind: schedule.kind,
    minutes: schedule.kind === "interval" ? String(schedule.everyMinutes) : "1440",
    expression: schedule.kind === "cron" ? schedule.expression : "0 6 * * *",
    timeZone: schedule.kind === "cron" ? schedule.timeZone : (zones[0]?.value ?? "UTC"),
  };
}

/** The fields. */
export function ScheduleFields(props: { draft: ScheduleDraft; onChange: (draft: ScheduleDraft) => void }) {
  const { draft, onChange } = props;
  const { kind, minutes, expression, timeZone } = draft;
  const schedule = scheduleOf(draft);
  const minutesError =
    kind === "interval" && !schedule ? `At least ${shortestMinutes} minutes, as a whole number.` : null;
  return (
    <>
      <Segments
        legend="Kind of schedule"
        value={kind}
        options={kinds}
        onChange={(value) => onChange({ ...draft, kind: value })}
      />
      {kind === "manual" && <p class="muted">It syncs only when somebody presses Sync now.</p>}
      {kind === "interval" && (
        <TextField
          label="Minutes between two syncs"
          hint={`At least ${shortestMinutes}. A day has 1440.`}
          keys="numeric"
          value={minutes}
          error={minutesError}
          onInput={(value) => onChange({ ...draft, minutes: value })}
        />
      )}
      {kind === "cron" && (
        <>
          <TextField
            label="Cron expression"
            hint="Minute, hour, day of month, month, day of week. 0 6 * * 1 is Mondays at 6:00."
            isMono={true}
            value={expression}
            onInput={(value) => onChange({ ...draft, expression: value })}
          />
          <SelectField
            label="Time zone"
            value={timeZone}
            options={zones}
            onChange={(value) => onChange({ ...draft, timeZone: value })}
          />
        </>
      )}
      {schedule && schedule.kind !== "manual" && <Preview schedule={schedule} />}
    </>
  );
}

function Preview({ schedule }: { schedule: Exclude<Schedule, { kind: "manual" }> }) {
  const path = useDebounced(previewPath(schedule), previewDelayMs);
  const { data, failure } = useData<{ readonly nextRunsMs: readonly number[] }>(path);
  return (
    <div class="preview" role="status">
      <h3>Next three runs</h3>
      {failure && <p class="field-error">{failure.title}</p>}
      {data ? <NextRuns runsMs={data.nextRunsMs} /> : !failure && <p class="muted">…</p>}
    </div>
  );
}

/** The schedule that the fields say; null where they say none. */
export function scheduleOf(form: ScheduleDraft): Schedule | null {
  if (form.kind === "manual") return { kind: "manual" };
  if (form.kind === "cron") return { kind: "cron", expression: form.expression.trim(), timeZone: form.timeZone };
  const everyMinutes = /^\d+$/.test(form.minutes.trim()) ? Number(form.minutes) : 0;
  return everyMinutes >= shortestMinutes ? { kind: "interval", everyMinutes } : null;
}

/** The next moments of a schedule, or why there are none. */
export function NextRuns({ runsMs, isPaused = false }: { runsMs: readonly number[]; isPaused?: boolean }) {
  if (isPaused) return <span>None while paused</span>;
  if (runsMs.length === 0) return <span>None</span>;
  return (
    <ol class="moments">
      {runsMs.map((ms) => (
        <li key={ms}>
          <time dateTime={new Date(ms).toISOString()} title={formatDateTime(ms)}>
            {formatDateTime(ms)}
          </time>
        </li>
      ))}
    </ol>
  );
}
