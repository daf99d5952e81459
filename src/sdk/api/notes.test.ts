import assert from "node:assert/strict";
import { test } from "node:test";
import { NumberedTexts } from "./notes.ts";

test("a resumed run has every text under its number again, in whatever order the pages are read", () => {
  const before = new NumberedTexts();
  const pages = [["core", "ops"], ["ops", "web"], [], ["core", "new"]].map((texts) => {
    const numbers = texts.map((text) => before.numberOf(text));
    return { numbers, texts, packed: JSON.parse(JSON.stringify(before.pack())) };
  });
  assert.deepEqual(
    pages.map(({ packed }) => packed.texts),
    [["core", "ops"], ["web"], [], ["new"]],
  );
  const after = new NumberedTexts();
  for (const { packed } of pages.toReversed()) after.unpack(packed);
  for (const { numbers, texts } of pages) {
    assert.deepEqual(
      numbers.map((number) => after.at(number)),
      texts,
    );
  }
  assert.equal(after.numberOf("later"), 4);
  assert.deepEqual(after.pack(), { first: 4, texts: ["later"] });
});
