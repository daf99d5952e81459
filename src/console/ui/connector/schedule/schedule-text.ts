/** Schedules in words. Pure. */

import type { Schedule } from "../../../contract/connectors.ts";
import { withQuery } from "../../access/source-address.ts";

/** Shortest interval, in minutes; the server holds it too. */
export const shortestMinutes = 30;

/** `Every 2 hours`, `Cron 0 6 * * * (Europe/Berlin)`, `By hand only`. */
export function scheduleText(schedule: Schedule): string {
  switch (schedule.kind) {
    case "manual":
      return "By hand only";
    case "interval":
      return `Every ${minutesText(schedule.everyMinutes)}`;
    case "cron":
      return `Cron ${schedule.expression} (${schedule.timeZone})`;
  }
}

/** The address that the next three moments are asked at. */
export function previewPath(schedule: Exclude<Schedule, { kind: "manual" }>): string {
  const of = schedule.kind === "interval" ? { everyMinutes: String(schedule.everyMinutes) } : schedule;
  return withQuery("/api/schedule-preview", { ...of, kind: schedule.kind });
}

/** Time zones that the browser knows, the reader's own first. */
export function timeZones(): readonly string[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")])];
}

function minutesText(minutes: number): string {
  if (minutes === 60) return "hour";
  if (minutes === 1440) return "day";
  return minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`;
}
