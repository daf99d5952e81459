/** The next moments of a schedule. */
import { formatDateTime } from "../../design/format.ts";

/** They, or why there are none. */
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
