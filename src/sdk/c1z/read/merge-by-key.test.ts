import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mergeByKey } from "./merge-by-key.ts";

const texts = fc.uniqueArray(fc.string({ unit: "binary", maxLength: 4 }));

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test("two sorted lists are paired as sets would be, in order", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const list = (items: readonly string[]) => ({ items: items.toSorted(byBytes), keyOf: (key: string) => key });
      const pairs = [...mergeByKey(list(a), list(b))];
      const keys = pairs.map((pair) => (pair.kind === "right" ? pair.right : pair.left));
      assert.deepEqual(keys, [...new Set([...a, ...b])].toSorted(byBytes));
      for (const [index, { kind }] of pairs.entries()) {
        const key = keys[index] ?? "";
        const expected = a.includes(key) ? (b.includes(key) ? "both" : "left") : "right";
        assert.equal(kind, expected);
      }
    }),
  );
});

test("lists that are not read to their end are closed", () => {
  const closed: string[] = [];
  const list = (name: string) => ({
    items: (function* () {
      try {
        yield* ["a", "b"];
      } finally {
        closed.push(name);
      }
    })(),
    keyOf: (key: string) => key,
  });
  for (const _pair of mergeByKey(list("left"), list("right"))) break;
  assert.deepEqual(closed, ["left", "right"]);
});
