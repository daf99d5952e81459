import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { goTime, parseGoTime } from "./go-time.ts";

/** Node takes over a changed TZ at once; each test file is a process of its own. */
function inZone<T>(zone: string, action: () => T): T {
  process.env["TZ"] = zone;
  try {
    return action();
  } finally {
    process.env["TZ"] = "UTC";
  }
}

const milliseconds = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2200, 0, 1) });

test("a time written in UTC reads back to the millisecond", () => {
  inZone("UTC", () =>
    fc.assert(
      fc.property(milliseconds, (ms) => {
        const parsed = parseGoTime(goTime(ms));
        assert.deepEqual(parsed, { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 });
      }),
    ),
  );
});

test("times sort as text in the order in which they happened", () => {
  inZone("UTC", () =>
    fc.assert(
      fc.property(milliseconds, milliseconds, (a, b) => {
        // A shorter fraction is a prefix of a longer one, and a time without one ends where the dot begins.
        assert.equal(goTime(a) < goTime(b), a < b);
      }),
    ),
  );
});

test("the fraction has no trailing zeros and no lonely dot", () => {
  inZone("UTC", () => {
    const at = Date.UTC(2026, 10, 23, 14, 51, 2);
    assert.equal(goTime(at), "2026-11-23 14:51:02");
    assert.equal(goTime(at + 120), "2026-11-23 14:51:02.12");
    assert.equal(goTime(at + 7), "2026-11-23 14:51:02.007");
  });
});

test("the host's wall clock is written, as Go connectors do", () => {
  const at = Date.UTC(2026, 10, 23, 14, 52, 0);
  assert.equal(
    inZone("America/New_York", () => goTime(at)),
    "2026-11-23 09:52:00",
  );
  assert.equal(
    inZone("Asia/Kolkata", () => goTime(at)),
    "2026-11-23 20:22:00",
  );
});

const base = Date.UTC(2026, 10, 23, 14, 51, 22) / 1000;
const accepted: readonly (readonly [string, number, number])[] = [
  ["2026-11-23 14:51:22.869496531", base, 869_496_531],
  ["2026-11-23T14:51:22Z", base, 0],
  ["2026-11-23 14:51:22-05:00", base + 5 * 3600, 0],
  ["2026-11-23T14:51:22.5+05:30", base - 5.5 * 3600, 500_000_000],
  ["2026-11-23 14:51", base - 22, 0],
  ["2026-11-23", Date.UTC(2026, 10, 23) / 1000, 0],
  ["2026-11-23Z", Date.UTC(2026, 10, 23) / 1000, 0],
  ["2026-11-23 14:51:22.869496531 +0000 UTC", base, 869_496_531],
  ["2026-11-23 14:51:22.8 -0500 EST m=+0.004", base + 5 * 3600, 800_000_000],
];

test("every layout that Go readers take is read", () => {
  for (const [text, seconds, nanos] of accepted) assert.deepEqual(parseGoTime(text), { seconds, nanos }, text);
});

test("anything else is no time", () => {
  for (const text of ["", "1763909482", "2026-13-01", "2026-02-30 00:00:00", "2026-11-23 24:00:00", "yesterday"]) {
    assert.equal(parseGoTime(text), undefined, text);
  }
});
