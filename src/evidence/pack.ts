/**
 * The evidence pack: one zip with every review as JSON, CSV and XLSX, what was decided, what the run said of itself,
 * hashes, and a statement about all of it, signed when there is a key. The same file, record, decisions and key give the
 * same bytes.
 */
import { createHash, type Hash, type KeyObject } from "node:crypto";
import { type Inquiry, openInquiry, type Request } from "../reports/ask.ts";
import { reports } from "../reports/catalogue.ts";
import { hashOfFile } from "../reports/hash-file.ts";
import { renderCsv } from "../reports/render/csv.ts";
import { renderJson, schemaVersion } from "../reports/render/json.ts";
import { renderXlsx } from "../reports/render/xlsx.ts";
import { ZipWriter } from "../reports/render/zip-writer.ts";
import {
  type Answer,
  type Conclusion,
  countsByLabel,
  mapRows,
  type Rendering,
  type Row,
  type Rows,
  timeText,
} from "../reports/report.ts";
import { runObject } from "../reports/run-result.ts";
import { type Check, checkReview } from "../reviews/check.ts";
import { decisionsAnswer } from "../reviews/decisions-report.ts";
import type { Review } from "../reviews/review.ts";
import { readReview, readReviewBytes } from "../reviews/review-file.ts";
import { toEnd } from "../reviews/to-end.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { keyIdOf } from "./keys.ts";
import { envelopeText, type Subject, statementText } from "./statement.ts";

/** What the pack is made of. */
export interface EvidenceRequest extends Request {
  /** Name and version of the program, for the summary. */
  readonly madeBy: string;
  /** Paths of reviews whose decisions are taken along. */
  readonly reviews?: readonly string[];
  /** Ed25519; without one the pack says that it is unsigned. */
  readonly key?: KeyObject | undefined;
}

/** What a caller says about a written pack. */
export interface EvidenceOutcome {
  /** Result of the run that wrote the sync; `unknown` without a record of that run. */
  readonly result: string;
  readonly reports: number;
  readonly reviews: number;
  /** SHA-256 of the public key; null for an unsigned pack. */
  readonly keyId: string | null;
}

/** Names of members that the verifier looks for. */
export const memberNames = {
  summary: "summary.json",
  sums: "SHA256SUMS",
  envelope: "statement.dsse.json",
  unsigned: "statement.json",
  /** The file that the pack was made of is a subject as well, and no member. */
  file: "sync.c1z",
} as const;

/** Writes the pack. @throws BatonError `REPORT-FILE-CHANGED`, `ZIP-TOO-LARGE` and those of the reader. */
export async function writeEvidence(
  request: EvidenceRequest,
  sink: (bytes: Uint8Array) => void,
): Promise<EvidenceOutcome> {
  const sha256 = await hashOfFile(request.file);
  using inquiry = await openInquiry({ ...request, comparesSyncs: true });
  const pack = new Pack(sink);
  const written: Written[] = [];
  for (const report of reports) {
    if (report.isReview !== true && report.isEvidence !== true) continue;
    if (report.comparesSyncs === true && inquiry.since() === undefined) continue;
    if (report.hasSubject?.(inquiry.view) === false) continue;
    const conclusion = await addAnswer(pack, `reports/${report.name}`, () => inquiry.answer(report));
    written.push({ name: report.name, title: report.title, ...conclusion });
  }
  const decided: Decided[] = [];
  for (const path of request.reviews ?? []) decided.push(await addDecisions(pack, path, inquiry));
  if (inquiry.recordText !== undefined) await pack.add("run.json", [inquiry.recordText]);
  const result = inquiry.run?.result ?? "unknown";
  const keyId = request.key ? keyIdOf(request.key) : null;
  const summary = summaryOf({ request, inquiry, result, sha256, written, decided, keyId });
  await pack.add(memberNames.summary, [`${JSON.stringify(summary, undefined, 2)}\n`]);
  await pack.add("README.txt", [readmeOf(keyId)]);
  if ((await hashOfFile(request.file)) !== sha256) throw fileChanged(request.file);
  await pack.finish({ name: memberNames.file, digest: { sha256 } }, summary, request.key);
  return { result, reports: written.length, reviews: decided.length, keyId };
}

interface CountedRows extends Conclusion {
  readonly rows: number;
}

interface Written extends CountedRows {
  readonly name: string;
  readonly title: string;
}

/** Without the rows, which are large. */
interface Decided extends CountedRows, Pick<Review, "head" | "signature"> {}

/** A zip that remembers the hashes of its entries. */
class Pack {
  readonly #zip: ZipWriter;
  readonly #subjects: Subject[] = [];

  constructor(sink: (bytes: Uint8Array) => void) {
    this.#zip = new ZipWriter(sink);
  }

  async add(name: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
    const hash = createHash("sha256");
    await this.#zip.add(name, hashing(chunks, hash));
    this.#subjects.push({ name, digest: { sha256: hash.digest("hex") } });
  }

