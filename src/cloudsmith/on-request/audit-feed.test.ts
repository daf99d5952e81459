/** The audit log as a feed, from a sandbox over HTTP. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../sandbox/server.ts";
import { systemClock } from "../../sdk/clock.ts";
import { type EventPage, EventType, type FeedEvent, type SyncWarning } from "../../sdk/contracts/connector.ts";
import { BatonError } from "../../sdk/errors.ts";
import { silentLogger } from "../../sdk/log.ts";
import { CloudsmithClient } from "../client.ts";
import { AuditFeed } from "./audit-feed.ts";

interface Asked {
  readonly feed: AuditFeed;
  readonly warnings: SyncWarning[];
  page(cursor: string, more?: { pageSize?: number; startSeconds?: number }): Promise<EventPage>;
  /** All pages from a cursor on. */
  all(cursor?: string, pageSize?: number): Promise<{ events: readonly FeedEvent[]; cursor: string }>;
}

function askedOf(sandbox: Sandbox, pageSize = 50): Asked {
  const { baseUrl, keys } = sandbox;
  const shared = { version: "0", clock: systemClock, logger: silentLogger, pageSize };
  const client = new CloudsmithClient({ baseUrl, apiKey: keys.owner, ...shared });
  const feed = new AuditFeed({ client, orgSlug: sandbox.organization.slug });
  const warnings: SyncWarning[] = [];
  const page: Asked["page"] = (cursor, { pageSize: most = 100, startSeconds } = {}) =>
    feed.list({
      cursor,
      pageSize: most,
      startAt: startSeconds === undefined ? undefined : { seconds: startSeconds, nanos: 0 },
      signal: new AbortController().signal,
      warn: (warning) => warnings.push(warning),
    });
  const all: Asked["all"] = async (cursor = "", most = 100) => {
    const events: FeedEvent[] = [];
    for (let hasMore = true; hasMore; ) {
      const answer = await page(cursor, { pageSize: most });
      events.push(...answer.events);
      ({ cursor, hasMore } = answer);
    }
    return { events, cursor };
  };
  return { feed, warnings, page, all };
}

const rowIds = (events: readonly FeedEvent[]): string[] => [...new Set(events.map(({ id }) => id.split("/")[0] ?? ""))];

/** Rows of which something can be told, oldest first. */
function tellable({ organization }: Sandbox): string[] {
  return organization.onRequest.auditEvents
    .filter(({ actor }) => actor)
    .map(({ uuid }) => uuid)
    .reverse();
}

const shapes: readonly (readonly [string, SandboxOptions])[] = [
  ["with paging headers", {}],
  ["without paging headers", { paginationHeaders: false }],
];
for (const [name, options] of shapes) {
  test(`all that the log has is told once, oldest first, ${name}`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 20, auditEvents: 330 }, ...options });
    const { all } = askedOf(sandbox);
    const { events } = await all("", 37);
    assert.deepEqual(rowIds(events), tellable(sandbox));
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  });
}

test("a reader that comes back gets what happened since, also of the moment in which it stopped", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, auditEvents: 120 } });
  const { all, page } = askedOf(sandbox);
  const { auditEvents } = sandbox.organization.onRequest;
  const { cursor } = await all();
  assert.deepEqual((await page(cursor)).events, []);
  const [newest] = auditEvents;
  assert.ok(newest);
  const at = (uuid: string, eventAt: string) => ({
    ...newest,
    uuid,
    eventAt,
    actor: sandbox.organization.members[0] ?? null,
  });
  auditEvents.unshift(at("same-moment", newest.eventAt), at("between", newest.eventAt));
  auditEvents.unshift(at("later", "2026-09-01T00:00:00Z"));
  const more = await all(cursor);
  assert.deepEqual(rowIds(more.events).toSorted(), ["between", "later", "same-moment"]);
  assert.deepEqual((await all(more.cursor)).events, []);
});

