/**
 * What a run makes of standard flags that are no part of a sync: tasks are answered as in the Go connectors,
 * unsupported options are refused, and options without effect are named in the log. Nothing is ignored in silence.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { environmentVariable, parseSwitch } from "../config/field.ts";
import type { ResolvedValue } from "../config/resolve.ts";
import { type StandardConfig, type StandardField, standardFlags } from "../config/standard-fields.ts";
import type { Connector } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";
import { requirePath } from "../object-store/object-address.ts";
import type { CliIo } from "./cli-io.ts";
import { usageError } from "./parse-argv.ts";

/** What they are and do; their defaults do not count here. */
const flags = standardFlags({ stdoutIsTty: false, nowMs: 0 });

/** What an answer needs. */
export interface TaskContext {
  readonly io: CliIo;
  readonly logger: Logger;
  /** Makes the connector, for the one task that asks it. */
  connector(): Promise<Connector>;
}

type TaskAnswer = (config: StandardConfig, context: TaskContext) => void | Promise<void>;

/** Answers to tasks, in the order in which the Go connectors look for them (baton-sdk 0.25.0: dispatch). */
const tasks: readonly (readonly [name: StandardField["name"], answer: TaskAnswer])[] = [
  ["grant-entitlement", needsSyncedFile("the resource type has no provisioner configured")],
  ["revoke-grant", needsSyncedFile("the resource type has no provisioner configured")],
  ["event-feed", eventFeed],
  ["create-account-profile", unimplemented("no account manager is configured")],
  ["create-account-login", unimplemented("no account manager is configured")],
  ["invoke-action", noAction],
  ["list-action-schemas", (_config, { logger }) => logger.info("Action Schemas", { count: 0, schemas: null })],
  ["delete-resource", unimplemented("no Delete is configured for the resource type")],
  ["rotate-credentials", unimplemented("no credential manager is configured")],
  ["create-ticket", unimplemented("no ticket manager is implemented")],
  ["bulk-create-ticket", unimplemented("no ticket manager is implemented")],
  ["list-ticket-schemas", unimplemented("no ticket manager is implemented")],
  ["get-ticket", unimplemented("no ticket manager is implemented")],
];

/**
 * Answers the first task that was asked for.
 * @returns true when a task was asked for and is done; false when a sync is due.
 * @throws BatonError with the exit code of the Go connectors: 5, 9 or 12.
 */
export async function answerTask(config: StandardConfig, context: TaskContext): Promise<boolean> {
  const asked = tasks.find(([name]) => isTaskAsked(config, name));
  if (asked) {
    await asked[1](config, context);
    return true;
  }
  const detail = flags.find(
    ({ field, behaviour }) => behaviour === "task" && isSet(config.get(field.name)) && !isOff(config, field.name),
  );
  if (detail) throw unimplementedError(`--${detail.field.name} belongs to a task that was not asked for`);
  return false;
}

/**
 * Refuses standard flags for what this version does not do.
 * @throws BatonError BATON-UNSUPPORTED.
 */
export function refuseUnsupported(config: StandardConfig): void {
  for (const { field, behaviour, note, status } of flags) {
    if (behaviour !== "refused" || !isSet(config.get(field.name))) continue;
    throw new BatonError({
      code: "BATON-UNSUPPORTED",
      status: status ?? Status.unimplemented,
      message: `--${field.name} ${note}`,
      effect: "Nothing was started.",
      hint: `Remove --${field.name}, ${environmentVariable(field.name)} or the key in the configuration file.`,
    });
  }
}

/** Logs which flags were set but change nothing, in this mode or at all. */
export function warnAboutInertFlags(config: StandardConfig, logger: Logger, serviceMode: boolean): void {
  warnAboutMissingCollector(config, logger);
  for (const { field, behaviour, note } of flags) {
    if (!isSet(config.get(field.name))) continue;
    if (behaviour === "inert") logger.warn(`--${field.name} ${note}`);
    if (behaviour === "service" && !serviceMode) logger.warn(`--${field.name} has an effect in service mode only`);
    if ((behaviour === "task" || behaviour === "once") && serviceMode) {
      logger.warn(`--${field.name} has no effect in service mode`);
    }
  }
}

/** What belongs to a collector means nothing without one. */
function warnAboutMissingCollector(config: StandardConfig, logger: Logger): void {
  if (config.string("otel-collector-endpoint") !== "") return;
  for (const value of config.all()) {
    const { name } = value.field;
    if (name.startsWith("otel-") && isSet(value)) {
      logger.warn(`--${name} has an effect with --otel-collector-endpoint only`);
    }
  }
}

/** Given, and neither empty nor off. */
function isSet({ value, source }: ResolvedValue): boolean {
  return source.kind !== "default" && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The event feed is a text that is read as a switch. */
function isOff(config: StandardConfig, name: StandardField["name"]): boolean {
  return name === "event-feed" && parseSwitch(config.string(name)) === false;
}

function isTaskAsked(config: StandardConfig, name: StandardField["name"]): boolean {
  return isSet(config.get(name)) && !isOff(config, name);
}

function unimplemented(reason: string): () => void {
  return () => {
    throw unimplementedError(reason);
  };
}

function unimplementedError(reason: string): BatonError {
  return new BatonError({
    code: "BATON-UNIMPLEMENTED",
    status: Status.unimplemented,
    message: `not implemented: ${reason}`,
    effect: "Nothing was changed. This connector only reads.",
    hint: "Remove the flag to sync.",
  });
}

/** Grants and revocations refer to what a file holds, so that a missing one is the first thing wrong. */
function needsSyncedFile(reason: string): TaskAnswer {
  return (config, { io: { cwd } }) => {
    const path = config.string("file");
    requirePath(path, "a task");
    if ((statSync(resolve(cwd, path), { throwIfNoEntry: false })?.size ?? 0) > 0) throw unimplementedError(reason);
    throw new BatonError({
      code: "BATON-NO-SYNC",
      status: Status.failedPrecondition,
      message: `no current sync: ${path} does not exist or is empty`,
      effect: "Nothing was changed.",
      hint: "This connector only reads; it grants and revokes nothing in any case.",
    });
  };
}

async function eventFeed(config: StandardConfig, context: TaskContext): Promise<void> {
  if (parseSwitch(config.string("event-feed")) === undefined) {
    throw usageError(
      `invalid value ${JSON.stringify(config.string("event-feed"))} for --event-feed: true or false is expected`,
    );
  }
  const { printEvents } = await import("./commands/event-feed.ts");
  await printEvents(config, context);
}

function noAction(config: StandardConfig): void {
  throw new BatonError({
    code: "BATON-ACTION-UNKNOWN",
    status: Status.notFound,
    message: `there is no handler for action ${JSON.stringify(config.string("invoke-action"))}`,
    effect: "Nothing was changed. This connector only reads.",
    hint: "Remove the flag to sync.",
  });
}
