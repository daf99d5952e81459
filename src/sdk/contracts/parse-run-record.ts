/** Reads run records: text becomes a record only where everything is as declared. */
import { type RunRecord, syncResults } from "./run-record.ts";

/**
 * Reads a record of this version or the one before; undefined for text that is none, one of a later version, and one
 * that is not as declared: records lie where others write too, such as buckets.
 */
export function parseRunRecord(text: string): RunRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value) && value.schemaVersion === 2) return value;
    // What version 2 adds is absent in version 1, and nothing else differs.
    if (isEarlierRecord(value) && value.schemaVersion === 1) return { ...value, schemaVersion: 2, completeness: null };
    return undefined;
  } catch {
    // Not JSON: damaged, or not ours.
    return undefined;
  }
}

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number";
const isFlag: Test = (value) => typeof value === "boolean";
const isResult: Test = (value) => syncResults.some((result) => result === value);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function maybe(test: Test): Test {
  return (value) => value === null || value === undefined || test(value);
}

function list(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test);
}

function object(fields: Readonly<Record<string, Test>>): Test {
  const tests = Object.entries(fields);
  return (value) => isObject(value) && tests.every(([name, test]) => test(value[name]));
}

const isNumbers: Test = (value) => isObject(value) && Object.values(value).every(isNumber);
const isCounts = object({
  ...{ resourceTypes: isNumber, resources: isNumber, entitlements: isNumber, grants: isNumber },
  resourcesByResourceType: isNumbers,
});
const isList = object({
  ...{
    list: isText,
    title: isText,
    resourceType: isText,
    announced: maybe(isNumber),
    read: isNumber,
    distinct: isNumber,
  },
  ...{ added: isNumber, passes: isNumber, sweeps: isNumber, moved: isFlag, startedAt: isText, endedAt: maybe(isText) },
});
const isCompleteness = object({
  lists: list(isList),
  keyOwner: maybe(object({ kind: isText, role: maybe(isText), seesAll: isFlag })),
  notRead: list(object({ what: isText, title: isText, reason: isText })),
});
const isKey = object({ source: isText, fingerprint: isText, kind: maybe(isText), expiresAt: maybe(isText) });
const isDrop = object({
  counts: list(object({ what: isText, before: isNumber, after: isNumber })),
  sampleNames: list(isText),
  gone: maybe(list(object({ resourceType: isText, id: isText }))),
});
const isLastSync = object({
  ...{ syncId: maybe(isText), endedAt: isText, result: isResult, counts: maybe(isCounts) },
  ...{ completeness: maybe(isCompleteness), key: maybe(isKey) },
});

/** What both versions have. */
const ofBoth = {
  ...{ result: isResult, replaced: isFlag, syncId: maybe(isText), syncType: isText, resumed: isFlag },
  signals: list(object({ id: isText, level: isText, count: isNumber, message: isText })),
  warnings: list(object({ code: isText, severity: isText, count: isNumber, message: isText })),
  error: maybe(object({ code: isText, message: isText })),
  drop: maybe(isDrop),
  ...{ startedAt: isText, endedAt: isText, durationMs: isNumber, phaseMs: isNumbers },
  ...{ requests: maybe(isNumber), retries: maybe(isNumber), counts: maybe(isCounts), key: maybe(isKey) },
  file: maybe(object({ path: isText, bytes: isNumber, sha256: isText })),
  target: maybe(isText),
  identity: maybe(object({ host: isText, root: object({ resourceType: isText, resource: isText }) })),
  connector: object({ name: isText, version: isText }),
  lastSync: maybe(isLastSync),
};
const earlierTest = object(ofBoth);
const test = object({ ...ofBoth, completeness: maybe(isCompleteness) });

function isRecord(value: unknown): value is RunRecord {
  return test(value);
}

function isEarlierRecord(
  value: unknown,
): value is Omit<RunRecord, "schemaVersion" | "completeness"> & { schemaVersion: 1 } {
  return earlierTest(value);
}
