import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { exampleEvents, exampleFeed } from "../../../test/support/example-feed.ts";
import { sendToken } from "../../../test/support/remote-connector.ts";
import { scriptedConnector } from "../../../test/support/scripted-connector.ts";
import { type EventFeed, EventType } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { Capability, ConnectorService } from "../proto/gen/c1/connector/v2/connector_pb.ts";
import { EventService } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import { fromRpcError } from "../rpc/rpc-error.ts";
import { startConnectorServer } from "./server.ts";

const token = "token-of-the-tests";

/** Serves a connector with these feeds, and asks it with a plain generated client. */
async function asking(
  eventFeeds: readonly EventFeed[],
  use: (events: Client<typeof EventService>, metadata: Client<typeof ConnectorService>) => Promise<void>,
): Promise<void> {
  const connector = { ...scriptedConnector({ types: [] }), eventFeeds };
  const access = { token };
  await using server = await startConnectorServer({
    connector,
    host: "127.0.0.1",
    port: 0,
    access,
    logger: silentLogger,
  });
  const sessionManager = new Http2SessionManager(server.baseUrl);
  const transport = createGrpcTransport({ baseUrl: server.baseUrl, sessionManager, interceptors: [sendToken(token)] });
  try {
    await use(createClient(EventService, transport), createClient(ConnectorService, transport));
  } finally {
    sessionManager.abort();
  }
}

/** The error of a call, as our own clients read it. */
async function refusal(call: Promise<unknown>): Promise<BatonError> {
  const error = await call.then(
    () => assert.fail("it was answered"),
    (caught: unknown) => caught,
  );
  return fromRpcError(error, "TEST-RPC", "list events");
}

test("a feed is named with its kinds, and its events come page by page, each once", async () => {
  await asking([exampleFeed()], async (client, metadata) => {
    const { list } = await client.listEventFeeds({});
    assert.deepEqual(
      list.map(({ id, supportedEventTypes }) => [id, supportedEventTypes]),
      [["audit", [1, 4, 5, 6]]],
    );
    const capabilities = (await metadata.getMetadata({})).metadata?.capabilities?.connectorCapabilities;
    assert.ok(capabilities?.includes(Capability.EVENT_FEED_V2));
    const seen: (string | undefined)[] = [];
    let cursor = "";
    for (let hasMore = true; hasMore; ) {
      const page = await client.listEvents({ eventFeedId: "audit", cursor, pageSize: 1 });
      assert.equal(page.events.length, 1);
      seen.push(...page.events.map(({ id, event }) => `${id} ${event.case}`));
      ({ cursor, hasMore } = page);
    }
    assert.deepEqual(seen, ["e1 usageEvent", "e2 resourceChangeEvent", "e3 createGrantEvent", "e4 createRevokeEvent"]);
  });
});

test("each kind of event carries what it is about", async () => {
  await asking([exampleFeed()], async (client) => {
    const { events } = await client.listEvents({ eventFeedId: "audit" });
    const [usage, change, grant, revoke] = events.map(({ event }) => event);
    assert.ok(usage?.case === "usageEvent" && change?.case === "resourceChangeEvent");
    assert.equal(usage.value.targetResource?.displayName, "chess");
    assert.equal(usage.value.actorResource?.id?.resource, "ada");
    assert.equal(change.value.resourceId?.resource, "ada");
    assert.equal(change.value.parentResourceId?.resource, "chess");
    for (const event of [grant, revoke]) {
      assert.ok(event?.case === "createGrantEvent" || event?.case === "createRevokeEvent");
      assert.equal(event.value.entitlement?.id, "club:chess:member");
      assert.equal(event.value.principal?.id?.resource, "ada");
    }
    assert.deepEqual(
      events.map(({ occurredAt }) => Number(occurredAt?.seconds)),
      [1, 2, 3, 4],
    );
  });
});

