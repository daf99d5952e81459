/**
 * Where a sync is written to: a path, or an object in S3-compatible storage, which a run works on in a copy on this
 * machine. Knows what becomes of file and record after a run, and nothing of how either is made. And one sync into such a
 * place: from settings to what the engine is told.
 */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatOf } from "../c1z/container/container.ts";
import { corruptFile } from "../c1z/container/file-errors.ts";
import { readTextBeside } from "../c1z/container/whole-file.ts";
import { createScratch, type Scratch, workingCopyName } from "../c1z/scratch/scratch.ts";
import { previousPath, unfinishedPath } from "../c1z/write/files-beside.ts";
import { fileState } from "../c1z/write/target-database.ts";
import { forApp, type StandardConfig } from "../config/standard-fields.ts";
import type { TargetIdentity } from "../contracts/connector.ts";
import { parseRunRecord, runRecordPath } from "../contracts/run-record.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { formatAddress, parseObjectAddress } from "../object-store/object-address.ts";
import type { S3Object } from "../object-store/s3-object.ts";
import { parseBatonId } from "../resources/ids.ts";
import type { RunEnd, SyncObserver, SyncOutcome } from "../sync/events.ts";
import { runRecordText, writeRunRecord } from "../sync/write-run-record.ts";
import type { ConnectorApp, ConnectorContext, Invocation } from "./app.ts";
import type { CliIo } from "./cli-io.ts";
import { networkOf } from "./command-setup.ts";
import { externalPrincipalsOf, type StoreOptions } from "./sync-options.ts";

/** So many files of earlier syncs lie beside an object at most: each is copied here. */
const mostPrevious = 100;

/** The place of one sync. */
interface SyncTarget extends Disposable {
  /** The file on this machine that the sync is written into. */
  readonly path: string;
  /** What the user calls it. */
  readonly shownAs: string;
  /** Which target the last run on it was of; undefined when nobody knows. */
  recordedTarget(): Promise<TargetIdentity | undefined>;
  /** For the run: names the place as the user does. */
  readonly logger: Logger;
  /**
   * Puts what the run left where it belongs, and its record beside it.
   * @throws BatonError when a good sync could not be put there; after a run that failed it only logs.
   */
  settle(end: RunEnd): Promise<void>;
}

/** What opening needs. */
export interface SyncTargetOptions {
  readonly store: StoreOptions;
  readonly logger: Logger;
  /** Ends the copying of an object. */
  readonly signal: AbortSignal;
}

/**
 * Opens the place that `store.path` names. Nothing is changed there before the sync ends.
 * @throws BatonError with a BATON-S3 or FILE- code, or the signal's reason.
 */
export async function openSyncTarget(invocation: Invocation, options: SyncTargetOptions): Promise<SyncTarget> {
  const { path } = options.store;
  const address = parseObjectAddress(path);
  if (address === undefined) return new FileTarget(invocation, options);
  const { io, redactor } = invocation;
  const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = io.env;
  for (const secret of [AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]) if (secret) redactor.add(secret);
  const { S3Object } = await import("../object-store/s3-object.ts");
  const { logger, signal } = options;
  const network = networkOf(invocation);
  const object = await S3Object.open({ address, env: io.env, network, clock: io.clock, logger });
  const target = new ObjectTarget(invocation, { ...options, object, shownAs: formatAddress(address) });
  try {
    await target.fetch(signal);
    return target;
  } catch (caught) {
    target[Symbol.dispose]();
    throw caught;
  }
}

class FileTarget implements SyncTarget {
  readonly path: string;
  readonly shownAs: string;
  readonly logger: Logger;
  readonly #program: { readonly name: string; readonly version: string };

  constructor({ app }: Invocation, { store, logger }: SyncTargetOptions) {
    this.path = store.path;
    this.shownAs = store.path;
    this.logger = logger;
    this.#program = { name: app.name, version: app.version };
  }

