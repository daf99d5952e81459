/** An event feed over a list that a test may add to. */
import { type EventFeed, EventType, type FeedEvent } from "../../src/sdk/contracts/connector.ts";
import { entitlementOf, groupOf, userOf } from "./scripted-connector.ts";

const chess = groupOf({ resourceType: "club", resource: "chess" });
const ada = userOf("ada");
const at = (seconds: number) => ({ seconds, nanos: 0 });

/** One event of each kind, a second apart. */
export const exampleEvents: readonly FeedEvent[] = [
  { type: EventType.usage, id: "e1", occurredAt: at(1), target: chess, actor: ada },
  { type: EventType.resourceChange, id: "e2", occurredAt: at(2), resource: ada.id, parent: chess.id },
  {
    type: EventType.createGrant,
    id: "e3",
    occurredAt: at(3),
    entitlement: entitlementOf(chess, "member"),
    principal: ada,
  },
  {
    type: EventType.createRevoke,
    id: "e4",
    occurredAt: at(4),
    entitlement: entitlementOf(chess, "member"),
    principal: ada,
  },
];

/** Cursors are places in the list, so that a reader goes on where it was, however long ago. */
export function exampleFeed(events: readonly FeedEvent[] = exampleEvents, changes: Partial<EventFeed> = {}): EventFeed {
  return {
    id: "audit",
    eventTypes: [EventType.usage, EventType.resourceChange, EventType.createGrant, EventType.createRevoke],
    async list({ cursor, startAt, pageSize }) {
      const from = cursor === "" ? 0 : Number(cursor);
      const wanted = events.slice(from).filter(({ occurredAt }) => occurredAt.seconds >= (startAt?.seconds ?? 0));
      const page = wanted.slice(0, pageSize);
      const last = page.at(-1);
      const place = last ? events.indexOf(last) + 1 : events.length;
      return { events: page, cursor: String(place), hasMore: wanted.length > page.length };
    },
    ...changes,
  };
}
