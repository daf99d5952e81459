/**
 * Compares many rows. The runner's own comparison draws a diff of the whole, which for thousands of rows that differ
 * takes all memory of the machine; this one names what is missing and too many, and draws the first that differs.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

const shownIds = 5;

/** Fails unless both hold the same rows under the same ids; `what` names the rows in the message. */
export function assertSameRows(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  what: string,
): void {
  const missing = Object.keys(expected).filter((id) => !Object.hasOwn(actual, id));
  const superfluous = Object.keys(actual).filter((id) => !Object.hasOwn(expected, id));
  assert.ok(
    missing.length === 0,
    `${what}: ${missing.length} missing, such as ${missing.slice(0, shownIds).join(", ")}`,
  );
  assert.ok(
    superfluous.length === 0,
    `${what}: ${superfluous.length} too many, such as ${superfluous.slice(0, shownIds).join(", ")}`,
  );
  const different = Object.keys(expected).filter((id) => !isDeepStrictEqual(actual[id], expected[id]));
  const [first] = different;
  if (first === undefined) return;
  assert.deepEqual(actual[first], expected[first], `${what}: ${different.length} differ; the first is ${first}`);
}

/** Fails unless both lists hold the same rows in the same order. */
export function assertSameList(actual: readonly unknown[], expected: readonly unknown[], what: string): void {
  assert.equal(actual.length, expected.length, `${what}: number of rows`);
  const first = expected.findIndex((row, index) => !isDeepStrictEqual(actual[index], row));
  if (first >= 0) assert.deepEqual(actual[first], expected[first], `${what}: row ${first} is the first that differs`);
}
