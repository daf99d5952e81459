/**
 * The evidence pack: one zip with every review as JSON, CSV and XLSX, what the run said of itself, and hashes. The same
 * file and run record give the same bytes.
 */
import { createHash, type Hash } from "node:crypto";
import { BatonError, Status } from "../sdk/errors.ts";
import { type Inquiry, openInquiry, type Request } from "./ask.ts";
import { reports } from "./catalogue.ts";
import { hashOfFile } from "./hash-file.ts";
import { renderCsv } from "./render/csv.ts";
import { renderJson, schemaVersion } from "./render/json.ts";
import { renderXlsx } from "./render/xlsx.ts";
import { ZipWriter } from "./render/zip-writer.ts";
import {
  type Answer,
  type Conclusion,
  countsByLabel,
  mapRows,
  type Rendering,
  type Report,
  type Row,
  type Rows,
  timeText,
} from "./report.ts";
import { runObject } from "./run-result.ts";

/** What the pack is made of. */
export interface EvidenceRequest extends Request {
  /** Name and version of the program, for the summary. */
  readonly madeBy: string;
}

/** What a caller says about a written pack. */
export interface EvidenceOutcome {
  /** Result of the run that wrote the sync; `unknown` without a record of that run. */
  readonly result: string;
  readonly reports: number;
}

/** Writes the pack. @throws BatonError `REPORT-FILE-CHANGED`, `ZIP-TOO-LARGE` and those of the reader. */
export async function writeEvidence(
  request: EvidenceRequest,
  sink: (bytes: Uint8Array) => void,
): Promise<EvidenceOutcome> {
  const sha256 = await hashOfFile(request.file);
  using inquiry = await openInquiry({ ...request, comparesSyncs: true });
  const pack = new Pack(sink);
  const written: WrittenReport[] = [];
  for (const report of reports) {
    if (report.isEvidence !== true) continue;
    if (report.comparesSyncs === true && inquiry.since() === undefined) continue;
    written.push(await addReport(pack, inquiry, report));
  }
  if (inquiry.recordText !== undefined) await pack.add("run.json", [inquiry.recordText]);
  const result = inquiry.run?.result ?? "unknown";
  await pack.add("summary.json", [summaryText({ request, inquiry, result, sha256, written })]);
  await pack.add("README.txt", [readme]);
  if ((await hashOfFile(request.file)) !== sha256) throw fileChanged(request.file);
  await pack.finish();
  return { result, reports: written.length };
}

interface WrittenReport extends Conclusion {
  readonly report: Report;
  readonly rows: number;
}

/** A zip that remembers the hashes of its entries. */
class Pack {
  readonly #zip: ZipWriter;
  readonly #sums: string[] = [];

  constructor(sink: (bytes: Uint8Array) => void) {
    this.#zip = new ZipWriter(sink);
  }

  async add(name: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
    const hash = createHash("sha256");
    await this.#zip.add(name, hashing(chunks, hash));
    this.#sums.push(`${hash.digest("hex")}  ${name}\n`);
  }

  /** Adds the list of hashes, in the form of `sha256sum`. */
  async finish(): Promise<void> {
    await this.#zip.add("SHA256SUMS", this.#sums);
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
const keptRows = 200_000;

async function addReport(pack: Pack, inquiry: Inquiry, report: Report): Promise<WrittenReport> {
  const path = `reports/${report.name}`;
  let kept: Row[] | undefined = [];
  let rows = 0;
  let conclusion: Conclusion = { counts: [], notices: [] };
  const answer = inquiry.answer(report);
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
  const again = (): Answer => (kept ? { ...answer, rows: sameRows(kept, conclusion) } : inquiry.answer(report));
  await pack.add(`${path}.csv`, renderCsv(again()));
  const workbook: Uint8Array[] = [];
  await renderXlsx(again(), (bytes) => workbook.push(bytes));
  await pack.add(`${path}.xlsx`, workbook);
  return { report, rows, ...conclusion };
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
  readonly written: readonly WrittenReport[];
}

function summaryText({ request, inquiry, result, sha256, written }: Summary): string {
  const { sync } = inquiry.view;
  const earlier = inquiry.since()?.sync;
  const summary = {
    schemaVersion,
    madeBy: request.madeBy,
    result,
    run: inquiry.run ? runObject(inquiry.run) : null,
    file: { sha256 },
    sync: sync ? { id: sync.id, type: sync.type, startedAt: sync.startedAt, endedAt: sync.endedAt ?? null } : null,
    since: earlier ? { id: earlier.id, type: earlier.type, endedAt: earlier.endedAt ?? null } : null,
    asOf: timeText(inquiry.asOfSeconds) ?? null,
    reports: written.map(({ report: { name, title }, rows, counts, notices }) => ({
      name,
      title,
      rows,
      counts: countsByLabel(counts),
      notices,
    })),
  };
  return `${JSON.stringify(summary, undefined, 2)}\n`;
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

const readme = `Evidence of who had access, made from one synced file.

summary.json   the sync, the result of its run, what it compared, the hash of the file, and the figures of every report
reports/       every report as JSON, CSV and XLSX
run.json       what the run recorded about itself, when its record was there
SHA256SUMS     hashes of all files in here; check them with: sha256sum -c SHA256SUMS

The result is unknown when there is no record of the run that wrote the sync. Partial roster and Incomplete mean that
people or access may be missing from the reports. What the run compared of each list is under "run": a list is whole when
announced and distinct agree, and added, over all lists of a type, gives the rows of that type. Ages are counted to the moment in asOf.

The same file, record and options give the same bytes: compare packs by their hashes.
`;
