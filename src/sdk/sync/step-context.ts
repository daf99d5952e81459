/** What every step of a sync works with, and what all steps do: call the connector, again when it fails in passing, and turn a page. */
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { Clock } from "../clock.ts";
import type { GetOptions, ListOptions, Page, ResourceSyncer, SyncWarning } from "../contracts/connector.ts";
import type { Resource, ResourceTarget, ResourceType } from "../contracts/model.ts";
import { BatonError, isRetryable, Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Identities } from "./identities.ts";
import type { ExternalGrants, IngestFilter } from "./ingest-filter.ts";
import { type Flaw, flawOfPage } from "./page-flaws.ts";
import type { Progress } from "./progress.ts";
import type { Action, SyncState } from "./sync-state.ts";
import type { CompletenessLedger, Warnings } from "./warnings.ts";

/** Attempts after the first before a connector's passing error stands; about ten minutes with waits of n seconds. */
const maxRetries = 34;

/** Many times as many as a list has that is read again from its beginning, with a million rows and small pages. */
const mostIdlePages = 100_000;

/** What was asked for of one list so far, in this process. */
interface Walk {
  /** A token that comes back would go round for ever. */
  readonly tokens: Set<string>;
  /** How many pages in a row brought nothing. */
  idlePages: number;
}

/** What the steps share. */
export interface StepContext {
  readonly store: C1zWriter;
  readonly state: SyncState;
  /** By resource type id. */
  readonly syncers: ReadonlyMap<string, ResourceSyncer>;
  /** Resource types that are read. */
  readonly types: readonly ResourceType[];
  /** Resources that a targeted sync reads, and nothing else; undefined: everything. */
  readonly targets: readonly ResourceTarget[] | undefined;
  /** The reader of the file expands grants itself. */
  readonly skipExpansion: boolean;
  readonly filter: IngestFilter;
  readonly identities: Identities;
  /** Undefined without another connector's data. */
  readonly external: ExternalGrants | undefined;
  readonly progress: Progress;
  readonly warnings: Warnings;
  readonly completeness: CompletenessLedger;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Children already scheduled in this process: type and parent. */
  readonly scheduledChildren: Set<string>;
  /** By action id. */
  readonly walks: Map<string, Walk>;
  /** Resources that a planner found and that are to be asked yet, by key; after a resume they are in the store alone. */
  readonly planned: Map<string, Resource>;
  /** How many resources a planner found, by operation and resource type; empty after a resume, when it is unknown. */
  readonly totals: Map<string, number>;
}

/** The syncer of a resource type. Throws when a stored plan names a type that this connector does not have. */
export function syncerOf(context: StepContext, resourceTypeId: string): ResourceSyncer {
  const syncer = context.syncers.get(resourceTypeId);
  if (syncer) return syncer;
  throw new BatonError({
    code: "BATON-TYPE-UNKNOWN",
    status: Status.failedPrecondition,
    message: `The sync names resource type '${resourceTypeId}', which this connector does not have.`,
    effect: "The sync stays unfinished.",
    hint: "Write to a new file with --file.",
    fatal: true,
  });
}

/**
 * Calls the connector for the page that `action` is at, again if it fails for a passing reason.
 * @throws BatonError `BATON-CONNECTOR-FAULT` for a page or a row that is not of its form.
 */
export async function callConnector<T>(
  context: StepContext,
  action: Action,
  flawOfRow: (row: T) => Flaw,
  call: (options: ListOptions) => Promise<Page<T>>,
): Promise<Page<T>> {
  const page = await callRetrying(context, (options) => call({ ...options, pageToken: action.pageToken }));
  const flaw = flawOfPage(page, flawOfRow);
  if (flaw !== undefined) throw flawed(action, "page", flaw);
  return page;
}

/** The error for what the connector gave in a form that cannot be stored. */
export function flawed(action: Action, what: "page" | "resource", flaw: NonNullable<Flaw>): BatonError {
  const message = `The connector gave a ${what} that cannot be stored, in ${placeOf(action)}: ${flaw}.`;
  return connectorFault("BATON-CONNECTOR-FAULT", message);
}