  async recordedTarget(): Promise<TargetIdentity | undefined> {
    try {
      return identityIn(readTextBeside(runRecordPath(this.path)) ?? "");
    } catch {
      // What cannot be read says nothing of the target.
      return undefined;
    }
  }

  async settle(end: RunEnd): Promise<void> {
    await keepRecord(this.logger, () => writeRunRecord(end, { path: this.path, connector: this.#program }));
  }

  [Symbol.dispose](): void {}
}

interface ObjectTargetOptions extends SyncTargetOptions {
  readonly object: S3Object;
  readonly shownAs: string;
}

class ObjectTarget implements SyncTarget {
  readonly path: string;
  readonly shownAs: string;
  readonly logger: Logger;
  readonly #options: ObjectTargetOptions;
  readonly #program: { readonly name: string; readonly version: string };
  readonly #scratch: Scratch;
  /** Of the copy before the run: a run that saved anything has replaced it. */
  #fetched: string = "";
  /** What lies beside a version 3 file, and as it was before the run. */
  readonly #beside: { readonly path: string; readonly object: S3Object; readonly fetched: string }[] = [];

  constructor({ app }: Invocation, options: ObjectTargetOptions) {
    this.#options = options;
    this.#program = { name: app.name, version: app.version };
    this.shownAs = options.shownAs;
    this.#scratch = createScratch(options.store.tempDir);
    this.path = join(this.#scratch.directory, workingCopyName);
    this.logger = callingIt(options.logger, this.path, this.shownAs);
  }

  async fetch(signal: AbortSignal): Promise<void> {
    const { object } = this.#options;
    await object.copyTo(this.path, signal);
    await refuseForeign(this.path, object);
    this.#fetched = fileState(this.path);
    await this.#fetchBeside(unfinishedPath(""), signal);
    for (let age = 1; await this.#fetchBeside(previousPath("", age), signal); age++) {
      if (age === mostPrevious) throw tooManyBeside(this.shownAs);
    }
  }

  /** @returns true when there was one; an empty one is none. */
  async #fetchBeside(suffix: string, signal: AbortSignal): Promise<boolean> {
    const path = this.path + suffix;
    const object = this.#options.object.beside(suffix);
    await object.copyTo(path, signal);
    const isThere = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
    if (!isThere) rmSync(path, { force: true });
    await refuseForeign(path, object);
    this.#beside.push({ path, object, fetched: fileState(path) });
    return isThere;
  }

  /** What is gone is emptied, not removed: that takes no other right than writing does. */
  async #settleBeside(): Promise<void> {
    for (const { path, object, fetched } of this.#beside) {
      if (fileState(path) === fetched) continue;
      if (!existsSync(path)) writeFileSync(path, "");
      await object.replaceBy(path);
    }
  }

  async recordedTarget(): Promise<TargetIdentity | undefined> {
    return identityIn((await this.#options.object.readBeside(runRecordPath(""))) ?? "");
  }

  async settle(end: RunEnd): Promise<void> {
    const { object } = this.#options;
    try {
      if (fileState(this.path) !== this.#fetched) await object.replaceBy(this.path);
      await this.#settleBeside();
    } catch (caught) {
      // Object and record stay as they were, so that the one still tells of the other.
      if (!end.error) throw caught;
      this.logger.error("what was read could not be kept", { error: toBatonError(caught).message });
      return;
    }
    await keepRecord(this.logger, async () => {
      const previous = (await object.readBeside(runRecordPath(""))) ?? "";
      const about = { path: this.path, shownAs: this.shownAs, connector: this.#program, previous };
      await object.writeBeside(runRecordPath(""), await runRecordText(end, about));
    });
  }

  [Symbol.dispose](): void {
    this.#options.object[Symbol.dispose]();
    this.#scratch.remove();
  }
}

/**
 * What came from storage begins as a file of ours, or there is none: a login page would be an answer to whatever is asked.
 * @throws BatonError `FILE-CORRUPT`.
 */
async function refuseForeign(copy: string, { shownAs }: S3Object): Promise<void> {
  if ((await formatOf(copy)) === "unknown") throw corruptFile(shownAs, "it does not begin as one");
}

function tooManyBeside(object: string): BatonError {
  const last = previousPath(object, mostPrevious);
  return new BatonError({
    code: "BATON-S3-BESIDE",
    status: Status.failedPrecondition,
    message: `${object} has ${mostPrevious} files of earlier syncs beside it, or the storage answers with a file under any name`,
    effect: "Nothing was read or written.",
    hint: `Move earlier ones away, from ${last} on down, and unset BATON_SKIP_CLEANUP; or see what the storage answers for a name that it does not hold.`,
  });
}

/** Undefined without a record, and in one that does not say. */
function identityIn(record: string): TargetIdentity | undefined {
  return parseRunRecord(record)?.identity ?? undefined;
}

/** The record says how the run went; not being able to write it does not change that. */
async function keepRecord(logger: Logger, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (caught) {
    logger.warn("the run record could not be written", { error: toBatonError(caught).message });
  }
}

/** A logger that calls the copy by the name of what it is a copy of. */
function callingIt(logger: Logger, path: string, shownAs: string): Logger {
  const at =
    (level: keyof Logger): Logger["info"] =>
    (message, fields) =>
      logger[level](message, fields?.["path"] === path ? { ...fields, path: shownAs } : fields);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What one sync is made of. */
export interface SyncInto {
  readonly createConnector: ConnectorApp["createConnector"];
  readonly config: StandardConfig;
  readonly context: ConnectorContext;
  readonly io: CliIo;
  readonly store: StoreOptions;
  readonly target: Pick<SyncTarget, "path" | "logger" | "settle"> &
    Partial<Pick<SyncTarget, "shownAs" | "recordedTarget">>;
  readonly signal: AbortSignal;
  readonly observer: SyncObserver;
  readonly acceptChanges: boolean;
}

/**
 * Syncs, and lets the target settle whatever became of it.
 * @throws BatonError as `runSync` does, or when a good sync could not be put where it belongs.
 */
export async function syncInto(sync: SyncInto): Promise<SyncOutcome> {
  const { config, context, io, store, target } = sync;
  const syncResources = config.strings("sync-resources").map(parseBatonId);
  if (config.bool("skip-grants") && syncResources.length === 0) throw onlyWhenTargeted();
  const externalPrincipals = await externalPrincipalsOf(config, io, store.tempDir);
  const connector = await sync.createConnector(forApp(config), context);
  const recordedTarget = await target.recordedTarget?.();
  const { runSync } = await import("../sync/run-sync.ts");
  let end: RunEnd | undefined;
  try {
    return await runSync({
      connector,
      ...store,
      path: target.path,
      shownAs: target.shownAs,
      recordedTarget,
      syncResources,
      skipGrants: config.bool("skip-grants"),
      syncResourceTypes: config.strings("sync-resource-types"),
      skipEntitlementsAndGrants: config.bool("skip-entitlements-and-grants"),
      externalPrincipals,
      telemetry: context.telemetry,
      workers: context.workers,
      signal: sync.signal,
      logger: target.logger,
      clock: io.clock,
      observer: sync.observer,
      acceptChanges: sync.acceptChanges,
      onEnd: async (how) => {
        end = how;
      },
    });
  } finally {
    if (end) await target.settle(end);
  }
}

/** The flag is for single resources: left in place it would lose the grants of everybody. */
function onlyWhenTargeted(): BatonError {
  return new BatonError({
    code: "BATON-SKIP-GRANTS",
    status: Status.unknown,
    message: "leaving out grants works only within a targeted sync",
    effect: "Nothing was read or written.",
    hint: "Name resources with --sync-resources, or remove --skip-grants.",
    fatal: true,
  });
}
