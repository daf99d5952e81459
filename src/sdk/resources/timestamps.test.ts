import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseTimestamp } from "./timestamps.ts";

const number = (least: number, most: number, width: number): fc.Arbitrary<string> =>
  fc.integer({ min: least, max: most }).map((value) => String(value).padStart(width, "0"));

test("a time that ends in Z is read as one with the offset +00:00 is, real or not", () => {
  const fraction = fc.option(fc.stringMatching(/^[0-9]{1,12}$/), { nil: undefined });
  const parts = fc.tuple(number(0, 2200, 4), number(0, 14, 2), number(0, 33, 2), number(0, 26, 2), number(0, 62, 2));
  fc.assert(
    fc.property(parts, number(0, 62, 2), fraction, ([year, month, day, hour, minute], second, digits) => {
      const local = `${year}-${month}-${day}T${hour}:${minute}:${second}${digits === undefined ? "" : `.${digits}`}`;
      assert.deepEqual(parseTimestamp(`${local}Z`), parseTimestamp(`${local}+00:00`));
    }),
    { numRuns: 5000 },
  );
});

test("every day of the calendar is the runtime's, from the year 0 to 9999", () => {
  const ms = fc.integer({ min: Date.parse("0000-01-01T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59.999Z") });
  fc.assert(
    fc.property(ms, (at) => {
      const [seconds, nanos] = [Math.floor(at / 1000), (((at % 1000) + 1000) % 1000) * 1_000_000];
      assert.deepEqual(parseTimestamp(new Date(at).toISOString()), { seconds, nanos });
    }),
    { numRuns: 5000 },
  );
});

test("what is no time is none, in whatever place it is wrong", () => {
  const good = "2024-05-17T08:30:00.25Z";
  assert.deepEqual(parseTimestamp(good), { seconds: 1_715_934_600, nanos: 250_000_000 });
  for (let at = 0; at < good.length; at++) {
    for (const wrong of ["x", "/", "", "٣"]) {
      const text = good.slice(0, at) + wrong + good.slice(at + 1);
      // Without one digit of the fraction, or without the end, it is a time as well.
      if ((at === 20 || at === 21 || at === 22) && wrong === "") continue;
      assert.equal(parseTimestamp(text), undefined, text);
    }
  }
});

test("a time that no clock or calendar has is none, and never another time", () => {
  const none = [
    ...["2024-02-30T10:00:00Z", "2023-02-29T10:00:00+01:00", "2024-04-31 10:00:00", "2024-00-10T10:00:00Z"],
    ...["2024-01-01T24:00:00Z", "2024-01-01T10:60:00Z", "2024-01-01T10:00:61Z", "2024-01-01T10:00:00+24:00"],
    ...["2024-01-01T10:00:00+25:99", "2024-01-01T10:00:00-01:60"],
    ...["1900-02-29T10:00:00Z", "2024-13-01T10:00:00Z", "2024-01-00T10:00:00Z", "2024-12-32T10:00:00Z"],
  ];
  for (const text of none) assert.equal(parseTimestamp(text), undefined, text);
  const leapSecond = parseTimestamp("2016-12-31T23:59:60Z");
  assert.deepEqual(leapSecond, parseTimestamp("2017-01-01T00:00:00Z"));
  assert.deepEqual(parseTimestamp("2024-02-29T23:30:00-02:30"), parseTimestamp("2024-03-01T02:00:00Z"));
});