/** What was done of what, such as `list-grants of team 'qa'`. */
export function placeOf({ operation, resourceTypeId, resourceId }: Action): string {
  return `${operation} of ${resourceTypeId}${resourceId === "" ? "" : ` '${resourceId}'`}`;
}

/** Calls the connector for something that has no pages, again if it fails for a passing reason. */
export async function callRetrying<T>(context: StepContext, call: (options: GetOptions) => Promise<T>): Promise<T> {
  const { clock, logger, signal, store, warnings, completeness } = context;
  return await retrying({ clock, logger, signal, maxRetries }, () =>
    call({
      session: store.session,
      signal,
      warn: (warning) => warnings.add(warning),
      report: (fact) => completeness.add(fact),
    }),
  );
}

/**
 * Moves `action` on to the next page, or takes it off after the last. Returns true when it is through.
 * @param rows how many the page brought that were not there before.
 * @throws BatonError `BATON-PAGE-TOKEN` when a token comes back, or page after page brings nothing: the list would never end.
 */
export function turnPage(
  context: Pick<StepContext, "state" | "walks">,
  action: Action,
  nextPageToken: string,
  rows: number,
): boolean {
  if (nextPageToken === "") {
    context.walks.delete(action.id);
    context.state.finish(action.id);
    return true;
  }
  const walk = context.walks.get(action.id) ?? { tokens: new Set([action.pageToken]), idlePages: 0 };
  if (walk.tokens.has(nextPageToken)) throw endless(action, "a page token a second time");
  walk.tokens.add(nextPageToken);
  walk.idlePages = rows === 0 ? walk.idlePages + 1 : 0;
  if (walk.idlePages === mostIdlePages) throw endless(action, `${mostIdlePages} pages in a row without a new row`);
  context.walks.set(action.id, walk);
  context.state.setPageToken(action.id, nextPageToken);
  return false;
}

/** The error for what no connector may do: nothing is tried again, and nothing is skipped. */
export function connectorFault(code: string, message: string, effect = "The sync stays unfinished."): BatonError {
  const hint = "This is a fault of the connector: please report it.";
  return new BatonError({ code, status: Status.internal, message, effect, hint, fatal: true });
}

function endless(action: Action, what: string): BatonError {
  return connectorFault(
    "BATON-PAGE-TOKEN",
    `The connector returned ${what} in ${placeOf(action)}.`,
    "The list would never end; the sync stays unfinished.",
  );
}

/** Records a warning where there is one. @throws BatonError `BATON-INCOMPLETE` for one that ends the sync. */
export function warnIf({ warnings }: StepContext, warning: SyncWarning | undefined): void {
  if (warning) warnings.add(warning);
}

/** Repeats a connector call that failed for a passing reason (Go SDK: Unavailable and DeadlineExceeded, n times 1 s, at most 60 s). */
const stepMs = 1_000;
const maxWaitMs = 60_000;

/** What {@link retrying} needs. */
interface RetryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Attempts after the first before the error stands. */
  readonly maxRetries: number;
}

/** Runs `call` until it succeeds, fails for good, or `maxRetries` is used up. Attempts are counted per call. */
export async function retrying<T>(options: RetryOptions, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    try {
      return await call();
    } catch (caught) {
      options.signal.throwIfAborted();
      const error = toBatonError(caught);
      if (!isRetryable(error) || attempt > options.maxRetries) throw caught;
      const waitMs = retryWaitMs(error, attempt, options.clock.nowMs());
      options.logger.warn("retrying operation", { error: error.message, code: error.code, wait: waitMs / 1000 });
      await options.clock.sleep(waitMs, options.signal);
    }
  }
}

/** How long to wait before attempt `attempt` + 1: until the server's own time if it gave one, else linear; at most 60 s. */
function retryWaitMs(error: BatonError, attempt: number, nowMs: number): number {
  const waitMs = error.retryAtMs !== undefined && error.retryAtMs > nowMs ? error.retryAtMs - nowMs : attempt * stepMs;
  return Math.min(waitMs, maxWaitMs);
}
