/** A sync that C1 asked for: heartbeats, the sync into a file of its own, the upload. Decides neither when nor whether. */
import { existsSync } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { type StorageEngine, storageEngines } from "../c1z/write/engine.ts";
import { unfinishedPath } from "../c1z/write/files-beside.ts";
import type { ResourceId, ResourceTarget } from "../contracts/model.ts";
import type { SyncResult } from "../contracts/run-record.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { Resource as ResourceMessage } from "../proto/gen/c1/connector/v2/resource_pb.ts";
import type { Task_SyncFullTask } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { SyncOutcome } from "../sync/events.ts";
import { runSync } from "../sync/run-sync.ts";
import type { FailureReason } from "./events.ts";
import { beginHeartbeats, type Heartbeats, lostCode } from "./heartbeat.ts";
import { isAway } from "./outage.ts";
import type { ServiceContext } from "./service-context.ts";
import type { TaskFolder } from "./task-folders.ts";
import { uploadFile } from "./upload.ts";

/** A sync task as it was handed out. */
export interface SyncTask {
  readonly id: string;
  /** C1 wants the log of this one. */
  readonly debug: boolean;
  readonly options: Task_SyncFullTask;
}

/** How a sync task went: done, failed, or left as it is because it is not ours (any more) to tell of. */
export type SyncTaskEnd =
  | { readonly kind: "done"; readonly result?: SyncResult }
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly error: BatonError }
  | { readonly kind: "left"; readonly reason: unknown };

/**
 * Runs the task. An interrupted one keeps its file, and the same task goes on from it when it is handed out again.
 * It never throws for what goes wrong in the sync.
 */
export async function runSyncTask(context: ServiceContext, task: SyncTask): Promise<SyncTaskEnd> {
  const heartbeats = await begin(context, task.id);
  if ("left" in heartbeats) return { kind: "left", reason: heartbeats.left };
  const folder = await context.folders.forTask(task.id);
  try {
    const end = await withDebugLog(context, task, { folder, heartbeats });
    if (end.kind === "done" || !isWorthKeeping(end)) await folder.remove();
    return end;
  } finally {
    await heartbeats.stop();
    await context.folders.release(folder);
  }
}

async function begin(context: ServiceContext, taskId: string): Promise<Heartbeats | { readonly left: unknown }> {
  try {
    return await beginHeartbeats({ ...context, taskId });
  } catch (caught) {
    return { left: caught };
  }
}

interface Work {
  readonly folder: TaskFolder;
  readonly heartbeats: Heartbeats;
}

async function withDebugLog(context: ServiceContext, task: SyncTask, work: Work): Promise<SyncTaskEnd> {
  if (!task.debug) return await syncAndUpload(context, task, work);
  const close = context.logDebugTo(work.folder.debugLog);
  let end: SyncTaskEnd;
  try {
    end = await syncAndUpload(context, task, work);
  } finally {
    close();
  }
  if (end.kind !== "left") await uploadDebugLog(context, task, work);
  return end;
}

async function syncAndUpload(context: ServiceContext, task: SyncTask, work: Work): Promise<SyncTaskEnd> {
  const { folder, heartbeats } = work;
  let step: "sync" | "upload" = "sync";
  try {
    if (context.syncs.skipFullSync) {
      context.logger.warn("full sync skipped, as --skip-full-sync asks; nothing is uploaded", { task_id: task.id });
      return { kind: "done" };
    }
    const result = await finishedSync(context, task, work);
    step = "upload";
    const { size } = await stat(folder.uploadFile);
    context.observe({ kind: "uploading", task: { id: task.id, type: "syncFull" }, bytes: size });
    await uploadFile({ ...context, taskId: task.id, path: folder.uploadFile, signal: heartbeats.signal });
    return { kind: "done", ...(result !== undefined && { result }) };
  } catch (caught) {
    // The process stops: the task stays ours, and its file is what the next start goes on from.
    if (context.signal.aborted) return { kind: "left", reason: context.signal.reason };
    if (!heartbeats.signal.aborted) return { kind: "failed", reason: step, error: toBatonError(caught) };
    const error = toBatonError(heartbeats.signal.reason);
    return { kind: "failed", reason: error.code === lostCode ? "heartbeat" : "cancelled", error };
  }
}

