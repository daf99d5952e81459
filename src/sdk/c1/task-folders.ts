/**
 * Where unfinished syncs wait for their task to be handed out again: one folder per task below the scratch directory,
 * private to this user, bounded in number and age. Folders of services that are gone are removed, whatever host they
 * ran on. Knows nothing of what the files hold.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmdirSync } from "node:fs";
import { lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { holdDirectory, holdingFiles, isInUse, isLeftBehind, sweepScratch } from "../c1z/scratch/scratch.ts";
import type { Clock } from "../clock.ts";
import { BatonError, errnoOf, Status } from "../errors.ts";

/** Left-over folders kept at most; each can hold a file as large as the organization. */
const mostLeftOver = 3;
/** A service that is gone may be starting again at this moment: at the start of another one it has so long. */
const restartMs = 10 * 60_000;
/** An unfinished sync is taken up again for seven days (c1z: resume); then its file is of no more use. */
const oldestMs = 7 * 86_400_000;

const rootPrefix = "baton-c1-";
const rootName = /^baton-c1-[0-9a-f]{16}$/;

/** Files of one task. */
export interface TaskFolder {
  readonly path: string;
  /** The sync while it is written. */
  readonly syncFile: string;
  /** The finished sync until C1 has it; never added to. */
  readonly uploadFile: string;
  readonly debugLog: string;
  remove(): Promise<void>;
}

/** The folders of one client id on one host. */
export class TaskFolders {
  readonly #root: string;
  readonly #clock: Clock;
  /** What gives back the folder of a task that is worked on, by the folder's name. */
  readonly #open = new Map<string, () => void>();
  readonly #giveBack: () => void;

  constructor(root: string, clock: Clock) {
    this.#root = root;
    this.#giveBack = holdDirectory(root);
    this.#clock = clock;
  }

  /**
   * Prepares the place for the folders.
   * @param tempDir scratch directory; undefined: the system's.
   * @param owner what tells instances apart that share a machine: client id and host id.
   * @throws BatonError `C1-STATE-DIR` when somebody else made or can write the directory.
   */
  static async open(tempDir: string | undefined, owner: readonly string[], clock: Clock): Promise<TaskFolders> {
    const hash = createHash("sha256").update(JSON.stringify(owner)).digest("hex").slice(0, 16);
    const root = join(tempDir ?? tmpdir(), rootPrefix + hash);
    try {
      // Not with what is missing above it: below /proc that never ends.
      await mkdir(root, { mode: 0o700 });
    } catch (cause) {
      if (errnoOf(cause) !== "EEXIST") throw stateDirError(root, errnoOf(cause, String(cause)), cause);
    }
    // The name can be foreseen: in a directory that all users share somebody else may have made it first.
    const made = await lstat(root);
    // By number: in a container a user need not have a name.
    const foreign = process.getuid !== undefined && (made.uid !== process.getuid() || (made.mode & 0o022) !== 0);
    if (!made.isDirectory() || foreign) throw stateDirError(root, "it belongs to or can be written by somebody else");
    await removeAbandoned(root, restartMs);
    const folders = new TaskFolders(root, clock);
    await folders.#prune();
    return folders;
  }

  /** The folder of a task, with what an earlier run left in it. */
  async forTask(taskId: string): Promise<TaskFolder> {
    const name = createHash("sha256").update(taskId).digest("hex").slice(0, 32);
    const path = join(this.#root, name);
    // Another service of the same client id and host may look for left-overs: made and held in one step.
    mkdirSync(path, { mode: 0o700, recursive: true });
    this.#open.set(name, holdDirectory(path));
    return {
      path,
      syncFile: join(path, "sync.c1z"),
      uploadFile: join(path, "upload.c1z"),
      debugLog: join(path, "debug.log"),
      remove: () => rm(path, { recursive: true, force: true }),
    };
  }

  /** The task is over, or left for later: what is old or too much is removed. */
  async release(folder: TaskFolder): Promise<void> {
    const name = folder.path.slice(this.#root.length + 1);
    this.#open.get(name)?.();
    this.#open.delete(name);
    await this.#prune();
    // By now this service works, and what others left is of no use to anybody.
    await removeAbandoned(this.#root, 0);
    sweepScratch(dirname(this.#root));
  }

  /** The service ends: what waits here may wait on. */
  close(): void {
    this.#giveBack();
    try {
      rmdirSync(this.#root);
    } catch {
      // Something waits here, or another service has removed it.
    }
  }

  async #prune(): Promise<void> {
    const now = this.#clock.nowMs();
    // Another service of the same client id and host removes it, when empty, as it ends.
    const names = await readdir(this.#root).catch(() => []);
    const closed = names.filter((name) => !this.#open.has(name) && !holdingFiles.has(name));
    const dated = await Promise.all(
      closed.map(async (name) => {
        const path = join(this.#root, name);
        if (isInUse(path)) return undefined;
        return { path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
    );
    const newestFirst = dated.filter((one) => one !== undefined).toSorted((a, b) => b.at - a.at);
    const surplus = newestFirst.filter(({ at }, index) => index >= mostLeftOver || now - at > oldestMs);
    await Promise.all(surplus.map(({ path }) => rm(path, { recursive: true, force: true })));
  }
}

/** Nobody comes back to them: who has another host name gets its tasks under another name. */
async function removeAbandoned(own: string, goneForMs: number): Promise<void> {
  const parent = dirname(own);
  const names = (await readdir(parent)).filter((name) => rootName.test(name) && join(parent, name) !== own);
  const abandoned = names.map((name) => join(parent, name)).filter((path) => isLeftBehind(path, goneForMs));
  // What cannot be removed stays, and harms nobody.
  await Promise.allSettled(abandoned.map((path) => rm(path, { recursive: true, force: true })));
}

function stateDirError(root: string, reason: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "C1-STATE-DIR",
    status: Status.failedPrecondition,
    message: `The directory ${root} for unfinished syncs cannot be used: ${reason}.`,
    effect: "Nothing was started.",
    hint: "Name a directory of your own with --c1z-temp-dir or BATON_TMPDIR.",
    cause,
  });
}
