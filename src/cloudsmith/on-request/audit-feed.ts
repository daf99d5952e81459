/**
 * What happened between two syncs, from the organization's audit log: who used what, and which members and teams to read
 * anew. The log comes newest first and grows at its beginning, and a reader wants the oldest first and a place to go on
 * from. So it is read from the page where the reader stopped towards the first: rows that come meanwhile move others to
 * later pages, where they are seen twice and never missed.
 */
import { createHash } from "node:crypto";
import type { EventFeed, EventOptions, EventPage, FeedEvent } from "../../sdk/contracts/connector.ts";
import { EventType } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId, Timestamp } from "../../sdk/contracts/model.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import { timestampOf } from "../../sdk/resources/timestamps.ts";
import { type Api, endpoints } from "../client.ts";
import { organizationId, organizationResource, teamId, userId } from "../converters.ts";
import type { Organization } from "../schemas.ts";
import { type AuditRow, auditRows } from "./records.ts";
import { repositoryType, serviceId } from "./types.ts";

/** What a feed reads from. */
export interface AuditFeedOptions {
  readonly client: Api;
  readonly orgSlug: string;
}

/** Where a reader stopped: the time of the last event that it got, and marks of all that it got of that time. */
interface Place {
  readonly at: Timestamp;
  readonly seen: readonly string[];
}

/** Days that the log shows, by plan (Cloudsmith docs: audit logs). */
const windowText = "30 or 60 days, by the organization's plan";

/** The feed over the audit log of one organization. */
export class AuditFeed implements EventFeed {
  readonly id = "cloudsmith-audit-log";
  readonly eventTypes = [EventType.usage, EventType.resourceChange];
  readonly #options: AuditFeedOptions;

  constructor(options: AuditFeedOptions) {
    this.#options = options;
  }

  /**
   * One page of the log, oldest event first.
   * @throws BatonError `CS-EVENTS-CURSOR`, `CS-PLAN-402` where the plan has no audit log, and others of the API.
   */
  async list(options: EventOptions): Promise<EventPage> {
    const { client, orgSlug } = this.#options;
    const from = placeOf(options);
    const organization = await client.record(endpoints.organization, orgSlug, "", { signal: options.signal });
    const pages = new LogPages(this.#options, options);
    const found = await pages.find(from);
    if (options.cursor === "" && from && found.isOldest) warnOfWindow(from, found.rows, options);
    const rows = found.rows.filter((row) => isAfter(row, from)).toSorted(oldestFirst);
    const events: FeedEvent[] = [];
    let taken = 0;
    for (const row of rows) {
      // A row's events are on one page, as the place to go on from is a row.
      const next = eventsOf(row, organization);
      if (taken > 0 && events.length + next.length > options.pageSize) break;
      events.push(...next);
      taken++;
    }
    const isAll = taken === rows.length;
    const cursor = taken === 0 ? options.cursor : cursorOf(rows.slice(0, taken), from, options);
    return { events, cursor, hasMore: !isAll || found.page > 1 };
  }
}

interface LogPage {
  readonly page: number;
  readonly rows: readonly AuditRow[];
  /** True when no page has older events. */
  readonly isOldest: boolean;
}

/** Finds the page of the log on which a reader goes on. */
class LogPages {
  readonly #options: AuditFeedOptions;
  readonly #signal: AbortSignal;

  constructor(options: AuditFeedOptions, { signal }: Pick<EventOptions, "signal">) {
    this.#options = options;
    this.#signal = signal;
  }

  /** The last page that has an event after the place; the very last one without a place. */
  async find(from: Place | undefined): Promise<LogPage> {
    const first = await this.#fetch(1);
    let [low, high] = [1, first.total];
    let found = first.page;
    // Within the bounds every page has newer events than those after it.
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const { page } = await this.#fetch(middle);
      if (page.rows.some((row) => isAfter(row, from))) [low, found] = [middle, page];
      else high = middle - 1;
    }
    return { ...found, isOldest: found.page === first.total };
  }

  async #fetch(page: number): Promise<{ readonly page: LogPage; readonly total: number }> {
    const { client, orgSlug } = this.#options;
    const answer = await client.page(auditRows, orgSlug, { page, signal: this.#signal });
    const total = answer.pageTotal ?? (answer.isLast ? page : await this.#countPages(page));
    return { page: { page, rows: answer.items, isOldest: false }, total: Math.max(page, total) };
  }

  /** Without paging headers: pages are asked for until one is the last. */
  async #countPages(from: number): Promise<number> {
    for (let page = from + 1; ; page++) {
      const { isLast, items } = await this.#options.client.page(auditRows, this.#options.orgSlug, {
        page,
        signal: this.#signal,
      });
      if (isLast) return items.length > 0 ? page : page - 1;
    }
  }
}

