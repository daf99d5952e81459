/** The introduction to C1: what program this is, where it runs, what it can do, and the id by which C1 knows it. */

import { readFileSync } from "node:fs";
import { hostname, machine, platform, release } from "node:os";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import { type BatonError, Status } from "../errors.ts";
import { toMetadataMessage } from "../proto/to-message.ts";
import { type C1Client, callError, untilAborted } from "./channel.ts";
import { eventErrorOf, type ServiceObserver } from "./events.ts";
import { helloWaitMs } from "./outage.ts";

/** After these another attempt cannot help (Baton SDK: startup Hello). */
const finalStatuses: ReadonlySet<Status> = new Set([
  Status.unauthenticated,
  Status.permissionDenied,
  Status.invalidArgument,
  Status.unimplemented,
  Status.failedPrecondition,
  Status.notFound,
]);

/** An answer that takes longer is as good as none, milliseconds. */
const answerWithinMs = 30_000;

/** Who introduces itself. */
export interface Introduction {
  readonly client: C1Client;
  readonly hostId: string;
  /** Package name and version of the program. */
  readonly product: { readonly name: string; readonly version: string };
  readonly connector: Connector;
  /** Longest wait for an answer, milliseconds; default 30,000. */
  readonly answerWithinMs?: number | undefined;
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
    { signal, timeoutMs: introduction.answerWithinMs ?? answerWithinMs },
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
      if (finalStatuses.has(error.status)) throw withAdvice(error);
      const waitMs = helloWaitMs(attempt);
      const wait = { kind: "waiting", for: "hello", call: "hello", failures: attempt, waitMs } as const;
      observe({ ...wait, error: eventErrorOf(error) });
      await clock.sleep(waitMs, signal);
    }
  }
}

/** What C1 itself says of a refusal is a few words. */
function withAdvice(error: BatonError): BatonError {
  if (error.hint !== undefined) return error;
  return error.with({
    effect: "The service ended; nothing was read.",
    hint: "Check that client id and secret are those of a connector that ConductorOne still has, and BATON_C1_API_HOST if it is set.",
  });
}

/** Longest host id and OS fact that C1 takes, in characters (connectorapi: baton.proto). */
const longestText = 256;

/** BATON_HOST_ID, else the machine's name; several instances of one client id need different ones. */
export function hostId(env: Readonly<Record<string, string | undefined>>): string {
  const { BATON_HOST_ID } = env;
  return (BATON_HOST_ID || hostname() || "baton-sdk").slice(0, longestText);
}

/** C1 registers a connector only if none of these is empty (Baton SDK: Hello). */
export function osInfo(): Readonly<Record<OsFact, string>> {
  const os = platform();
  const kernelVersion = release() || "unknown";
  const { id, family, version } = distribution(readOsRelease());
  const facts = {
    hostname: hostname() || "unknown",
    os,
    platform: id || os,
    platformVersion: version || kernelVersion,
    platformFamily: family || id || os,
    kernelVersion,
    kernelArch: machine() || "unknown",
    virtualizationSystem: "none",
  };
  for (const [name, text] of Object.entries(facts)) Object.assign(facts, { [name]: text.slice(0, longestText) });
  return facts;
}

/** A distribution of Linux by its own words (freedesktop: os-release); the family is the one that it is made from. */
export function distribution(osRelease: string): Readonly<Record<"id" | "family" | "version", string>> {
  const fieldOf = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, "m").exec(osRelease)?.[1]?.trim() ?? "";
  const [family = ""] = fieldOf("ID_LIKE").split(/\s+/);
  return { id: fieldOf("ID"), family, version: fieldOf("VERSION_ID") };
}

/** "" where there is none, as outside of Linux. */
function readOsRelease(): string {
  try {
    return platform() === "linux" ? readFileSync("/etc/os-release", "utf8") : "";
  } catch {
    return "";
  }
}

type OsFact =
  | "hostname"
  | "os"
  | "platform"
  | "platformVersion"
  | "platformFamily"
  | "kernelVersion"
  | "kernelArch"
  | "virtualizationSystem";

/** Language, package and version; `name` as in package.json. */
function buildInfo(name: string, version: string): Readonly<Record<BuildFact, string>> {
  return { langVersion: `node${process.versions.node}`, package: name, packageVersion: version };
}

type BuildFact = "langVersion" | "package" | "packageVersion";
