/** Runs the actions of `review`. What does not belong to an action is refused. */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Inquiry, openInquiry, type Request } from "../reports/ask.ts";
import { columnsOf } from "../reports/columns.ts";
import { type FormFlag, given, type RequestFlag, readForm, readRequest } from "../reports/command-options.ts";
import { refuseSameFile } from "../reports/commands.ts";
import { hashOfFile } from "../reports/hash-file.ts";
import { loadPeopleList } from "../reports/people/load-text.ts";
import { writeAnswer } from "../reports/render/write-answer.ts";
import { type Answer, counted, type Report, type Rows } from "../reports/report.ts";
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import type { Invocation } from "../sdk/cli/app.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import { userName } from "../sdk/cli/system-io.ts";
import { boundYoungGeneration } from "../sdk/cli/young-generation.ts";
import type { Flag } from "../sdk/config/field.ts";
import { errnoOf } from "../sdk/errors.ts";
import { checkReview } from "./check.ts";
import { decisionsAnswer } from "./decisions-report.ts";
import type { Condition, Question } from "./question.ts";
import { type Progress, type Review, type Verdict, verdicts } from "./review.ts";
import { ReviewFile, readHead, writeReview } from "./review-file.ts";
import { startReview } from "./start.ts";
import { toEnd } from "./to-end.ts";

/** What can be done, in the order in which it is done. */
const reviewActions = ["start", "list", "decide", "sign", "status"] as const;
type Action = (typeof reviewActions)[number];

type ReviewFlag =
  | RequestFlag
  | FormFlag
  | Flag<"string", "list" | "search" | "title" | "decision" | "note" | "by">
  | Flag<"stringSlice", "where" | "rows">;
type ReviewInvocation = Invocation<ReviewFlag>;

/** The flags of each action. */
const flagsOf: Readonly<Record<Action, readonly ReviewFlag["name"][]>> = {
  start: ["file", "sync-id", "since", "as-of", "list", "where", "search", "title", "by", "out"],
  list: ["output", "out", "bom"],
  decide: ["rows", "decision", "note", "by"],
  sign: ["by"],
  status: ["file", "sync-id", "output", "out", "bom"],
};

/** Runs one action. @returns the exit code. @throws BatonError `BATON-USAGE`, and those of reviews and files. */
export async function runReview(invocation: ReviewInvocation): Promise<number> {
  const [word, ...operands] = invocation.flags.operands;
  const action = reviewActions.find((one) => one === word);
  if (!action) {
    const problem = word === undefined ? "review needs to know what to do" : `unknown action ${JSON.stringify(word)}`;
    throw usageError(problem, `There are: ${reviewActions.join(", ")}.`);
  }
  const odd = [...invocation.flags.values.keys()].find((name) => !flagsOf[action].some((flag) => flag === name));
  if (odd !== undefined) throw usageError(`--${odd} is not for review ${action}`);
  boundYoungGeneration();
  await actions[action](invocation, operands);
  return 0;
}

const actions: Readonly<Record<Action, (invocation: ReviewInvocation, operands: readonly string[]) => Promise<void>>> =
  {
    start,
    list,
    decide: decideRows,
    sign: signReview,
    status,
  };

async function start(invocation: ReviewInvocation, [report, about, ...more]: readonly string[]): Promise<void> {
  const { app, io, options } = invocation;
  if (more[0] !== undefined) throw usageError(`review start does not take ${JSON.stringify(more[0])}`);
  const path = options.string("out");
  if (path === "") throw usageError("review start needs --out with the path of the review to write");
  const list = given(options, "list");
  if ((report === undefined) === (list === undefined))
    throw usageError("review start needs a report or --list, and not both");
  const request = readRequest(app, options, io);
  refuseSameFile({ file: request.file, out: path });
  const question: Question = {
    ...(list === undefined ? { report: report ?? "" } : { list: await loadPeopleList(list, io) }),
    ...(about !== undefined && { about }),
    where: options.strings("where").map(readCondition),
    search: options.string("search"),
  };
  const fileSha256 = await hashOfFile(request.file);
  using inquiry = await openInquiry({ ...request, comparesSyncs: true });
  const who = { title: given(options, "title"), by: personOf(invocation), nowMs: io.clock.nowMs() };
  const started = toEnd(startReview({ question, fileSha256, ...who }, inquiry));
  await writeReview(resolve(io.cwd, path), started);
  io.stdout.write(`Started ${path}: ${started.head.title}, ${started.rows.length} rows to decide.\n`);
}

async function list({ io, options }: ReviewInvocation, [directory = ".", ...more]: readonly string[]): Promise<void> {
  if (more[0] !== undefined) throw usageError(`review list does not take ${JSON.stringify(more[0])}`);
  const found = reviewsIn(resolve(io.cwd, directory));
  await writeAnswer(
    listAnswer(found.map((path) => ({ path, review: new ReviewFile(path, io.clock).review }))),
    readForm(options),
    io,
  );
}

function reviewsIn(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith(".review"));
    return names
      .toSorted()
      .map((name) => join(directory, name))
      .filter((path) => readHead(path) !== undefined);
  } catch (caught) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(caught))) throw usageError(`there is no directory ${directory}`);
    throw fileError(caught, `read ${directory}`, "No review was read.");
  }
}

