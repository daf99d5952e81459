/**
 * Verifies a pack with nothing but its bytes and a public key: that it is whole and unchanged, who signed it, and that its
 * numbers add up. Knows no connector and no network.
 */
import { createHash, type KeyObject } from "node:crypto";
import { isComplete } from "../reports/run-result.ts";
import type { Review } from "../reviews/review.ts";
import { readReview } from "../reviews/review-file.ts";
import { syncResults } from "../sdk/contracts/run-record.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../sdk/json-object.ts";
import { keyIdOf } from "./keys.ts";
import { memberNames } from "./pack.ts";
import { openEnvelope, parseStatement, type Statement } from "./statement.ts";
import { isSummary, type Summary } from "./summary.ts";
import { readZip, type ZipMember, ZipProblem } from "./zip-reader.ts";

/** What a pack is verified with. */
export interface VerifyRequest {
  /** Undefined: it is not looked who signed it. */
  readonly key: KeyObject | undefined;
  /** SHA-256 of the synced file, in hex; undefined: it is not at hand. */
  readonly fileSha256: string | undefined;
}

/** What was verified. */
export interface Verified {
  /** Of the key that signed it; null when that was not looked at. */
  readonly keyId: string | null;
  /** The key that it says it was signed with; null for an unsigned pack. */
  readonly claimedKeyId: string | null;
  readonly madeBy: string;
  readonly result: string;
  readonly syncId: string | null;
  readonly members: number;
  readonly reports: number;
  readonly decisions: number;
  /** Rows of all reports, added up. */
  readonly rows: number;
}

/** Verifies. @throws BatonError `EVIDENCE-NO-PACK`, `EVIDENCE-CHANGED`, `EVIDENCE-SIGNATURE`, `EVIDENCE-COUNTS`, `EVIDENCE-OTHER-FILE` */
export function verifyPack(bytes: Buffer, { key, fileSha256 }: VerifyRequest): Verified {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0x504b) throw noPack();
  try {
    const members = new Map(readZip(bytes).map((member) => [member.name, member]));
    const { statement, claimedKeyId } = statementIn(members, key);
    const contents = checkMembers(members, statement);
    const summary = summaryIn(contents, statement);
    if (summary.file.sha256 !== statement.subject.find(({ name }) => name === memberNames.file)?.digest.sha256)
      throw changed("the synced file is named with two hashes");
    if (fileSha256 !== undefined && fileSha256 !== summary.file.sha256) throw otherFile();
    const rows = checkReports(contents, summary);
    checkLists(contents, summary);
    checkDecisions(contents, summary);
    return {
      keyId: key ? keyIdOf(key) : null,
      claimedKeyId,
      madeBy: summary.madeBy,
      result: summary.result,
      syncId: summary.sync?.id ?? null,
      members: members.size,
      reports: summary.reports.length,
      decisions: summary.decisions.length,
      rows,
    };
  } catch (caught) {
    if (caught instanceof ZipProblem) throw changed(caught.message);
    throw caught;
  }
}

type Contents = ReadonlyMap<string, ZipMember>;

function statementIn(
  members: Contents,
  key: KeyObject | undefined,
): { readonly statement: Statement; readonly claimedKeyId: string | null } {
  const [signed, unsigned] = [members.get(memberNames.envelope), members.get(memberNames.unsigned)];
  if (signed && unsigned) throw changed("it holds two statements");
  if (!signed) {
    const statement = unsigned && parseStatement(textOf(unsigned));
    if (!statement)
      throw members.has(memberNames.summary) ? changed("its statement is missing or cannot be read") : noPack();
    if (key) throw notSigned();
    return { statement, claimedKeyId: null };
  }
  const envelope = openEnvelope(textOf(signed));
  if (!envelope) throw changed(`${memberNames.envelope} cannot be read`);
  const [claimed = ""] = envelope.keyIds;
  if (key && !envelope.keyIds.includes(keyIdOf(key))) throw otherKey(claimed, keyIdOf(key));
  if (key && !envelope.isSignedWith(key)) throw badSignature();
  const statement = parseStatement(envelope.statement);
  if (!statement) throw changed("what is signed is no statement about evidence");
  return { statement, claimedKeyId: claimed };
}

/** Every member is stated, and everything stated is a member, with its hash. */
function checkMembers(members: Contents, { subject }: Statement): Contents {
  const stated = subject.filter(({ name }) => name !== memberNames.file);
  const names = new Set([...stated.map(({ name }) => name), memberNames.envelope, memberNames.unsigned]);
  const more = [...members.keys()].find((name) => !names.has(name));
  if (more !== undefined) throw changed(`${more} does not belong to it`);
  for (const { name, digest } of stated) {
    const member = members.get(name);
    if (!member) throw changed(`${name} is missing`);
    if (createHash("sha256").update(member.content()).digest("hex") !== digest.sha256)
      throw changed(`${name} is not what was stated`);
  }
  const sums = stated.filter(({ name }) => name !== memberNames.sums);
  const expected = sums.map(({ name, digest }) => `${digest.sha256}  ${name}\n`).join("");
  if (textIn(members, memberNames.sums) !== expected) throw changed(`${memberNames.sums} does not fit the statement`);
  return members;
}

function summaryIn(contents: Contents, { predicate }: Statement): Summary {
  const summary = objectIn(contents, memberNames.summary);
  if (JSON.stringify(summary) !== JSON.stringify(predicate)) throw changed("its summary is not what was stated");
  if (!isSummary(summary)) throw changed(`${memberNames.summary} is no summary of a pack`);
  return summary;
}

