/** The summary of a pack, as far as it is verified. In an unsigned pack anything may stand in its place. */
import { isJsonObject, type JsonObject } from "../sdk/json-object.ts";

/** The summary as a pack has it. */
export interface Summary {
  readonly madeBy: string;
  readonly result: string;
  readonly run: { readonly completeness: { readonly lists: readonly SummaryList[] } | null } | null;
  readonly file: { readonly sha256: string };
  readonly sync: { readonly id: string } | null;
  readonly reports: readonly SummaryReport[];
  readonly decisions: readonly SummaryDecisions[];
}

interface SummaryReport {
  readonly name: string;
  readonly rows: number;
  readonly counts: Counts;
}

interface SummaryDecisions {
  readonly id: string;
  readonly rows: number;
  readonly counts: Counts;
  readonly signed: unknown;
}

type Counts = Readonly<Record<string, number>>;

interface SummaryList {
  readonly resourceType: string;
  readonly added: number;
}

/** Whether it has everything that is verified, in its kind. */
export function isSummary(value: object): value is Summary {
  const { madeBy, result, run, file, sync, reports, decisions } = value as JsonObject;
  return (
    areTexts(madeBy, result) &&
    (run === null || (isJsonObject(run) && isCompleteness(run["completeness"]))) &&
    isJsonObject(file) &&
    areTexts(file["sha256"]) &&
    (sync === null || (isJsonObject(sync) && areTexts(sync["id"]))) &&
    areRecords(reports, ({ name, rows, counts }) => areTexts(name) && areNumbers(rows) && isJsonObject(counts)) &&
    areRecords(decisions, ({ id, rows, counts }) => areTexts(id) && areNumbers(rows) && isJsonObject(counts))
  );
}

function isCompleteness(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (!isJsonObject(value)) return false;
  return areRecords(value["lists"], ({ resourceType, added }) => areTexts(resourceType) && areNumbers(added));
}

function areRecords(value: unknown, isOne: (one: JsonObject) => boolean): boolean {
  return Array.isArray(value) && value.every((one: unknown) => isJsonObject(one) && isOne(one));
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "number");
}
