/** A progress bar that also says its value in words. */
import { classNames } from "./class-names.ts";

/** `fraction` from 0 to 1; null while nothing can be said. */
export function ProgressBar({ label, fraction }: { label: string; fraction: number | null }) {
  const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      class={classNames("progress", percent === null && "progress-unknown")}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
    >
      <div class="progress-bar" style={percent === null ? {} : { "--fraction": `${percent}%` }} />
    </div>
  );
}
