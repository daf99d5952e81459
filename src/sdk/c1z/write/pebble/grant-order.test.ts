import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { entitlementParts, joined } from "../../pebble/keys.ts";
import { type GrantCodes, orderGrants } from "./grant-order.ts";
import type { EntitlementName, PrincipalName } from "./names.ts";

const part = fc.string({
  unit: fc.constantFrom("\0", "\x01", "a", "b", ":", "é", "\u{1f600}", "\uffee"),
  maxLength: 4,
});
const grantsOf = fc.array(
  fc.record({
    entitlement: fc.oneof(
      fc.tuple(part, part, part),
      fc.tuple(part, part, part).map(([type, id, slug]) => [type, id, `${type}:${id}:${slug}`] as const),
    ),
    principal: fc.tuple(part, part),
    row: fc.nat(3),
  }),
  { maxLength: 30 },
);

test("grants come in the order of their keys, each once, the last of equals", () => {
  fc.assert(
    fc.property(grantsOf, (grants) => {
      const expected = new Map<string, number>();
      for (const { entitlement, principal, row } of grants) expected.set(keyOf(entitlement, principal), row);
      const order = orderGrants(codesOf(grants));
      const found = Array.from({ length: order.count }, (_, place): readonly [string, number] => {
        const { keys } = order.entitlements;
        const { keys: ids } = order.principals;
        const [entitlement, principal] = [order.entitlementOf[place] ?? 0, order.principalOf[place] ?? 0];
        const parts = [
          keys.bytes.subarray(keys.starts[entitlement], keys.starts[entitlement + 1]),
          Buffer.alloc(1),
          ids.bytes.subarray(ids.starts[principal], ids.starts[principal + 1]),
        ];
        return [Buffer.concat(parts).toString("hex"), order.rowOf[place] ?? 0];
      });
      assert.deepEqual(
        found,
        [...expected].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a, "hex"), Buffer.from(b, "hex"))),
      );
    }),
  );
});

function keyOf([type, resource, id]: EntitlementName, principal: PrincipalName): string {
  return joined(...entitlementParts(type, resource, id), ...principal).toString("hex");
}

/** Every grant with names of its own: equal names under several numbers. */
function codesOf(
  grants: readonly { readonly entitlement: EntitlementName; readonly principal: PrincipalName; readonly row: number }[],
): GrantCodes {
  return {
    entitlements: grants.map(({ entitlement }) => entitlement),
    principals: grants.map(({ principal }) => principal),
    entitlementOf: Uint32Array.from(grants.keys()),
    principalOf: Uint32Array.from(grants.keys()),
    rowOf: Uint32Array.from(grants, ({ row }) => row),
  };
}