function placeOf({ cursor, startAt }: EventOptions): Place | undefined {
  if (cursor === "") return startAt && { at: { ...startAt, nanos: startAt.nanos - 1 }, seen: [] };
  const [at = "", marks = ""] = cursor.split(" ");
  const time = timestampOf(at);
  if (time && marks.length % markLength === 0) return { at: time, seen: marks.match(/.{6}/g) ?? [] };
  throw new BatonError({
    code: "CS-EVENTS-CURSOR",
    status: Status.invalidArgument,
    message: "The place to go on from in the audit log cannot be read: it is none that this connector gave.",
    effect: "No events were read.",
    hint: "Begin without a cursor, and with the time from which events are wanted.",
  });
}

/** A mark stands for the id of an event: a cursor has 4,096 bytes at most, and many events may be of one time. */
const markLength = 6;
const mostMarks = 650;

function markOf(uuid: string): string {
  return createHash("sha256").update(uuid).digest("base64url").slice(0, markLength);
}

/** Time and marks. Of one time no more events are told than marks fit, which is said. */
function cursorOf(taken: readonly AuditRow[], from: Place | undefined, { warn }: EventOptions): string {
  const at = taken.at(-1)?.event_at ?? "";
  const time = timestampOf(at);
  const isSame = (other: Timestamp | undefined) => time && other && compareTimes(time, other) === 0;
  const before = from && isSame(from.at) ? from.seen : [];
  const marks = taken.filter((row) => isSame(timestampOf(row.event_at))).map(({ uuid }) => markOf(uuid));
  const seen = [...before, ...marks];
  if (seen.length <= mostMarks) return `${at} ${seen.join("")}`;
  warn({
    code: "CS-EVENTS-CROWDED",
    message: `the audit log has more than ${mostMarks} events of ${at}: those beyond are not told`,
  });
  return time ? `${new Date(time.seconds * 1000 + 1000).toISOString()} ` : at;
}

function isAfter({ event_at, uuid }: AuditRow, from: Place | undefined): boolean {
  const at = timestampOf(event_at);
  if (!at || uuid === "") return false;
  if (!from) return true;
  const order = compareTimes(at, from.at);
  return order > 0 || (order === 0 && !from.seen.includes(markOf(uuid)));
}

function compareTimes(a: Timestamp, b: Timestamp): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

function oldestFirst(a: AuditRow, b: AuditRow): number {
  const [atA, atB] = [timestampOf(a.event_at), timestampOf(b.event_at)];
  return (atA && atB ? compareTimes(atA, atB) : 0) || (a.uuid < b.uuid ? -1 : 1);
}

function warnOfWindow(from: Place, rows: readonly AuditRow[], { warn }: EventOptions): void {
  const oldest = rows.toSorted(oldestFirst)[0]?.event_at;
  if (oldest === undefined || compareTimes(timestampOf(oldest) ?? from.at, from.at) <= 0) return;
  warn({
    code: "CS-EVENTS-WINDOW",
    message: `the audit log begins at ${oldest}: Cloudsmith shows ${windowText}, and events before that are not told`,
  });
}

/** Events whose object is a member or a team that a reader should read anew. */
const changing = /^org\.(member|team)\./;

function eventsOf(row: AuditRow, organization: Organization): readonly FeedEvent[] {
  const occurredAt = timestampOf(row.event_at);
  if (!occurredAt) return [];
  const parent = organizationId(organization);
  const actor = actorOf(row);
  const used: FeedEvent[] = actor
    ? [{ id: `${row.uuid}/usage`, occurredAt, type: EventType.usage, actor, target: targetOf(row, organization) }]
    : [];
  if (!changing.test(row.event)) return used;
  const changed = changedBy(row).map((resource): FeedEvent => {
    const id = `${row.uuid}/${resource.resourceType}`;
    return { id, occurredAt, type: EventType.resourceChange, resource, parent };
  });
  return [...used, ...changed];
}

/** Undefined where the system acted, or somebody whom the log does not name. */
function actorOf({ actor, actor_kind, actor_slug_perm }: AuditRow): Resource | undefined {
  const kind = actor_kind?.toLowerCase() ?? "";
  const name = { displayName: actor ?? "", annotations: [] };
  if (kind.startsWith("service")) return actor === undefined ? undefined : { id: serviceId(actor), ...name };
  const isUser = kind === "user" && actor_slug_perm !== undefined && actor_slug_perm !== "";
  return isUser ? { id: userId(actor_slug_perm), ...name } : undefined;
}

function targetOf({ object, object_kind, object_slug_perm }: AuditRow, organization: Organization): Resource {
  if (object_kind?.toLowerCase() !== "repository" || !object_slug_perm) return organizationResource(organization);
  return {
    id: { resourceType: repositoryType.id, resource: object_slug_perm },
    parentResourceId: organizationId(organization),
    displayName: object ?? object_slug_perm,
    annotations: [],
  };
}

/** Both the object and the target of a line may be the member or the team (Cloudsmith API: which is not documented). */
function changedBy(row: AuditRow): readonly ResourceId[] {
  const found = new Map<string, ResourceId>();
  for (const [kind, id] of [
    [row.object_kind, row.object_slug_perm],
    [row.target_kind, row.target_slug_perm],
  ]) {
    if (!id) continue;
    const lower = kind?.toLowerCase();
    if (lower === "user") found.set("user", userId(id));
    if (lower === "team") found.set("team", teamId(id));
  }
  return [...found.values()];
}