  /** Adds the hashes, in the form of `sha256sum`, and the statement about them and the file. */
  async finish(file: Subject, predicate: Readonly<Record<string, unknown>>, key: KeyObject | undefined): Promise<void> {
    await this.add(
      memberNames.sums,
      this.#subjects.map(({ name, digest }) => `${digest.sha256}  ${name}\n`),
    );
    const statement = statementText([file, ...this.#subjects], predicate);
    if (key) await this.#zip.add(memberNames.envelope, [envelopeText(statement, key)]);
    else await this.#zip.add(memberNames.unsigned, [statement]);
    this.#zip.finish();
  }
}

function* hashing(chunks: Iterable<string | Uint8Array>, hash: Hash): Generator<string | Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Rows of a report that are kept between its three forms; beyond them memory counts for more than time. */
const keptRows = 20_000;

async function addAnswer(pack: Pack, path: string, ask: () => Answer): Promise<CountedRows> {
  let kept: Row[] | undefined = [];
  let rows = 0;
  let conclusion: Conclusion = { counts: [], notices: [] };
  const answer = ask();
  const counted = mapRows(answer.rows, (row) => {
    rows++;
    if (rows > keptRows) kept = undefined;
    kept?.push(row);
    return row;
  });
  const json = remembering(renderJson({ ...answer, rows: counted }), (known) => {
    conclusion = known;
  });
  await pack.add(`${path}.json`, json);
  const again = (): Answer => (kept ? { ...answer, rows: sameRows(kept, conclusion) } : ask());
  await pack.add(`${path}.csv`, renderCsv(again()));
  const workbook: Uint8Array[] = [];
  await renderXlsx(again(), (bytes) => workbook.push(bytes));
  await pack.add(`${path}.xlsx`, workbook);
  return { rows, ...conclusion };
}

/** The review as it is, and its decisions held against the sync of the pack when that is a later one. */
async function addDecisions(pack: Pack, path: string, inquiry: Inquiry): Promise<Decided> {
  const bytes = readReviewBytes(path);
  const review = readReview(path, bytes);
  const isOfThis = review.head.sync.id === inquiry.view.sync?.id;
  const check: Check | undefined = isOfThis ? undefined : toEnd(checkReview(review, inquiry));
  const name = `decisions/${review.head.id}`;
  await pack.add(`${name}.review`, [bytes]);
  const { head, signature } = review;
  return { head, signature, ...(await addAnswer(pack, name, () => decisionsAnswer(review, check))) };
}

function* sameRows(rows: readonly Row[], conclusion: Conclusion): Rows {
  yield* rows;
  return conclusion;
}

function* remembering(rendering: Rendering, remember: (conclusion: Conclusion) => void): Generator<string> {
  remember(yield* rendering);
}

interface Summary {
  readonly request: EvidenceRequest;
  readonly inquiry: Inquiry;
  readonly result: string;
  readonly sha256: string;
  readonly written: readonly Written[];
  readonly decided: readonly Decided[];
  readonly keyId: string | null;
}

function summaryOf({ request, inquiry, result, sha256, written, decided, keyId }: Summary) {
  const { sync } = inquiry.view;
  const earlier = inquiry.since()?.sync;
  return {
    schemaVersion,
    madeBy: request.madeBy,
    result,
    run: inquiry.run ? runObject(inquiry.run) : null,
    file: { sha256 },
    sync: sync ? { id: sync.id, type: sync.type, startedAt: sync.startedAt, endedAt: sync.endedAt ?? null } : null,
    since: earlier ? { id: earlier.id, type: earlier.type, endedAt: earlier.endedAt ?? null } : null,
    asOf: timeText(inquiry.asOfSeconds) ?? null,
    signedWith: keyId,
    reports: written.map(({ name, title, rows, counts, notices }) => ({
      name,
      title,
      rows,
      counts: countsByLabel(counts),
      notices,
    })),
    decisions: decided.map(({ head, signature, rows, counts, notices }) => ({
      id: head.id,
      title: head.title,
      sync: head.sync,
      fileSha256: head.fileSha256,
      rows,
      counts: countsByLabel(counts),
      notices,
      signed: signature ? { by: signature.by, at: signature.at } : null,
    })),
  };
}

function fileChanged(path: string): BatonError {
  return new BatonError({
    code: "REPORT-FILE-CHANGED",
    status: Status.aborted,
    message: `${path} was replaced while the evidence pack was made.`,
    effect: "The pack was not written.",
    hint: "Make it again when no sync is running.",
  });
}

function readmeOf(keyId: string | null): string {
  const signature =
    keyId === null
      ? "This pack is NOT SIGNED: anyone who could change it could change its hashes as well."
      : `Signed with the Ed25519 key ${keyId} (SHA-256 of the public key).`;
  return `${readme}\n${signature}\n`;
}

const readme = `Evidence of who had access, made from one synced file.

summary.json   the sync, the result of its run, what it compared, the hash of the file, and the figures of every report
reports/       every report as JSON, CSV and XLSX
decisions/     what was decided in reviews: the review itself, and its rows as JSON, CSV and XLSX, when there were any
run.json       what the run recorded about itself, when its record was there
SHA256SUMS     hashes of all files in here; check them with: sha256sum -c SHA256SUMS
statement*     an in-toto statement about all files in here and the synced file (sync.c1z); in a DSSE envelope when signed

Check all of it, without a network: evidence verify PACK --key PUBLIC-KEY

The result is unknown when there is no record of the run that wrote the sync. Partial roster and Incomplete mean that
people or access may be missing from the reports. What the run compared of each list is under "run": a list is whole when
announced and distinct agree, and added, over all lists of a type, gives the rows of that type. Ages are counted to the moment in asOf.

The same file, record and options give the same bytes: compare packs by their hashes.
`;
