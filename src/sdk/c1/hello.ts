/** The introduction to C1: what program this is, where it runs, what it can do. */
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import { type BatonError, Status } from "../errors.ts";
import { toMetadataMessage } from "../proto/to-message.ts";
import { type C1Client, callError } from "./channel.ts";
import { eventErrorOf, type ServiceObserver } from "./events.ts";
import { buildInfo, osInfo } from "./host-identity.ts";
import { helloWaitMs } from "./outage.ts";
import { untilAborted } from "./task-slots.ts";

/** After these another attempt cannot help (Baton SDK: startup Hello). */
const finalStatuses: ReadonlySet<Status> = new Set([
  Status.unauthenticated,
  Status.permissionDenied,
  Status.invalidArgument,
  Status.unimplemented,
  Status.failedPrecondition,
  Status.notFound,
]);

/** Who introduces itself. */
export interface Introduction {
  readonly client: C1Client;
  readonly hostId: string;
  /** Package name and version of the program. */
  readonly product: { readonly name: string; readonly version: string };
  readonly connector: Connector;
}

/**
 * Says hello once; `taskId` is "" at the start.
 * @throws BatonError with C1's status.
 */
export async function sayHello(introduction: Introduction, taskId: string, signal: AbortSignal): Promise<void> {
  const { client, hostId, product, connector } = introduction;
  const call = client.hello(
    {
      hostId,
      taskId,
      buildInfo: buildInfo(product.name, product.version),
      osInfo: osInfo(),
      connectorMetadata: toMetadataMessage(connector),
    },
    { signal },
  );
  try {
    await untilAborted(call, signal);
  } catch (caught) {
    signal.throwIfAborted();
    throw callError(caught, "hello");
  }
}

/**
 * Says hello until C1 has heard it.
 * @throws BatonError when C1 refuses for good, or the signal's reason.
 */
export async function sayHelloUntilHeard(
  introduction: Introduction,
  options: { readonly clock: Clock; readonly observe: ServiceObserver; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, observe, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      await sayHello(introduction, "", signal);
      observe({ kind: "hello", attempts: attempt });
      return;
    } catch (caught) {
      signal.throwIfAborted();
      const error: BatonError = callError(caught, "hello");
      if (finalStatuses.has(error.status)) throw error;
      const waitMs = helloWaitMs(attempt);
      const wait = { kind: "waiting", for: "hello", call: "hello", failures: attempt, waitMs } as const;
      observe({ ...wait, error: eventErrorOf(error) });
      await clock.sleep(waitMs, signal);
    }
  }
}
