/**
 * The reviews of a console: a file each in its data directory, the same that the command line decides. Rows are asked of a
 * synced file once, when a review starts; what became of them is asked of the file that is the current one now.
 */

import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeOutputFile } from "../../reports/output-file.ts";
import type { CheckedRow } from "../../reviews/check.ts";
import { decisionsAnswer } from "../../reviews/decisions-report.ts";
import type { Review, ReviewRow } from "../../reviews/review.ts";
import { ReviewFile } from "../../reviews/review-file.ts";
import type { Clock } from "../../sdk/clock.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { DecideInput, QuestionInput } from "../contract/inputs.ts";
import type { DecidedReview, DecidedReviewPage, DecidedRow, ReviewCheck, RowFilter } from "../contract/reviews.ts";
import type { ExportFormat } from "../contract/sources.ts";
import type { EventHub } from "../event-hub.ts";
import type { KeptFiles } from "../kept-files.ts";
import type { CheckAnswer } from "../sources/decided.ts";
import { exportAnswer } from "../sources/exports.ts";
import { inSlices } from "../sources/in-slices.ts";
import { millisecondsOf } from "../sources/source-info.ts";
import type { Download, Sources } from "../sources/sources.ts";

/** What reviews are kept with. */
export interface ReviewsOptions {
  /** Where their files lie. */
  readonly folder: string;
  readonly sources: Sources;
  readonly kept: Pick<KeptFiles, "currentFile">;
  readonly clock: Clock;
  /** Where it is told what somebody decided, to all others who look at it. */
  readonly hub: EventHub;
}

/** What a review is started with. */
export interface StartAsked {
  readonly question: QuestionInput;
  /** Undefined: the report's. */
  readonly title: string | undefined;
  readonly by: string;
  /** What a report of changes is compared with; undefined: the sync before. */
  readonly since: string | undefined;
}

/** What the current file said, with the looks of the review's file and of the current one. */
interface KnownCheck {
  readonly look: string;
  readonly currentLook: string;
  readonly said: Said | null;
}

/** Who decides, and on which page: it is told to all others. */
export interface Decider {
  readonly name: string;
  readonly page: string;
}

/** What the current file said of a review, to be looked up by the number of a row. */
interface Said {
  readonly check: ReviewCheck;
  readonly rows: ReadonlyMap<number, CheckedRow>;
}

/** Reviews whose rows are in memory at once; beyond them the one used longest ago makes room. */
const mostOpen = 4;
const extension = ".review";
/** Labels of what is at stake that a row shows. */
const shownStake = 8;
const shownFresh = 100;

/** All reviews. */
export class Reviews {
  readonly #options: ReviewsOptions;
  readonly #open = new Map<string, Promise<ReviewFile>>();
  /** What a list needs of a review, by its file as it was. */
  readonly #infos = new Map<string, { readonly look: string; readonly info: DecidedReview }>();
  readonly #checks = new Map<string, KnownCheck>();

  constructor(options: ReviewsOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  }

