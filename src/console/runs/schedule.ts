/** Moments of a schedule. Pure; croner knows calendars and time zones. */
import { Cron } from "croner";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { Schedule } from "../contract/connectors.ts";

/** The shortest time between two runs, as in C1. */
export const leastMinutes = 30;
const mostMinutes = 60 * 24 * 31;
const minuteMs = 60_000;
/** Moments that are looked at to find out whether a cron expression comes too often. */
const probed = 50;

/**
 * The next moments after `fromMs`, milliseconds since the epoch; none for a manual schedule. Whether they come too often
 * is not looked at: `checkSchedule` does that once, as it takes its time.
 * @throws BatonError `CONSOLE-SCHEDULE` when the expression cannot be read.
 */
export function nextMoments(schedule: Schedule, fromMs: number, count: number): readonly number[] {
  if (schedule.kind === "manual") return [];
  if (schedule.kind === "interval") {
    return Array.from({ length: count }, (_, i) => fromMs + (i + 1) * schedule.everyMinutes * minuteMs);
  }
  return cronMoments(schedule, fromMs, count);
}

/** Looks at a schedule before it is kept. @throws BatonError `CONSOLE-SCHEDULE` when it cannot be, or comes too often. */
export function checkSchedule(schedule: Schedule, nowMs: number): void {
  if (schedule.kind === "manual") return;
  if (schedule.kind === "interval") {
    const { everyMinutes } = schedule;
    if (Number.isInteger(everyMinutes) && everyMinutes >= leastMinutes && everyMinutes <= mostMinutes) return;
    throw badSchedule(`An interval is ${leastMinutes} minutes to 31 days, in whole minutes.`);
  }
  const moments = cronMoments(schedule, nowMs, probed);
  if (moments.length === 0) throw badSchedule("The expression never comes.");
  const tooClose = moments.some((moment, i) => i > 0 && moment - (moments[i - 1] ?? 0) < leastMinutes * minuteMs);
  if (tooClose) throw badSchedule(`The expression comes more often than every ${leastMinutes} minutes.`);
}

function cronMoments(
  { expression, timeZone }: Extract<Schedule, { kind: "cron" }>,
  fromMs: number,
  count: number,
): readonly number[] {
  try {
    const cron = new Cron(expression, { timezone: timeZone, paused: true, mode: "5-part" });
    return cron.nextRuns(count, new Date(fromMs)).map((moment) => moment.getTime());
  } catch (caught) {
    throw badSchedule(caught instanceof Error ? caught.message : String(caught), caught);
  }
}

function badSchedule(message: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "CONSOLE-SCHEDULE",
    status: Status.invalidArgument,
    message,
    effect: "The schedule was not changed.",
    hint: "Give minute, hour, day, month and weekday, as in 0 6 * * 1-5, and a time zone such as Europe/Berlin.",
    cause,
  });
}
