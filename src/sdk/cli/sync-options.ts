/** From flags and variables to what the engine and its store are told. */
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { LockWait } from "../c1z/container/file-lock.ts";
import { type StorageEngine, storageEngines } from "../c1z/write/engine.ts";
import { type Flag, parseSwitch, parseWholeNumber } from "../config/field.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import type { StandardConfig } from "../config/standard-fields.ts";
import { settingError } from "../errors.ts";
import { parseObjectAddress } from "../object-store/object-address.ts";
import type { ExternalPrincipals } from "../sync/ingest-filter.ts";
import type { CliIo } from "./cli-io.ts";

/** What concerns files. */
export interface StoreOptions {
  /** As it was given: a path, or the address of an object. */
  readonly path: string;
  readonly tempDir?: string;
  readonly keepSyncCount?: number;
  readonly skipCleanup: boolean;
  /** How long to wait for another run on the file; default not at all. */
  readonly lockWait?: LockWait;
  /** What writes a new file; see `C1zWriterOptions`. */
  readonly storageEngine?: StorageEngine;
}

const mostAutomaticWorkers = 4;

/**
 * Reads --file, --c1z-temp-dir, --storage-engine, BATON_TMPDIR, BATON_KEEP_SYNC_COUNT and BATON_SKIP_CLEANUP.
 * @throws BatonError BATON-CONFIG-VALUE, BATON-FILE-NAME, BATON-FILE-URL, BATON-S3-ADDRESS or BATON-TEMP-DIR.
 */
export async function storeOptions(config: StandardConfig, { env, cwd }: CliIo): Promise<StoreOptions> {
  const { BATON_TMPDIR } = env;
  // Only to refuse what is neither a path nor an object: it is opened when the run begins.
  parseObjectAddress(config.string("file"));
  const tempDir = config.string("c1z-temp-dir") || BATON_TMPDIR;
  if (tempDir) await checkTempDir(resolve(cwd, tempDir), tempDir);
  const keepSyncCount = readVariable(env, "BATON_KEEP_SYNC_COUNT", "a whole number above 0", (text) => {
    const count = parseWholeNumber(text);
    return count !== undefined && count > 0 ? count : undefined;
  });
  return {
    path: config.string("file"),
    ...(tempDir && { tempDir }),
    ...(keepSyncCount !== undefined && { keepSyncCount }),
    ...storageEngineOf(config),
    skipCleanup: readVariable(env, "BATON_SKIP_CLEANUP", "true or false", parseSwitch) ?? false,
  };
}

/** What --storage-engine names; nothing without it. */
export function storageEngineOf(config: StandardConfig): { readonly storageEngine?: StorageEngine } {
  const name = config.string("storage-engine");
  const storageEngine = storageEngines.find((engine) => engine === name);
  return storageEngine ? { storageEngine } : {};
}

/**
 * Reads the file that --external-resource-c1z names; undefined without one.
 * @throws BatonError BATON-EXTERNAL-FILE, -ENTITLEMENT, -TRAIT or -MISSING.
 */
export async function externalPrincipalsOf(
  config: StandardConfig,
  io: CliIo,
  tempDir: string | undefined,
): Promise<ExternalPrincipals | undefined> {
  const path = config.string("external-resource-c1z");
  const entitlementId = config.string("external-resource-entitlement-id-filter");
  const traits = config.strings("external-resource-traits");
  if (path === "" && entitlementId === "" && traits.length === 0) return undefined;
  const { openExternalPrincipals } = await import("../external/external-principals.ts");
  const options = { path: path && resolve(io.cwd, path), entitlementId, traits, tempDir };
  // The file is another's: what it does to the one that reads it is seen by a process that can be ended.
  await (await import("./commands/read-file.ts")).tryExternalPrincipals(io, options);
  return await openExternalPrincipals(options);
}

/** A run that lives and stands still may do so for hours, as at a rate limit: it is not waited for to the end unless asked for. */
const standstillWaitMs = 30_000;

/** The flag that `lockWaitOf` reads. */
export type LockWaitFlag = Flag<"int", "lock-wait">;

/** How long --lock-wait lets a run wait for another one on its file. */
export function lockWaitOf(options: ResolvedConfig<LockWaitFlag>): LockWait {
  const waitMs = options.int("lock-wait") * 1000;
  return { longestMs: waitMs, standstillMs: options.isGiven("lock-wait") ? waitMs : standstillWaitMs };
}

/** How many workers are asked for (baton-sdk 0.25.0: -1 is automatic, 0 and other negatives are one); undefined when unset. */
export function workerCount(config: StandardConfig): number | undefined {
  const asked = config.int("workers") || (config.bool("parallel-sync") ? -1 : 0);
  if (asked === -1) return Math.min(Math.max(availableParallelism(), 1), mostAutomaticWorkers);
  if (asked === 0 && !config.isGiven("workers")) return undefined;
  return Math.max(asked, 1);
}

async function checkTempDir(location: string, shown: string): Promise<void> {
  const found = await stat(location).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw settingError({
    code: "BATON-TEMP-DIR",
    message: `the temporary directory ${shown} does not exist`,
    hint: "Create it, or correct --c1z-temp-dir or BATON_TMPDIR.",
  });
}

/**
 * Reads a variable that no flag stands for; undefined when it is unset or empty.
 * @throws BatonError BATON-CONFIG-VALUE.
 */
export function readVariable<T>(
  env: CliIo["env"],
  name: string,
  expected: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  throw settingError({
    code: "BATON-CONFIG-VALUE",
    message: `environment ${name}: ${JSON.stringify(text)} is not ${expected}`,
    hint: `Give ${expected}, or unset the variable.`,
  });
}
