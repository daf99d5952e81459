import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digestWidth, entitlementIdOf, entitlementParts, escaped, joined, prefixes, unescaped } from "./keys.ts";

test("keys are those of the Go SDK", () => {
  const hex = (prefix: Buffer, ...parts: readonly string[]): string =>
    Buffer.concat([prefix, joined(...parts)]).toString("hex");
  assert.equal(escaped("a\0b\x01c").toString("hex"), "61010162010263");
  assert.equal(hex(prefixes.resourceType, "user"), "03010075736572");
  assert.equal(hex(prefixes.resource, "team", "blue"), "0302007465616d00626c7565");
  const member = entitlementParts("team", "blue", "team:blue:member");
  assert.equal(hex(prefixes.entitlement, ...member), "0303007465616d00626c75650031006d656d626572");
  assert.equal(
    hex(prefixes.grant, ...member, "user", "u00"),
    "0304007465616d00626c75650031006d656d626572007573657200753030",
  );
  const foreign = entitlementParts("organization", "acme", "legacy-owner");
  const expected = "0303006f7267616e697a6174696f6e0061636d650030006c65676163792d6f776e6572";
  assert.equal(hex(prefixes.entitlement, ...foreign), expected);
});

test("keys sort as their components do, whatever these hold", () => {
  const text = fc.string({ unit: fc.constantFrom("\0", "\x01", "\x02", "a", ":", "é", "\u{1f600}", "\uffee") });
  fc.assert(
    fc.property(fc.tuple(text, text), fc.tuple(text, text), (a, b) => {
      const byParts = Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])) || compare(a[1], b[1]);
      assert.equal(Buffer.compare(joined(...a), joined(...b)), byParts);
      assert.equal(unescaped(escaped(a[0])).toString(), a[0]);
    }),
  );
});

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test("an entitlement's id comes back from its key", () => {
  const text = fc.string({ unit: fc.constantFrom(":", "a", "\0") });
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (type, resource, tail, isUsual) => {
      const id = isUsual ? `${type}:${resource}:${tail}` : tail;
      assert.equal(entitlementIdOf(entitlementParts(type, resource, id)), id);
    }),
  );
});

test("a partition is halved until a leaf holds 512 grants on average, and at most 16 times", () => {
  assert.deepEqual([0, 512, 513, 1024, 1025, 40_000_000].map(digestWidth), [0, 0, 1, 1, 2, 16]);
});
