/**
 * Who was seen when, out of the events of a feed as `--event-feed` of any Baton connector prints them: one event a line,
 * as JSON (wire: c1.connector.v2.Event). Only usage counts: what is done to somebody does not show that they are there.
 */
import { type Check, Mismatch, objectOf, text, unlessUnknown } from "../../sdk/api/json-check.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import { parseTimestamp } from "../../sdk/resources/timestamps.ts";

/** Most that is read; some 200,000 events. */
export const maxEventBytes = 64 * 1024 * 1024;

/** What events tell. Moments are seconds since the Unix epoch. */
export interface Activity {
  /** Of the first and of the last event, whatever it tells. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** When somebody last did something; undefined for who is not in the events. */
  lastSeen(id: ResourceId): number | undefined;
}

const resourceOf = objectOf({ id: unlessUnknown(objectOf({ resourceType: text, resource: text })) });
const moment: Check<number> = (value) => {
  const seconds = parseTimestamp(text(value))?.seconds;
  if (seconds === undefined) throw new Mismatch("a time", value);
  return seconds;
};
const eventOf = objectOf({
  occurredAt: moment,
  usageEvent: unlessUnknown(objectOf({ actorResource: unlessUnknown(resourceOf) })),
});

/** Reads events, a line each. @throws BatonError `REPORT-EVENTS` for a line that is none, and where there is no event. */
export function readActivity(bytes: Uint8Array): Activity {
  if (bytes.length > maxEventBytes) throw badEvents(`there is more than ${maxEventBytes / 1024 / 1024} MiB of them`);
  const seen = new Map<string, number>();
  let [fromSeconds, toSeconds] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [index, line] of new TextDecoder().decode(bytes).split("\n").entries()) {
    if (line.trim() === "") continue;
    const { occurredAt, usageEvent } = parseEvent(line, index + 1);
    fromSeconds = Math.min(fromSeconds, occurredAt);
    toSeconds = Math.max(toSeconds, occurredAt);
    const id = usageEvent?.actorResource?.id;
    if (id) seen.set(keyOf(id), Math.max(seen.get(keyOf(id)) ?? occurredAt, occurredAt));
  }
  if (!Number.isFinite(fromSeconds)) throw badEvents("there is no event, so that nobody is known to have been away");
  return { fromSeconds, toSeconds, lastSeen: (id) => seen.get(keyOf(id)) };
}

function parseEvent(line: string, number: number): ReturnType<typeof eventOf> {
  try {
    return eventOf(JSON.parse(line));
  } catch {
    throw badEvents(`line ${number} is no event`);
  }
}

function keyOf({ resourceType, resource }: ResourceId): string {
  return `${resourceType}:${resource}`;
}

/** The refusal of events. @param problem why, as the end of a sentence. */
export function badEvents(problem: string): BatonError {
  return new BatonError({
    code: "REPORT-EVENTS",
    status: Status.invalidArgument,
    message: `The events cannot be read: ${problem}.`,
    effect: "Nothing was answered.",
    hint: "Give what --event-feed printed, one event a line; from a later --event-feed-start-at where it is too much.",
  });
}
