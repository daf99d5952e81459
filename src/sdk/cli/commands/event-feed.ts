/** `--event-feed` and `events`: the events of a feed, as far as there are any now, for programs and for people. */
import { create, toJson } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { Flag } from "../../config/field.ts";
import { forApp, type StandardConfig } from "../../config/standard-fields.ts";
import type { Connector } from "../../contracts/connector.ts";
import type { Logger } from "../../log.ts";
import { type EventQuestion, eventsResponse } from "../../proto/event-feeds.ts";
import { type Event, EventSchema, type ListEventsResponse } from "../../proto/gen/c1/connector/v2/event_feed_pb.ts";
import type { Resource } from "../../proto/gen/c1/connector/v2/resource_pb.ts";
import { annotationRegistry } from "../../proto/registry.ts";
import { parseTimestamp } from "../../resources/timestamps.ts";
import type { Invocation } from "../app.ts";
import { type CliIo, listenForInterrupt } from "../cli-io.ts";
import { connectorContext, loadConfig, refuseWeakTls } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";
import { openRunOutput } from "../run-output.ts";
import { escapeControls } from "../terminal-text.ts";

/** Where events come from and go to. */
export interface EventPrinting {
  readonly io: CliIo;
  readonly logger: Logger;
  connector(): Promise<Connector>;
}

/** Most that a page may have (wire: page_size). */
const pageSize = 1_000;

/**
 * Prints one event a line, as proto3 JSON, on standard output, and logs the cursor to go on with.
 * @throws BatonError BATON-USAGE, the BATON-FEED codes, and what the feed throws.
 */
export async function printEvents(config: StandardConfig, printing: EventPrinting): Promise<void> {
  const { io, logger } = printing;
  const asked = {
    startAt: startOf(config.string("event-feed-start-at"), "event-feed-start-at"),
    eventFeedId: config.string("event-feed-id"),
    cursor: config.string("event-feed-cursor"),
  };
  await readEvents(asked, printing, ({ events, cursor }) => {
    const lines = events.map((event) => JSON.stringify(toJson(EventSchema, event, { registry: annotationRegistry })));
    if (lines.length > 0) io.stdout.write(`${lines.join("\n")}\n`);
    logger.info("events read", { count: lines.length, cursor });
  });
}

/**
 * `events`: the same for people, a line each: when, who, what was done with what.
 * @throws BatonError as {@link printEvents} does.
 */
export async function runEvents(invocation: Invocation<Flag<"string", "since" | "feed">>): Promise<number> {
  const { app, io, options } = invocation;
  const startAt = startOf(options.string("since"), "since");
  refuseWeakTls(io.env);
  const config = await loadConfig(invocation);
  const output = openRunOutput(invocation, config);
  invocation.useLogger(output.logger);
  try {
    const context = { ...connectorContext(invocation, config, output.logger), isAwaited: true };
    const printing = {
      io,
      logger: output.logger,
      connector: async () => await app.createConnector(forApp(config), context),
    };
    await readEvents({ startAt, eventFeedId: options.string("feed"), cursor: "" }, printing, ({ events }) => {
      for (const event of events) io.stdout.write(`${lineOf(event)}\n`);
    });
  } finally {
    output.close();
  }
  return 0;
}

/** `2026-08-30T07:12:00Z  ada  used  organization acme` */
function lineOf({ event, occurredAt }: Event): string {
  const at = occurredAt ? new Date(Number(occurredAt.seconds) * 1000).toISOString().replace(".000Z", "Z") : "";
  return [at, ...wordsOf(event)].map((word) => escapeControls(word)).join("  ");
}

function wordsOf({ case: kind, value }: Event["event"]): readonly string[] {
  switch (kind) {
    case "usageEvent":
      return [nameOf(value.actorResource), "used", nameOf(value.targetResource)];
    case "resourceChangeEvent":
      return ["", "changed", `${value.resourceId?.resourceType} ${value.resourceId?.resource}`];
    case "createGrantEvent":
      return [nameOf(value.principal), "got", value.entitlement?.id ?? ""];
    case "createRevokeEvent":
      return [nameOf(value.principal), "lost", value.entitlement?.id ?? ""];
    default:
      return ["", kind ?? "unknown", ""];
  }
}

function nameOf(resource: Resource | undefined): string {
  if (!resource) return "";
  const { id, displayName } = resource;
  return `${id?.resourceType} ${displayName || id?.resource}`;
}

function startOf(text: string, flag: string): EventQuestion["startAt"] {
  if (text === "") return undefined;
  const start = parseTimestamp(text);
  if (start) return create(TimestampSchema, { seconds: BigInt(start.seconds), nanos: start.nanos });
  throw usageError(`invalid value ${JSON.stringify(text)} for --${flag}: RFC 3339 is expected`);
}

/** Reads a feed as far as there is something now. */
async function readEvents(
  asked: Omit<EventQuestion, "pageSize">,
  { io, logger, connector: make }: EventPrinting,
  onPage: (page: ListEventsResponse) => void,
): Promise<void> {
  const interrupt = listenForInterrupt(io, {
    effect: "The events printed so far are complete.",
    hint: "Run the command again with the cursor that was logged last, or without one.",
  });
  const options = {
    signal: interrupt.signal,
    warn: ({ code, message }: { code: string; message: string }) => logger.warn("connector warning", { code, message }),
  };
  const connector = await make();
  let { cursor } = asked;
  try {
    for (let hasMore = true; hasMore; ) {
      const page = await eventsResponse(connector, { ...asked, cursor, pageSize }, options);
      onPage(page);
      ({ cursor, hasMore } = page);
    }
  } finally {
    interrupt.release();
    await connector.cleanup?.();
  }
}
