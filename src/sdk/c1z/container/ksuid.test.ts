import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ksuidSeconds, newKsuid } from "./ksuid.ts";

const payload = fc.uint8Array({ minLength: 16, maxLength: 16 });
const seconds = fc.integer({ min: 1_400_000_000, max: 1_400_000_000 + 0xffffffff });

test("a ksuid has 27 characters and gives its seconds back", () => {
  fc.assert(
    fc.property(seconds, payload, (at, random) => {
      const id = newKsuid(at * 1000, random);
      assert.match(id, /^[0-9A-Za-z]{27}$/);
      assert.equal(ksuidSeconds(id), at);
    }),
  );
});

test("later ksuids sort after earlier ones as text", () => {
  fc.assert(
    fc.property(seconds, seconds, payload, payload, (a, b, x, y) => {
      fc.pre(a < b);
      assert.ok(newKsuid(a * 1000, x) < newKsuid(b * 1000, y));
    }),
  );
});

test("ksuids of the first and the last second are padded and not longer", () => {
  assert.equal(newKsuid(0, new Uint8Array(16)), "0".repeat(27));
  const last = (1_400_000_000 + 0xffffffff) * 1000;
  assert.equal(newKsuid(last, new Uint8Array(16).fill(255)), "aWgEPTl1tmebfsQzFP4bxwgy80V");
});

test("the id that a Go connector made in 2026 tells its second", () => {
  assert.equal(ksuidSeconds("3MVpFCfmiKKwEjXf4cbW0xcTSOX"), Date.UTC(2026, 10, 23, 14, 51, 22) / 1000);
});

test("what is no ksuid has no seconds", () => {
  for (const text of ["", "3MVpFCfmiKKwEjXf4cbW0xcTSO", "3MVpFCfmiKKwEjXf4cbW0xcTSO-", "z".repeat(27)]) {
    assert.equal(ksuidSeconds(text), undefined, text);
  }
});