/** Undefined: the file of an earlier run of this task waits to be uploaded, and how that one went is not kept. */
async function finishedSync(context: ServiceContext, task: SyncTask, work: Work): Promise<SyncResult | undefined> {
  const { folder } = work;
  if (existsSync(folder.uploadFile)) {
    context.logger.info("this task's sync was finished before; uploading its file", { task_id: task.id });
    return undefined;
  }
  const { result } = await sync(context, task, work);
  await rename(folder.syncFile, folder.uploadFile);
  return result;
}

async function sync(
  context: ServiceContext,
  { id, options }: SyncTask,
  { folder, heartbeats }: Work,
): Promise<SyncOutcome> {
  const { syncs, logger, clock } = context;
  const storageEngine = syncs.storageEngine ?? engineOf(options.storageEngine);
  const types = options.syncResourceTypeIds;
  const resumes = existsSync(folder.syncFile) || existsSync(unfinishedPath(folder.syncFile));
  if (resumes) logger.info("this task was begun before; going on from its file", { task_id: id });
  return await runSync({
    connector: await context.createConnector(),
    path: folder.syncFile,
    syncResources: options.targetedSyncResources.map(targetOf),
    // The file is of this sync alone: an empty one hides nothing, and tells C1 that there is nothing.
    writesNothingRead: true,
    skipGrants: options.skipGrants,
    syncResourceTypes: types.length > 0 ? types : syncs.syncResourceTypes,
    skipEntitlementsAndGrants: options.skipEntitlementsAndGrants || syncs.skipEntitlementsAndGrants,
    skipExpansion: options.skipExpandGrants,
    keepSyncCount: 1,
    storageEngine,
    telemetry: context.telemetry,
    externalPrincipals: syncs.externalPrincipals,
    workers: syncs.workers,
    // When the process stops the task stays ours.
    isGoneOnWith: (error) => context.signal.aborted || isPassing(error),
    tempDir: syncs.tempDir,
    signal: heartbeats.signal,
    logger,
    clock,
  });
}

/** The engine that a task names; undefined when it names none. @throws BatonError `C1-ENGINE` for one that is not known. */
function engineOf(name: string): StorageEngine | undefined {
  if (name === "") return undefined;
  const engine = storageEngines.find((one) => one === name);
  if (engine) return engine;
  throw new BatonError({
    code: "C1-ENGINE",
    status: Status.unknown,
    message: `engine not available: ${name}`,
    effect: "Nothing was read; ConductorOne is told.",
    hint: `This connector writes with ${storageEngines.join(" or ")}.`,
  });
}

/** The log is a help, not the result: a failure to hand it over is told and changes nothing. */
async function uploadDebugLog(context: ServiceContext, task: SyncTask, { folder }: Work): Promise<void> {
  try {
    if (!existsSync(folder.debugLog)) return;
    await uploadFile({ ...context, taskId: task.id, path: folder.debugLog });
  } catch (caught) {
    context.logger.warn("the debug log could not be uploaded", {
      task_id: task.id,
      error: toBatonError(caught).message,
    });
  }
}

function isWorthKeeping(end: SyncTaskEnd): boolean {
  return end.kind === "left" || (end.kind === "failed" && isPassing(end.error));
}

/** What a person or C1 called off, and what would fail again, is not gone on with. */
function isPassing(error: BatonError): boolean {
  return isAway(error) || error.code === lostCode;
}

function targetOf({ id, parentResourceId }: ResourceMessage): ResourceTarget {
  return {
    id: idOf(id),
    ...(parentResourceId && parentResourceId.resource !== "" && { parentResourceId: idOf(parentResourceId) }),
  };
}

function idOf(id: ResourceMessage["id"]): ResourceId {
  return { resourceType: id?.resourceType ?? "", resource: id?.resource ?? "" };
}