const listReport: Report = {
  name: "reviews",
  title: "Reviews",
  summary: "Reviews and how far they are",
  columns: columnsOf({
    file: "File",
    title: "Title",
    sync: "Sync",
    rows: "Rows",
    undecided: "Undecided",
    keep: "Keep",
    revoke: "Revoke",
    unsure: "Unsure",
    startedBy: "Started by",
    startedAt: "Started at",
    signedBy: "Signed by",
  }),
  rows: () => listRows([]),
};

interface FoundReview {
  readonly path: string;
  readonly review: Review;
}

function listAnswer(found: readonly FoundReview[]): Answer {
  const nothing = { sync: undefined, since: undefined, run: undefined, asOfSeconds: undefined, about: undefined };
  return { report: listReport, ...nothing, rows: listRows(found) };
}

function* listRows(found: readonly FoundReview[]): Rows {
  for (const { path, review } of found) {
    const { head, signature } = review;
    const { rows, undecided, counts } = review.progress();
    const progress = [rows, undecided, counts.keep, counts.revoke, counts.unsure];
    yield [basename(path), head.title, head.sync.id, ...progress, head.startedBy, head.startedAt, signature?.by];
  }
  return { counts: [counted("reviews", found.length)], notices: [] };
}

async function decideRows(invocation: ReviewInvocation, operands: readonly string[]): Promise<void> {
  const { io, options } = invocation;
  const decision = readVerdict(given(options, "decision"));
  const note = given(options, "note");
  if (decision === undefined && note === undefined) throw usageError("review decide needs --decision, --note or both");
  using file = open(invocation, operands, "decide");
  const rows = readRows(options.strings("rows"), file.review);
  await file.decide({ rows, decision, note, by: personOf(invocation) });
  io.stdout.write(
    `Decided ${rows.length === 1 ? "1 row" : `${rows.length} rows`}. ${progressText(file.review.progress())}\n`,
  );
}

async function signReview(invocation: ReviewInvocation, operands: readonly string[]): Promise<void> {
  using file = open(invocation, operands, "sign");
  await file.sign(personOf(invocation));
  const { title } = file.review.head;
  invocation.io.stdout.write(`Signed: ${title}. ${progressText(file.review.progress())}\n`);
}

async function status(invocation: ReviewInvocation, operands: readonly string[]): Promise<void> {
  const { app, io, options } = invocation;
  using file = open(invocation, operands, "status");
  const form = readForm(options);
  refuseSameFile({ file: file.path, out: form.out });
  const { review } = file;
  if (!options.isGiven("file") && !io.env["BATON_FILE"]) {
    if (options.isGiven("sync-id")) throw usageError("--sync-id needs --file");
    await writeAnswer(decisionsAnswer(review), form, io);
    return;
  }
  const request: Request = readRequest(app, options, io);
  refuseSameFile({ file: request.file, out: form.out });
  using inquiry: Inquiry = await openInquiry(request);
  await writeAnswer(decisionsAnswer(review, toEnd(checkReview(review, inquiry))), form, io);
}

function open({ io }: ReviewInvocation, [path, excess]: readonly string[], action: Action): ReviewFile {
  if (path === undefined) throw usageError(`review ${action} needs the path of a review`);
  if (excess !== undefined) throw usageError(`review ${action} does not take ${JSON.stringify(excess)}`);
  return new ReviewFile(resolve(io.cwd, path), io.clock);
}

function personOf({ options }: ReviewInvocation): string {
  const by = (given(options, "by") ?? userName()).trim();
  if (by === "") throw usageError("--by is empty", "Give the name of the person who decides.");
  return by;
}

function readVerdict(text: string | undefined): Verdict | undefined {
  if (text === undefined) return undefined;
  const found = verdicts.find((one) => one === text);
  if (!found) throw usageError(`--decision is ${verdicts.join(", ")}, not ${JSON.stringify(text)}`);
  return found;
}

function readCondition(text: string): Condition {
  const at = text.indexOf("=");
  if (at < 1)
    throw usageError(`--where is COLUMN=VALUE, not ${JSON.stringify(text)}`, "For example --where status=disabled.");
  return { column: text.slice(0, at), value: text.slice(at + 1) };
}

/** Numbers and ranges, `all` or `undecided`. */
function readRows(texts: readonly string[], review: Review): readonly number[] {
  if (texts.length === 0)
    throw usageError("review decide needs --rows", "Give numbers, as 1,4-9; or all, or undecided.");
  const numbers = review.rows.map(({ row }) => row);
  const found = texts.flatMap((text): readonly number[] => {
    if (text === "all") return numbers;
    if (text === "undecided") return numbers.filter((row) => !review.decided(row)?.decision);
    const range = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text.trim());
    if (!range) throw usageError(`--rows has numbers, as 1,4-9, or all, or undecided; not ${JSON.stringify(text)}`);
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (last < first || last - first > numbers.length) throw usageError(`--rows has no range ${text}`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return [...new Set(found)];
}

function progressText({ rows, undecided, counts }: Progress): string {
  const { keep, revoke, unsure } = counts;
  return `${rows - undecided} of ${rows} rows are decided: ${keep} keep, ${revoke} revoke, ${unsure} unsure.`;
}
