/**
 * Asks the event feeds of a connector what a request asks for, and answers in messages: one way for gRPC, for tasks of
 * C1 and for the command line. What a feed gives is held against what its contract promises.
 */
import { create } from "@bufbuild/protobuf";
import {
  type Connector,
  type EventFeed,
  type EventPage,
  EventType,
  type FeedEvent,
  type SyncWarning,
} from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import {
  type Event,
  EventSchema,
  type ListEventFeedsResponse,
  ListEventFeedsResponseSchema,
  type ListEventsRequest,
  type ListEventsResponse,
  ListEventsResponseSchema,
} from "./gen/c1/connector/v2/event_feed_pb.ts";
import {
  toAny,
  toEntitlementMessage,
  toResourceIdMessage,
  toResourceMessage,
  toTimestampMessage,
} from "./to-message.ts";

/** Bounds of the wire contract: bytes of a cursor and of a feed's id, events of a page. */
const longest = { cursor: 4_096, id: 1_024 } as const;
const mostEvents = 1_000;
/** Events of a page when nothing is asked. */
const usualEvents = 100;

/** What a request asks for. The message of gRPC and the task of C1 both have it. */
export type EventQuestion = Pick<ListEventsRequest, "cursor" | "startAt" | "pageSize" | "eventFeedId">;

/** Whom to tell, and when to stop. */
export interface AskingOptions {
  readonly signal: AbortSignal;
  warn(warning: SyncWarning): void;
}

/**
 * The feeds that there are.
 * @throws BatonError `BATON-FEED-FAULT` for ids that are empty, too long or not of one feed alone.
 */
export function feedsResponse({ eventFeeds = [] }: Pick<Connector, "eventFeeds">): ListEventFeedsResponse {
  const ids = eventFeeds.map(({ id }) => id);
  for (const id of ids) {
    if (id === "" || bytesOf(id) > longest.id) throw fault(id, `an id has 1 to ${longest.id} bytes`);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw fault(twice, "another feed has the same id");
  return create(ListEventFeedsResponseSchema, {
    list: eventFeeds.map(({ id, eventTypes }) => ({ id, supportedEventTypes: [...new Set(eventTypes)] })),
  });
}

/**
 * One page of the feed that is asked for; without an id it is the only feed.
 * @throws BatonError `BATON-FEED-UNKNOWN` for a feed that there is not, `BATON-FEED-REQUEST` for a cursor or a size that no
 * request may have, `BATON-FEED-FAULT` when the feed breaks a promise, and what the feed throws.
 */
export async function eventsResponse(
  connector: Pick<Connector, "eventFeeds">,
  { cursor, startAt, pageSize, eventFeedId }: EventQuestion,
  { signal, warn }: AskingOptions,
): Promise<ListEventsResponse> {
  const feed = findFeed(connector, eventFeedId);
  if (bytesOf(cursor) > longest.cursor) throw badRequest(`the cursor is longer than ${longest.cursor} bytes`);
  if (pageSize > mostEvents)
    throw badRequest(`${pageSize} events a page are asked for, and ${mostEvents} are the most`);
  const page = await ask(feed, {
    cursor,
    startAt: startAt && { seconds: Number(startAt.seconds), nanos: startAt.nanos },
    pageSize: pageSize || usualEvents,
    signal,
    warn,
  });
  const broken = brokenPromise(feed, page, cursor);
  if (broken !== undefined) throw fault(feed.id, broken);
  const { events, hasMore } = page;
  return create(ListEventsResponseSchema, { events: events.map(toEventMessage), cursor: page.cursor, hasMore });
}

async function ask(feed: EventFeed, options: Parameters<EventFeed["list"]>[0]): Promise<EventPage> {
  try {
    return await feed.list(options);
  } catch (caught) {
    if (caught instanceof BatonError || options.signal.aborted) throw caught;
    throw fault(feed.id, caught instanceof Error ? caught.message : "it threw what is no error", caught);
  }
}

function findFeed({ eventFeeds = [] }: Pick<Connector, "eventFeeds">, id: string): EventFeed {
  const [only, ...others] = eventFeeds;
  const found = id === "" && others.length === 0 ? only : eventFeeds.find((feed) => feed.id === id);
  if (found) return found;
  const known = eventFeeds.map((feed) => feed.id);
  throw new BatonError({
    code: "BATON-FEED-UNKNOWN",
    status: Status.notFound,
    message: `the event feed was not found: ${known.length === 0 ? "this connector has none" : `there is none with the id '${id}'`}`,
    effect: "No event was read.",
    hint: known.length === 0 ? "Read changes with a sync." : `Feeds of this connector: ${known.join(", ")}.`,
  });
}

/** What a page must keep, or a reader would lose events, read them for ever, or not know what they are. */
function brokenPromise(
  { eventTypes }: EventFeed,
  { events, cursor, hasMore }: EventPage,
  asked: string,
): string | undefined {
  if (bytesOf(cursor) > longest.cursor) return `its cursor is longer than ${longest.cursor} bytes`;
  if (hasMore && (cursor === "" || cursor === asked))
    return "it says that there is more, and its cursor leads nowhere new";
  if (events.some(({ id }) => id === "")) return "an event has no id";
  const undeclared = events.find(({ type }) => !eventTypes.includes(type));
  return undeclared && `event '${undeclared.id}' is of a kind that the feed does not declare`;
}

function toEventMessage(event: FeedEvent): Event {
  const { id, occurredAt, annotations = [] } = event;
  return create(EventSchema, {
    id,
    occurredAt: toTimestampMessage(occurredAt),
    annotations: annotations.map(toAny),
    event: toEventCase(event),
  });
}

function toEventCase(event: FeedEvent) {
  switch (event.type) {
    case EventType.usage:
      return {
        case: "usageEvent",
        value: { targetResource: toResourceMessage(event.target), actorResource: toResourceMessage(event.actor) },
      } as const;
    case EventType.resourceChange: {
      const resourceId = toResourceIdMessage(event.resource);
      const parentResourceId = event.parent && toResourceIdMessage(event.parent);
      return {
        case: "resourceChangeEvent",
        value: { resourceId, ...(parentResourceId && { parentResourceId }) },
      } as const;
    }
    case EventType.createGrant:
      return { case: "createGrantEvent", value: toChange(event) } as const;
    case EventType.createRevoke:
      return { case: "createRevokeEvent", value: toChange(event) } as const;
  }
}

function toChange({ entitlement, principal }: Extract<FeedEvent, { entitlement: unknown }>) {
  return { entitlement: toEntitlementMessage(entitlement), principal: toResourceMessage(principal) };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function badRequest(problem: string): BatonError {
  return new BatonError({
    code: "BATON-FEED-REQUEST",
    status: Status.invalidArgument,
    message: `This request for events cannot be answered: ${problem}.`,
    effect: "No event was read.",
    hint: "Use the cursor that the last answer gave, and ask for fewer events a page.",
  });
}

function fault(id: string, problem: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "BATON-FEED-FAULT",
    status: Status.internal,
    message: `The event feed '${id}' does not work as a feed must: ${problem}.`,
    effect: "This page of events was not passed on; the cursor stays where it was.",
    hint: "This is a fault of the connector: report it to those who maintain it.",
    cause,
  });
}
