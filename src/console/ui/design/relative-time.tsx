/** A time by its distance from now, which stays true while one looks at it. */
import { useEffect, useState } from "preact/hooks";
import { formatDateTime, formatRelative } from "./format.ts";

const everyMs = 30_000;

/** `5 min ago`; the exact time is in the title and in the machine-readable form. */
export function RelativeTime({ ms, title = formatDateTime(ms) }: { ms: number; title?: string }) {
  useNow(everyMs);
  return (
    <time class="nowrap" dateTime={new Date(ms).toISOString()} title={title}>
      {formatRelative(ms, Date.now())}
    </time>
  );
}

/** The time now, every so many milliseconds again. */
export function useNow(intervalMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}