/** @returns the rows of all reports. */
function checkReports(contents: Contents, { reports }: Summary): number {
  let all = 0;
  for (const { name, rows, counts } of reports) {
    const report = objectIn(contents, `reports/${name}.json`);
    const found = rowsIn(report);
    if (found.length !== rows) throw miscounted(`${name} has ${found.length} rows, and the summary says ${rows}`);
    if (JSON.stringify(report["counts"]) !== JSON.stringify(counts)) throw miscounted(`the figures of ${name} differ`);
    all += rows;
  }
  return all;
}

/** Over all lists of a type, what each added gives the rows of that type, unless the run itself said that some are missing. */
function checkLists(contents: Contents, { run, result }: Summary): void {
  const known = syncResults.find((one) => one === result);
  const lists = run?.completeness?.lists ?? [];
  if (known === undefined || !isComplete(known) || lists.length === 0) return;
  const types = rowsIn(objectIn(contents, "reports/resource-types.json"));
  for (const [type, some] of Map.groupBy(lists, ({ resourceType }) => resourceType)) {
    const added = some.reduce((sum, list) => sum + list.added, 0);
    const rows = types.find((row) => row["type"] === type)?.["resources"] ?? 0;
    if (added !== rows)
      throw miscounted(`the lists of type ${type} add up to ${added}, and the file has ${String(rows)}`);
  }
}

function checkDecisions(contents: Contents, { decisions }: Summary): void {
  for (const { id, rows, counts, signed } of decisions) {
    const name = `decisions/${id}`;
    const review = reviewIn(contents, `${name}.review`);
    const progress = review.progress();
    const { keep, revoke, unsure } = progress.counts;
    const said = ["rows", "keep", "revoke", "unsure", "undecided"].map((key) => counts[key]);
    const found = [progress.rows, keep, revoke, unsure, progress.undecided];
    const isSaid = said.every((count, index) => count === found[index]);
    if (!isSaid || (review.signature !== undefined) !== (signed !== null))
      throw miscounted(`the decisions of ${id} are not what the summary says`);
    const shown = rowsIn(objectIn(contents, `${name}.json`));
    if (shown.length !== rows) throw miscounted(`${name}.json has ${shown.length} rows, and the summary says ${rows}`);
    const odd = review.rows.find(
      ({ row }) => (shown[row - 1]?.["decision"] ?? null) !== (review.decided(row)?.decision ?? null),
    );
    if (odd) throw miscounted(`row ${odd.row} of ${name}.json is not what was decided`);
  }
}

function reviewIn(contents: Contents, name: string): Review {
  const member = contents.get(name);
  if (!member) throw changed(`${name} is missing`);
  return readReview(name, member.content());
}

function rowsIn(report: JsonObject): readonly JsonObject[] {
  const { rows } = report;
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}

function objectIn(contents: Contents, name: string): JsonObject {
  const object = parseJsonObject(textIn(contents, name));
  if (object === undefined) throw changed(`${name} cannot be read`);
  return object;
}

function textIn(contents: Contents, name: string): string {
  const member = contents.get(name);
  if (!member) throw changed(`${name} is missing`);
  return textOf(member);
}

function textOf(member: ZipMember): string {
  return member.content().toString("utf8");
}

const notTrusted = "Do not rely on it. Ask for the pack again from where it was made.";

function noPack(): BatonError {
  return new BatonError({
    code: "EVIDENCE-NO-PACK",
    status: Status.invalidArgument,
    message: "The file is no evidence pack.",
    effect: "Nothing was verified.",
    hint: "Give the zip that `evidence` wrote, as it was written.",
  });
}

function changed(problem: string): BatonError {
  return new BatonError({
    code: "EVIDENCE-CHANGED",
    status: Status.dataLoss,
    message: `The pack is not what was written: ${problem}.`,
    effect: "It proves nothing.",
    hint: notTrusted,
  });
}

function miscounted(problem: string): BatonError {
  return new BatonError({
    code: "EVIDENCE-COUNTS",
    status: Status.dataLoss,
    message: `The numbers of the pack do not add up: ${problem}.`,
    effect: "It proves nothing.",
    hint: notTrusted,
  });
}

function badSignature(): BatonError {
  return new BatonError({
    code: "EVIDENCE-SIGNATURE",
    status: Status.unauthenticated,
    message: "The signature does not fit what was signed.",
    effect: "The pack proves nothing.",
    hint: notTrusted,
  });
}

function otherKey(claimed: string, given: string): BatonError {
  return new BatonError({
    code: "EVIDENCE-SIGNATURE",
    status: Status.unauthenticated,
    message: `The pack says that it was signed with the key ${claimed}, and not with ${given}.`,
    effect: "It is not known who signed it.",
    hint: "Give the public key of the person who made the pack; get it by another way than the pack.",
  });
}

function notSigned(): BatonError {
  return new BatonError({
    code: "EVIDENCE-UNSIGNED",
    status: Status.failedPrecondition,
    message: "The pack is not signed.",
    effect: "Anyone who could change it could change its hashes as well.",
    hint: "Ask for a signed one, or verify its hashes and sums alone with --allow-unsigned.",
  });
}

function otherFile(): BatonError {
  return new BatonError({
    code: "EVIDENCE-OTHER-FILE",
    status: Status.dataLoss,
    message: "The synced file is not the one that the pack was made of.",
    effect: "What the pack says is not about this file.",
    hint: "Give the file as it was when the pack was made.",
  });
}
