/**
 * A review as a file that only grows: head and rows are there as a whole or not at all, each decision is a line that is
 * on the disk before it counts, and the signature is the last line. Every line names the hash of all before it.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { writeOutputFile } from "../reports/output-file.ts";
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import { lockFile } from "../sdk/c1z/container/file-lock.ts";
import { readWholeFile } from "../sdk/c1z/container/whole-file.ts";
import {
  brokenLine,
  type ChainedLine,
  ChainedLines,
  type ChainState,
  chainedLines,
  lineObject,
} from "../sdk/chained-lines.ts";
import type { Clock } from "../sdk/clock.ts";
import { BatonError, errnoOf, Status } from "../sdk/errors.ts";
import {
  type DecisionLine,
  parseAdded,
  parseHead,
  parseStarted,
  type Review,
  type ReviewHead,
  type SignatureLine,
  type Verdict,
} from "./review.ts";
import type { StartedReview } from "./start.ts";
import { toEnd } from "./to-end.ts";

/** Somebody else writes a line and is done. */
const waitMs = 5000;
/** The head names all entitlements, so that it can be long. */
const headPieceBytes = 65_536;
const mostHeadPieces = 1024;

/** What somebody decides. */
export interface DecisionInput {
  readonly rows: readonly number[];
  readonly decision?: Verdict | undefined;
  readonly note?: string | undefined;
  readonly by: string;
}

/** Writes a new review. @throws BatonError `REVIEW-EXISTS`, and what the system refused. */
export async function writeReview(path: string, { head, rows }: StartedReview): Promise<void> {
  if (existsSync(path)) throw exists(path);
  await writeOutputFile(path, async (sink) => {
    sink(`${JSON.stringify(head)}\n`);
    for (const row of rows) sink(`${JSON.stringify(row)}\n`);
  });
}

/** A review in its file. What another process added is taken in before anything is done. */
export class ReviewFile {
  readonly path: string;
  readonly #clock: Clock;
  #review: Review;
  #seen: string;
  #end: ChainState;
  #lines: ChainedLines | undefined;

  /** Opens it. @throws BatonError `REVIEW-NOT-FOUND`, `REVIEW-DAMAGED` */
  constructor(path: string, clock: Clock, read: ReadReview = readNow(path)) {
    this.path = path;
    this.#clock = clock;
    this.#seen = read.look;
    this.#review = read.review;
    this.#end = read.end;
  }

  /**
   * Opens it without keeping the process to itself.
   * @param walk walks steps to their end, and lets others have their turn in between.
   * @throws BatonError as the constructor
   */
  static async open(
    path: string,
    clock: Clock,
    walk: (steps: Generator<void, WholeReview, undefined>) => Promise<WholeReview>,
  ): Promise<ReviewFile> {
    const look = lookOf(path);
    return new ReviewFile(path, clock, { look, ...(await walk(reviewIn(path, readReviewBytes(path)))) });
  }

  /** The review as it is now. @throws BatonError as the constructor */
  get review(): Review {
    const look = lookOf(this.path);
    if (look !== this.#seen) {
      ({ look: this.#seen, review: this.#review, end: this.#end } = readNow(this.path));
      this.close();
    }
    return this.#review;
  }

  /** Decides rows. @throws BatonError `REVIEW-SIGNED`, `REVIEW-ROW`, those of reading and writing. */
  async decide({ rows, decision, note, by }: DecisionInput): Promise<void> {
    await this.#append((review) => {
      const odd = rows.find((row) => !Number.isInteger(row) || row < 1 || row > review.rows.length);
      if (odd !== undefined || rows.length === 0) throw noSuchRow(odd, review.rows.length);
      return {
        kind: "decided",
        rows: [...new Set(rows)],
        ...(decision !== undefined && { decision }),
        ...(note !== undefined && { note }),
        by,
        at: this.#now(),
      };
    });
  }

