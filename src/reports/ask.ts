/** Opens the file, picks the sync or the two, and asks the question. Knows no form of output. */
import { resolve } from "node:path";
import { parseGoTime } from "../sdk/c1z/container/go-time.ts";
import { ksuidSeconds } from "../sdk/c1z/container/ksuid.ts";
import { type C1zReader, openC1z } from "../sdk/c1z/read/reader.ts";
import type { SyncView } from "../sdk/c1z/read/sync-view.ts";
import { previousFiles } from "../sdk/c1z/write/files-beside.ts";
import { latestFinished, type SyncRun } from "../sdk/c1z/write/sync-runs.ts";
import { Trait } from "../sdk/contracts/model.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { idsWith } from "./file-shape.ts";
import type { Answer, Report, Rows } from "./report.ts";
import { readRunRecord, runOf, type SyncsRun } from "./run-result.ts";

/** What is asked for. */
export interface Request {
  /** Path of the c1z. */
  readonly file: string;
  /** The sync to look at; by default the one that readers show. */
  readonly syncId?: string;
  /** The earlier sync: its id in the same file, or the path of another; by default the finished one before. */
  readonly since?: string;
  /** True: the sync before is looked for, too, and where it is in a file of its own that is opened. */
  readonly comparesSyncs?: boolean;
  /** Moment that ages are counted to, seconds since the epoch; by default that of the sync, see {@link syncSeconds}. */
  readonly asOfSeconds?: number;
  /** Profile keys that are not compared: what changes by itself, or is told elsewhere. */
  readonly notCompared?: readonly string[];
}

/** An open file with the sync or the two that questions are about. `close` it, or declare it with `using`. */
export class Inquiry {
  readonly view: SyncView;
  readonly asOfSeconds: number;
  /** Text of the run record beside the file; undefined when there is none. */
  readonly recordText: string | undefined;
  /** The run that wrote the sync; undefined when the record is about another, or none. */
  readonly run: SyncsRun | undefined;
  readonly #request: Request;
  readonly #reader: C1zReader;
  readonly #other: C1zReader | undefined;

  /** @throws BatonError when the record cannot be read. */
  constructor(request: Request, reader: C1zReader, other: C1zReader | undefined) {
    this.#request = request;
    this.#reader = reader;
    this.#other = other;
    this.view = reader.view(request.syncId);
    this.recordText = readRunRecord(request.file);
    this.run = runOf(this.recordText, this.view.sync);
    this.asOfSeconds = request.asOfSeconds ?? syncSeconds(this.view.sync) ?? 0;
  }