test("rows that come while the log is read make none of the others missing", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, auditEvents: 200 } });
  const before = tellable(sandbox);
  const { auditEvents } = sandbox.organization.onRequest;
  const [newest] = auditEvents;
  assert.ok(newest);
  let came = 0;
  sandbox.onRequest(({ path }) => {
    if (path.startsWith("/audit-log/"))
      auditEvents.unshift({ ...newest, uuid: `new-${came++}`, eventAt: "2026-09-02T00:00:00Z" });
    return undefined;
  });
  const { page } = askedOf(sandbox, 20);
  const told: string[] = [];
  for (let cursor = "", hasMore = true; hasMore && told.length < 400; ) {
    const answer = await page(cursor, { pageSize: 15 });
    told.push(...rowIds(answer.events));
    ({ cursor, hasMore } = answer);
  }
  assert.deepEqual(
    told.filter((uuid) => !uuid.startsWith("new-")),
    before,
  );
});

test("more events of one moment than a place can name are told once, and come to an end", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, auditEvents: 10 } });
  const { auditEvents } = sandbox.organization.onRequest;
  const [newest] = auditEvents;
  const [actor = null] = sandbox.organization.members;
  assert.ok(newest);
  const eventAt = "2026-09-03T00:00:00Z";
  for (let n = 0; n < 150; n++) auditEvents.unshift({ ...newest, actor, eventAt, uuid: `bulk-${(n * 37) % 150}` });
  const { events } = await askedOf(sandbox).all("", 20);
  assert.deepEqual(rowIds(events).toSorted(), tellable(sandbox).toSorted());
});

test("usage names who and what; a change of a team or a member names it with its organization", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, auditEvents: 150 } });
  const { events } = await askedOf(sandbox).all();
  const { members, teams, services, slugPerm } = sandbox.organization;
  const people = new Set([...members.map(({ userId }) => userId), ...services.map(({ slug }) => slug)]);
  const usages = events.filter((event) => event.type === EventType.usage);
  assert.ok(usages.length > 50 && usages.every(({ actor }) => people.has(actor.id.resource)));
  const changes = events.filter((event) => event.type === EventType.resourceChange);
  const known = new Set([
    ...members.map(({ userId }) => `user:${userId}`),
    ...teams.map((team) => `team:${team.slugPerm}`),
  ]);
  assert.ok(changes.length > 5);
  for (const { resource, parent } of changes) {
    assert.ok(known.has(`${resource.resourceType}:${resource.resource}`));
    assert.deepEqual(parent, { resourceType: "organization", resource: slugPerm });
  }
});

test("a start before the log begins is said; one within it is kept to", async () => {
  await using sandbox = await startSandbox({ organization: { members: 9, auditEvents: 60 } });
  const { page, warnings } = askedOf(sandbox);
  await page("", { startSeconds: Date.UTC(2020, 0, 1) / 1000 });
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["CS-EVENTS-WINDOW"],
  );
  const startSeconds = Date.UTC(2026, 7, 20) / 1000;
  const { events } = await page("", { startSeconds, pageSize: 1000 });
  assert.ok(events.length > 0 && events.every(({ occurredAt }) => occurredAt.seconds >= startSeconds));
  assert.equal(warnings.length, 1);
});

for (const cursor of ["x", "never abcdef", "2026-08-30T00:00:00Z abc"]) {
  test(`the cursor ${cursor} is refused`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 5 } });
    await assert.rejects(
      askedOf(sandbox).page(cursor),
      (error) => error instanceof BatonError && error.code === "CS-EVENTS-CURSOR",
    );
  });
}

for (const [status, code] of [
  [402, "CS-PLAN-402"],
  [403, "CS-AUTH-403"],
] as const) {
  test(`${status} is an error, not an empty log`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 5 } });
    sandbox.addFault({ kind: "status", status, match: { path: "/audit-log" }, times: Number.POSITIVE_INFINITY });
    await assert.rejects(askedOf(sandbox).page(""), (error) => error instanceof BatonError && error.code === code);
  });
}
