/** Numbers, times and sizes as people read them. Pure; the language is English, the time zone the reader's. */

const whole = new Intl.NumberFormat("en");
const dateTime = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const utcDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockZone = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
const clockUtc = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const clockSeconds = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** `Owner` for `owner`. */
export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** `45,000`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 member`, `45,000 members`; the plural is the noun with an s unless given. */
export function formatAmount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `25 Nov 2026, 14:05 GMT+1`: local time, with its zone. */
export function formatDateTime(ms: number): string {
  return dateTime.format(ms);
}

/** The same for a moment that may not be known, which `absent` says then. */
export function formatMoment(ms: number | null | undefined, absent = "Not known"): string {
  return ms === null || ms === undefined ? absent : formatDateTime(ms);
}

/** `25 Nov 2026`, local time. */
export function formatDay(ms: number): string {
  return day.format(ms);
}

/** `25 Nov 2026`, in UTC. */
export function formatUtcDay(ms: number): string {
  return utcDay.format(ms);
}

/** `14:05 GMT+1`: local time, with its zone. */
export function formatClock(ms: number): string {
  return clockZone.format(ms);
}

/** `14:05 (13:05 UTC)`. */
export function formatClockBoth(ms: number): string {
  return `${clock.format(ms)} (${clockUtc.format(ms)} UTC)`;
}

/** `14:05:09.120`, for log lines. */
export function formatClockSeconds(ms: number): string {
  return clockSeconds.format(ms);
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes} min`, seconds % 60, "s");
  return withRest(`${Math.floor(minutes / 60)} h`, minutes % 60, "min");
}

/** `just now`, `5 min ago`, `in 3 h`, `yesterday`-free and short; beyond a week the day itself. */
export function formatRelative(ms: number, nowMs: number): string {
  const distance = Math.abs(nowMs - ms);
  if (distance < 45_000) return ms > nowMs ? "in a moment" : "just now";
  if (distance > 7 * 86_400_000) return formatDay(ms);
  const text = roughly(distance);
  return ms > nowMs ? `in ${text}` : `${text} ago`;
}

/** `512 B`, `1.4 MB`; units of 1,000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ""}`;
}

/** First and last characters of a hash, for places where the whole does not fit. */
export function shortHash(hash: string): string {
  return hash.length > 16 ? `${hash.slice(0, 8)}…${hash.slice(-4)}` : hash;
}

function roughly(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 24 ? `${hours} h` : formatAmount(Math.round(hours / 24), "day");
}

function withRest(text: string, rest: number, unit: string): string {
  return rest > 0 ? `${text} ${rest} ${unit}` : text;
}