test("a cursor is good later: it gives what has happened since, and nothing twice", async () => {
  const events = [...exampleEvents.slice(0, 2)];
  await asking([exampleFeed(events)], async (client) => {
    const first = await client.listEvents({ eventFeedId: "audit" });
    assert.deepEqual([first.events.length, first.hasMore], [2, false]);
    assert.equal((await client.listEvents({ eventFeedId: "audit", cursor: first.cursor })).events.length, 0);
    events.push(...exampleEvents.slice(2));
    const later = await client.listEvents({ eventFeedId: "audit", cursor: first.cursor });
    assert.deepEqual(
      later.events.map(({ id }) => id),
      ["e3", "e4"],
    );
  });
});

test("events before the start that is asked for are not given", async () => {
  await asking([exampleFeed()], async (client) => {
    const { events } = await client.listEvents({ eventFeedId: "audit", startAt: { seconds: 3n, nanos: 0 } });
    assert.deepEqual(
      events.map(({ id }) => id),
      ["e3", "e4"],
    );
  });
});

test("without an id the only feed is asked; with several, one must be named", async () => {
  await asking([exampleFeed()], async (client) => assert.equal((await client.listEvents({})).events.length, 4));
  await asking([exampleFeed(), exampleFeed([], { id: "logins" })], async (client) => {
    assert.equal((await refusal(client.listEvents({}))).code, "BATON-FEED-UNKNOWN");
    const { status, code, message, hint } = await refusal(client.listEvents({ eventFeedId: "login" }));
    assert.deepEqual([status, code], [Status.notFound, "BATON-FEED-UNKNOWN"]);
    assert.match(message, /'login'/);
    assert.match(hint ?? "", /audit, logins/);
    assert.equal((await client.listEvents({ eventFeedId: "logins" })).events.length, 0);
  });
});

test("a request that no reader may make is refused before the feed is asked", async () => {
  const list = (): never => assert.fail("the feed was asked");
  await asking([exampleFeed([], { list })], async (client) => {
    for (const request of [{ pageSize: 1001 }, { cursor: "x".repeat(4097) }]) {
      const { status, code } = await refusal(client.listEvents(request));
      assert.deepEqual([status, code], [Status.invalidArgument, "BATON-FEED-REQUEST"]);
    }
  });
});

const usageOnly = [EventType.usage];
const faults: readonly (readonly [what: string, Partial<EventFeed>])[] = [
  [
    "says that there is more, and its cursor leads nowhere new",
    { list: async ({ cursor }) => ({ events: [], cursor, hasMore: true }) },
  ],
  ["its cursor is longer", { list: async () => ({ events: [], cursor: "x".repeat(4097), hasMore: false }) }],
  ["'e2' is of a kind that the feed does not declare", { eventTypes: usageOnly }],
  [
    "an event has no id",
    {
      list: async () => ({ events: exampleEvents.map((event) => ({ ...event, id: "" })), cursor: "", hasMore: false }),
    },
  ],
  ["no property of nothing", { list: async () => Promise.reject(new TypeError("no property of nothing")) }],
];

for (const [what, changes] of faults) {
  test(`a feed that breaks its promise is named, and nothing of its page is passed on: ${what}`, async () => {
    await asking([exampleFeed(exampleEvents, changes)], async (client) => {
      const { status, code, message, effect, hint } = await refusal(client.listEvents({ eventFeedId: "audit" }));
      assert.deepEqual([status, code], [Status.internal, "BATON-FEED-FAULT"]);
      assert.match(message, /'audit'/);
      assert.ok(effect && hint);
      assert.ok(message.includes(what), message);
    });
  });
}

test("two feeds of one id are named when the feeds are listed", async () => {
  await asking([exampleFeed(), exampleFeed()], async (client) => {
    assert.match((await refusal(client.listEventFeeds({}))).message, /'audit'.*another feed has the same id/s);
  });
});

test("an error of the feed's own comes through with its code", async () => {
  const gone = new BatonError({
    code: "EX-PLAN",
    status: Status.failedPrecondition,
    message: "the plan has no log",
    effect: "No event was read.",
    hint: "Take another plan.",
  });
  await asking([exampleFeed([], { list: async () => Promise.reject(gone) })], async (client) => {
    const { status, code, hint } = await refusal(client.listEvents({}));
    assert.deepEqual([status, code, hint], [Status.failedPrecondition, "EX-PLAN", "Take another plan."]);
  });
});
