/** `--event-feed`: prints the events of a feed, as far as there are any now. */
import { create, toJson } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { ResolvedConfig } from "../../config/resolve.ts";
import type { Connector } from "../../contracts/connector.ts";
import type { Logger } from "../../log.ts";
import { eventsResponse } from "../../proto/event-feeds.ts";
import { EventSchema } from "../../proto/gen/c1/connector/v2/event_feed_pb.ts";
import { annotationRegistry } from "../../proto/registry.ts";
import { parseTimestamp } from "../../resources/timestamps.ts";
import { type CliIo, listenForInterrupt } from "../cli-io.ts";
import { usageError } from "../parse-argv.ts";

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
export async function printEvents(config: ResolvedConfig, { io, logger, connector }: EventPrinting): Promise<void> {
  const startText = config.string("event-feed-start-at");
  const start = startText === "" ? undefined : parseTimestamp(startText);
  if (startText !== "" && !start) {
    throw usageError(`invalid value ${JSON.stringify(startText)} for --event-feed-start-at: RFC 3339 is expected`);
  }
  const startAt = start && create(TimestampSchema, { seconds: BigInt(start.seconds), nanos: start.nanos });
  const interrupt = listenForInterrupt(io, {
    effect: "The events printed so far are complete.",
    hint: "Run the command again with the cursor that was logged last, or without one.",
  });
  const options = {
    signal: interrupt.signal,
    warn: ({ code, message }: { code: string; message: string }) => logger.warn("connector warning", { code, message }),
  };
  const asked = await connector();
  const eventFeedId = config.string("event-feed-id");
  let cursor = config.string("event-feed-cursor");
  try {
    for (let hasMore = true; hasMore; ) {
      const page = await eventsResponse(asked, { cursor, startAt, pageSize, eventFeedId }, options);
      const lines = page.events.map((event) =>
        JSON.stringify(toJson(EventSchema, event, { registry: annotationRegistry })),
      );
      if (lines.length > 0) io.stdout.write(`${lines.join("\n")}\n`);
      ({ cursor, hasMore } = page);
      logger.info("events read", { count: lines.length, cursor });
    }
  } finally {
    interrupt.release();
    await asked.cleanup?.();
  }
}
