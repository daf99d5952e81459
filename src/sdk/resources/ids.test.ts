import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ResourceTarget } from "../contracts/model.ts";
import { BatonError } from "../errors.ts";
import { parseBatonId } from "./ids.ts";

/** As other Baton tools write them. */
function formatBatonId({ id, parentResourceId }: ResourceTarget): string {
  const parts = [parentResourceId, id].flatMap((named) => (named ? [named.resourceType, named.resource] : []));
  return `bid:r:${parts.map((part) => part.replaceAll(/[\\/:]/g, "\\$&")).join("/")}`;
}

const resourceId = fc
  .tuple(
    fc.string({ minLength: 1, unit: "grapheme" }),
    fc.oneof(
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.string({ minLength: 1, unit: fc.constantFrom("\\", "/", ":", "a") }),
    ),
  )
  .map(([resourceType, resource]) => ({ resourceType, resource }));

test("every id that is written is read back the same, whatever characters it is made of", () => {
  fc.assert(
    fc.property(resourceId, fc.option(resourceId, { nil: undefined }), (id, parentResourceId) => {
      const target = parentResourceId ? { id, parentResourceId } : { id };
      assert.deepEqual(parseBatonId(formatBatonId(target)), target);
    }),
  );
});

test("the text form is that of other Baton tools", () => {
  const acme = { resourceType: "organization", resource: "acme" };
  assert.equal(formatBatonId({ id: acme }), "bid:r:organization/acme");
  assert.equal(
    formatBatonId({ id: { resourceType: "user", resource: "a/b:c\\d" }, parentResourceId: acme }),
    String.raw`bid:r:organization/acme/user/a\/b\:c\\d`,
  );
});

for (const [text, at, problem] of [
  ["", 0, "'bid:r:' is expected"],
  ["user/7", 0, "'bid:r:' is expected"],
  ["bid:e:user/7:member", 4, "'bid:r:' is expected"],
  ["bid:r:", 6, "a part is empty"],
  ["bid:r:user", 10, "a type and an id are expected"],
  ["bid:r:user/", 11, "a part is empty"],
  ["bid:r:/7", 6, "a part is empty"],
  ["bid:r:org/acme/user", 19, "a type and an id are expected"],
  ["bid:r:a/b/c/d/e/f", 17, "a type and an id are expected"],
  ["bid:r:user/7:member", 12, "a colon inside a part"],
  [String.raw`bid:r:user/7\x`, 13, "after a backslash"],
  ["bid:r:user/7\\", 13, "after a backslash"],
] as const) {
  test(`${JSON.stringify(text)} is refused with a mark under character ${at}`, () => {
    assert.throws(
      () => parseBatonId(text),
      (error: unknown) => {
        assert.ok(error instanceof BatonError);
        assert.equal(error.code, "BATON-ID");
        assert.equal(error.exitCode, 2);
        const [first, shown, mark] = error.message.split("\n");
        assert.match(first ?? "", new RegExp(problem));
        assert.equal(shown, text);
        assert.equal(mark, `${" ".repeat(at)}^`);
        return true;
      },
    );
  });
}