  /** All of them, or those of one source; the newest first. */
  async list(source?: string): Promise<readonly DecidedReview[]> {
    const infos: DecidedReview[] = [];
    // One after the other: together they would all be in memory.
    for (const name of readdirSync(this.#options.folder).filter((one) => one.endsWith(extension)))
      infos.push(...[(await this.#info(name.slice(0, -extension.length))) ?? []].flat());
    return infos
      .filter((info) => source === undefined || info.source === source)
      .toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  }

  /** Paths of the files of a source's reviews, for its evidence. */
  async pathsOf(source: string): Promise<readonly string[]> {
    return (await this.list(source)).map(({ id }) => this.#path(id));
  }

  /** Starts one from the sync that a source shows. @param keptAs the source that it is kept under. @throws BatonError `REVIEW-QUESTION`, and those of sources. */
  async start(source: string, keptAs: string, asked: StartAsked): Promise<DecidedReview> {
    const { clock, folder } = this.#options;
    const { since, ...rest } = asked;
    const { title: sourceTitle, fileName } = this.#options.sources.namesOf(source);
    const taken = { ...rest, nowMs: clock.nowMs(), names: { source: keptAs, sourceTitle, fileName }, folder };
    const { id } = await this.#options.sources.ask(source, "startReview", taken, since);
    return await this.info(id);
  }

  /** How far one is. @throws BatonError `REVIEW-NOT-FOUND`, `REVIEW-DAMAGED` */
  async info(id: string): Promise<DecidedReview> {
    return infoOf((await this.#file(id)).review);
  }

  /** A part of its rows. @throws BatonError as `info`, and those of the sync that it is held against. */
  async page(
    id: string,
    show: RowFilter,
    window: { readonly offset: number; readonly limit: number },
  ): Promise<DecidedReviewPage> {
    const { review } = await this.#file(id);
    const said = await this.#said(id, review);
    const isShown = ({ row }: ReviewRow): boolean => {
      if (show === "undecided") return !review.decided(row)?.decision;
      return show === review.decided(row)?.decision || show === said?.rows.get(row)?.outcome;
    };
    const rows = show === "all" ? review.rows : review.rows.filter(isShown);
    return {
      review: infoOf(review),
      columns: review.head.columns.map(({ key, title, kind }) => ({ key, title, kind })),
      notices: review.head.notices,
      total: rows.length,
      offset: window.offset,
      rows: rows.slice(window.offset, window.offset + window.limit).map((row) => {
        const checked = said?.rows.get(row.row);
        return { ...rowOf(review, row), outcome: checked?.outcome ?? null, remains: checked?.remains ?? [] };
      }),
      check: said?.check ?? null,
    };
  }

  /** Decides rows. @throws BatonError `REVIEW-SIGNED`, `REVIEW-ROW` */
  async decide(id: string, { rows, decision, note }: DecideInput, by: Decider): Promise<DecidedReview> {
    const file = await this.#file(id);
    const { review } = file;
    const numbers = review.rows.map(({ row }) => row);
    const undecided = (): number[] => numbers.filter((row) => !review.decided(row)?.decision);
    const chosen = rows === "all" ? numbers : rows === "undecided" ? undecided() : rows;
    await file.decide({ rows: chosen, decision, note, by: by.name });
    return this.#changed(file, by);
  }

  /** Ends one. @throws BatonError `REVIEW-UNDECIDED`, `REVIEW-SIGNED` */
  async sign(id: string, by: Decider): Promise<DecidedReview> {
    const file = await this.#file(id);
    await file.sign(by.name);
    return this.#changed(file, by);
  }

  #changed({ review }: ReviewFile, { page }: Decider): DecidedReview {
    const info = infoOf(review);
    this.#options.hub.publish({ type: "review", reviewId: info.id, page });
    return info;
  }

  /** Its rows and decisions in one of the forms, held against the current file when there is one, and a later one. */
  async export(id: string, format: ExportFormat): Promise<{ readonly download: Download; readonly name: string }> {
    const { review } = await this.#file(id);
    const { sources } = this.#options;
    const { source = "", fileName, title } = review.head;
    const hasFile = sources.has(source);
    const download = hasFile
      ? await sources.download(source, "exportDecisions", { path: this.#path(id), format })
      : await sources.downloadOf((out) =>
          writeOutputFile(out, (sink) => exportAnswer(decisionsAnswer(review), format, sink)),
        );
    return { download, name: [...(fileName === undefined ? [] : [fileName]), title, "decisions"].join("-") };
  }

  close(): void {
    for (const opening of this.#open.values()) closeWhenOpen(opening);
    this.#open.clear();
  }

  /** What the current file of the source says; null when it is not a later one, or there is none. */
  async #said(id: string, { head }: Review): Promise<Said | null> {
    const { source = "" } = head;
    const current = source.startsWith("connector:") ? this.#options.kept.currentFile(source.slice(10)) : undefined;
    if (!current) return null;
    const [look, currentLook] = [lookOf(this.#path(id)), lookOf(current.path)];
    const known = this.#checks.get(id);
    // A file that is not a later one is none whatever was decided meanwhile.
    if (known?.currentLook === currentLook && (known.look === look || known.said === null)) return known.said;
    const answer = await this.#options.sources.ask(source, "checkReview", { path: this.#path(id) });
    const said = answer && { check: checkOf(answer), rows: new Map(answer.rows.map((one) => [one.row, one])) };
    this.#checks.set(id, { look, currentLook, said });
    return said;
  }

  async #info(id: string): Promise<DecidedReview | undefined> {
    const path = this.#path(id);
    const look = lookOf(path);
    const known = this.#infos.get(id);
    if (known?.look === look) return known.info;
    try {
      const info = infoOf((await this.#file(id)).review);
      this.#infos.set(id, { look, info });
      return info;
    } catch (caught) {
      // One that is damaged is not listed as if it were decided; the one who opens it is told.
      if (caught instanceof BatonError) return undefined;
      throw caught;
    }
  }

  async #file(id: string): Promise<ReviewFile> {
    const path = this.#path(id);
    const opening = this.#open.get(id) ?? ReviewFile.open(path, this.#options.clock, (steps) => inSlices(steps));
    this.#open.delete(id);
    this.#open.set(id, opening);
    const [[oldest, first] = []] = this.#open;
    if (this.#open.size > mostOpen && first && oldest !== undefined) {
      closeWhenOpen(first);
      this.#open.delete(oldest);
    }
    try {
      return await opening;
    } catch (caught) {
      this.#open.delete(id);
      throw caught;
    }
  }

  #path(id: string): string {
    if (!/^[0-9A-Za-z]{27}$/.test(id)) throw noSuchReview();
    return join(this.#options.folder, `${id}${extension}`);
  }
}

function closeWhenOpen(opening: Promise<ReviewFile>): void {
  opening.then(
    (file) => file.close(),
    () => undefined,
  );
}

function infoOf(review: Review): DecidedReview {
  const { head, signature } = review;
  return {
    ...{
      id: head.id,
      title: head.title,
      source: head.source ?? "",
      sourceTitle: head.sourceTitle ?? "",
      syncId: head.sync.id,
      syncEndedAtMs: millisecondsOf(head.sync.endedAt),
    },
    startedBy: head.startedBy,
    startedAtMs: Date.parse(head.startedAt),
    ...review.progress(),
    signed: signature ? { by: signature.by, atMs: Date.parse(signature.at) } : null,
  };
}

function rowOf(review: Review, { row, cells, who, stake }: ReviewRow): Omit<DecidedRow, "outcome" | "remains"> {
  const decided = review.decided(row);
  const labels = stake.slice(0, shownStake).map((index) => review.head.entitlements[index]?.label ?? "");
  return {
    row,
    cells,
    who,
    stake: labels,
    stakeCount: stake.length,
    decision: decided?.decision ?? null,
    note: decided?.note ?? "",
    by: decided?.by ?? null,
    atMs: decided ? Date.parse(decided.at) : null,
  };
}

function checkOf({ syncEndedAt, rows, fresh }: CheckAnswer): ReviewCheck {
  const counts = { done: 0, "still-there": 0, unclear: 0 };
  for (const { outcome } of rows) counts[outcome]++;
  const syncEndedAtMs = millisecondsOf(syncEndedAt);
  return { syncEndedAtMs, counts, fresh: fresh?.slice(0, shownFresh) ?? null, freshCount: fresh?.length ?? 0 };
}

function lookOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : "";
}

function noSuchReview(): BatonError {
  return new BatonError({
    code: "REVIEW-NOT-FOUND",
    status: Status.notFound,
    message: "There is no such review.",
    effect: "Nothing was decided.",
    hint: "Choose one from the list.",
  });
}