  /** Ends the review. @throws BatonError `REVIEW-UNDECIDED`, `REVIEW-SIGNED`, those of reading and writing. */
  async sign(by: string): Promise<void> {
    await this.#append((review) => {
      const { undecided, counts } = review.progress();
      if (undecided > 0) throw undecidedRows(undecided);
      return { kind: "signed", by, at: this.#now(), counts };
    });
  }

  close(): void {
    this.#lines?.close();
    this.#lines = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #append(lineFor: (review: Review) => DecisionLine | SignatureLine): Promise<void> {
    const lock = await lockFile(this.path, { clock: this.#clock, wait: { longestMs: waitMs, standstillMs: waitMs } });
    try {
      const { review } = this;
      if (review.signature) throw alreadySigned(review.signature);
      const line = lineFor(review);
      this.#lines ??= new ChainedLines(this.path, this.#end);
      this.#lines.append({ ...line });
      review.apply(line);
      this.#seen = lookOf(this.path);
    } catch (caught) {
      throw fileError(caught, `write ${this.path}`, "Nothing was decided.");
    } finally {
      lock.release();
    }
  }

  #now(): string {
    return new Date(this.#clock.nowMs()).toISOString();
  }
}

/** A review, and what the next line of its file goes on from. */
export interface WholeReview {
  readonly review: Review;
  readonly end: ChainState;
}

/** With the look of its file before it was read. */
interface ReadReview extends WholeReview {
  readonly look: string;
}

function readNow(path: string): ReadReview {
  return { look: lookOf(path), ...toEnd(reviewIn(path, readReviewBytes(path))) };
}

/** Reads a review. @param path for people. @throws BatonError `REVIEW-DAMAGED` */
export function readReview(path: string, content: Uint8Array): Review {
  return toEnd(reviewIn(path, content)).review;
}

/** The same, a row a step. @throws BatonError `REVIEW-DAMAGED` */
export function* reviewIn(path: string, content: Uint8Array): Generator<void, WholeReview, undefined> {
  const [first] = chainedLines(content, Number.POSITIVE_INFINITY);
  const head = parseHead(first);
  const lines = chainedLines(content, 1 + (head?.rows ?? 0));
  lines.next();
  const review = head && (yield* parseStarted(head, lines));
  if (!review) throw damaged(path, "it is not one, or it is cut off");
  const added: ChainedLine[] = [];
  let next = lines.next();
  for (; !next.done; next = lines.next()) {
    added.push(next.value);
    yield;
  }
  // The rest of a line whose writing was cut off says nothing, and hides nothing.
  const whole = added.filter((line) => lineObject(line) !== undefined);
  const broken = brokenLine(whole, true);
  if (broken) throw damaged(path, `line ${broken.number} does not fit what is before it`);
  const said = whole.flatMap((line) => parseAdded(line) ?? []);
  if (
    said.slice(0, -1).some(({ kind }) => kind === "signed") ||
    (said.at(-1)?.kind === "signed" && whole.at(-1) !== added.at(-1))
  )
    throw damaged(path, "something stands behind the signature");
  for (const line of said) review.apply(line);
  return { review, end: next.value };
}

/** The bytes of a review. @throws BatonError `REVIEW-NOT-FOUND`, and what the system refused. */
export function readReviewBytes(path: string): Uint8Array {
  try {
    return readWholeFile(path);
  } catch (caught) {
    if (errnoOf(caught) === "ENOENT") throw notFound(path);
    throw fileError(caught, `read ${path}`, "Nothing was decided.");
  }
}

/** The first line of a review, without the rest; undefined for any other file. */
export function readHead(path: string): ReviewHead | undefined {
  // A pipe would be waited for.
  if (!statSync(path).isFile()) return undefined;
  const file = openSync(path, "r");
  try {
    const pieces: Buffer[] = [];
    for (let piece = Buffer.alloc(headPieceBytes), read = 1; read > 0 && pieces.length < mostHeadPieces; ) {
      read = readSync(file, piece);
      const end = piece.subarray(0, read).indexOf(0x0a);
      pieces.push(piece.subarray(0, end === -1 ? read : end));
      if (end !== -1) return parseHead({ text: Buffer.concat(pieces).toString("utf8") });
      piece = Buffer.alloc(headPieceBytes);
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Changes whenever something is added. */
function lookOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : "";
}

function exists(path: string): BatonError {
  return new BatonError({
    code: "REVIEW-EXISTS",
    status: Status.alreadyExists,
    message: `${path} is there already.`,
    effect: "No review was started, and the file was not changed.",
    hint: "Give another path.",
  });
}

function notFound(path: string): BatonError {
  return new BatonError({
    code: "REVIEW-NOT-FOUND",
    status: Status.notFound,
    message: `There is no review ${path}.`,
    effect: "Nothing was decided.",
    hint: "Start one, or give the path of one.",
  });
}

function damaged(path: string, problem: string): BatonError {
  return new BatonError({
    code: "REVIEW-DAMAGED",
    status: Status.dataLoss,
    message: `${path} is no review that can be trusted: ${problem}.`,
    effect: "Nothing was read from it and it was not changed.",
    hint: "Restore it from a back-up; what was changed by hand is not taken as decided.",
  });
}

function alreadySigned({ by, at }: { readonly by: string; readonly at: string }): BatonError {
  return new BatonError({
    code: "REVIEW-SIGNED",
    status: Status.failedPrecondition,
    message: `The review was signed by ${by} on ${at.slice(0, 10)}.`,
    effect: "Nothing was changed: a signed review stays as it is.",
    hint: "Start a new review.",
  });
}

function undecidedRows(count: number): BatonError {
  return new BatonError({
    code: "REVIEW-UNDECIDED",
    status: Status.failedPrecondition,
    message: `${count} ${count === 1 ? "row is" : "rows are"} not decided yet.`,
    effect: "The review was not signed.",
    hint: "Decide every row, as unsure where it is open, and sign then.",
  });
}

function noSuchRow(row: number | undefined, rows: number): BatonError {
  return new BatonError({
    code: "REVIEW-ROW",
    status: Status.invalidArgument,
    message: row === undefined ? "No row is named." : `The review has no row ${row}; it has rows 1 to ${rows}.`,
    effect: "Nothing was decided.",
    hint: "Name rows by their numbers.",
  });
}