  /** The earlier sync; undefined when none was named and the file has none. */
  since(): SyncView | undefined {
    if (this.#other) return this.#other.view();
    const id = this.#request.since ?? earlierSync(this.#reader.syncs, this.view.sync)?.id;
    return id === undefined ? undefined : this.#reader.view(id);
  }

  /**
   * An answer whose rows are read while they are written; a new one for each time that they are read.
   * @throws BatonError `REPORT-NO-EARLIER-SYNC`
   */
  answer(report: Report, about?: string): Answer {
    const since = report.comparesSyncs === true ? (this.since() ?? noEarlierSync(this.#reader.path)) : undefined;
    const { view, asOfSeconds, run } = this;
    const notCompared = new Set(this.#request.notCompared);
    const more = { ...(since && { since }), ...(about !== undefined && { about }) };
    const rows = report.rows({ view, asOfSeconds, notCompared, ...more });
    return {
      report,
      sync: view.sync,
      since: since?.sync,
      run,
      asOfSeconds: report.countsAges === true ? asOfSeconds : undefined,
      about,
      rows: withNotices(rows, noticesAbout(view, this.#reader.syncs)),
    };
  }

  close(): void {
    this.#reader.close();
    this.#other?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens what the request names. @throws BatonError those of `openC1z`, `FILE-SYNC-NOT-FOUND`. */
export async function openInquiry(request: Request): Promise<Inquiry> {
  const reader = await openC1z(request.file);
  let other: C1zReader | undefined;
  try {
    const { since } = request;
    const isOtherFile = since !== undefined && !reader.syncs.some(({ id }) => id === since);
    other = isOtherFile ? await openEarlier(since) : await openBefore(reader, request);
    return new Inquiry(request, reader, other);
  } catch (caught) {
    reader.close();
    other?.close();
    throw caught;
  }
}

/** The file before, where the file itself has no earlier sync: a version 3 file holds one. */
async function openBefore(
  reader: C1zReader,
  { file, syncId, since, comparesSyncs }: Request,
): Promise<C1zReader | undefined> {
  if (since !== undefined || comparesSyncs !== true) return undefined;
  const { sync } = reader.view(syncId);
  if (sync === undefined || earlierSync(reader.syncs, sync)) return undefined;
  for (const path of previousFiles(resolve(file))) {
    const before = await openC1z(path);
    if (isSyncBefore(before.view().sync, sync)) return before;
    before.close();
  }
  return undefined;
}

/** True when `found`, of a file before, is what `sync` is compared with. */
export function isSyncBefore(found: SyncRun | undefined, sync: SyncRun | undefined): boolean {
  // A run that was killed at the end may have left the same sync in two files.
  return found?.endedAt !== undefined && found.id !== sync?.id && found.type === sync?.type;
}

async function openEarlier(since: string): Promise<C1zReader> {
  try {
    return await openC1z(since);
  } catch (caught) {
    if (!(caught instanceof BatonError) || caught.code !== "FILE-NOT-FOUND") throw caught;
    throw new BatonError({
      code: "FILE-NOT-FOUND",
      status: Status.notFound,
      message: `${JSON.stringify(since)} is neither a sync of the file nor a file with something in it.`,
      effect: "Nothing was compared.",
      hint: "Give the id of a sync of the same file, or the path of another.",
      cause: caught,
    });
  }
}

/** When the sync began, seconds since the epoch: its id tells it in UTC, the times in the file have no zone. */
export function syncSeconds(sync: SyncRun | undefined): number | undefined {
  return sync && (ksuidSeconds(sync.id) ?? parseGoTime(sync.startedAt)?.seconds);
}

/** The last finished sync of the same type that was begun before. */
export function earlierSync(syncs: readonly SyncRun[], sync: SyncRun | undefined): SyncRun | undefined {
  if (sync === undefined) return undefined;
  return syncs.findLast((one) => one.row < sync.row && one.type === sync.type && one.endedAt !== undefined);
}

function noEarlierSync(path: string): never {
  throw new BatonError({
    code: "REPORT-NO-EARLIER-SYNC",
    status: Status.notFound,
    message: `${path} holds no earlier finished sync to compare with.`,
    effect: "Nothing was compared.",
    hint: "Give --since with another file, or sync again into this one.",
  });
}

/** What a reader of any answer must know of the sync. @param syncs all of the file. */
export function noticesAbout(view: SyncView, syncs: readonly SyncRun[]): readonly string[] {
  const hasAccounts = idsWith(view.resourceTypes(), Trait.user).length > 0;
  const without = "The sync has no resource type with the user trait: nobody in it is taken for a person.";
  return [...noticesAboutSync(view.sync, syncs), ...(hasAccounts ? [] : [without])];
}

function noticesAboutSync(sync: SyncRun | undefined, syncs: readonly SyncRun[]): readonly string[] {
  if (sync === undefined) return ["The file names no sync: all its rows are shown."];
  if (sync.endedAt === undefined) return ["The sync is unfinished: rows may be missing."];
  if (sync.type === "full") return [];
  const full = latestFinished(syncs, "full");
  return [
    sync.type === "resources_only"
      ? "The sync holds resources only: nobody's access is in it."
      : `The sync is ${sync.type}: it holds a part of the system only.`,
    ...(full ? [`The last full sync of the file is shown on the command line by --sync-id ${full.id}.`] : []),
  ];
}

function* withNotices(rows: Rows, notices: readonly string[]): Rows {
  const conclusion = yield* rows;
  return { ...conclusion, notices: [...conclusion.notices, ...notices] };
}
