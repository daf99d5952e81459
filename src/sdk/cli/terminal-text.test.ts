import assert from "node:assert/strict";
import { test } from "node:test";
import { cutToWidth, displayWidth, escapeControls, padEndToWidth, padStartToWidth } from "./terminal-text.ts";

const widths: readonly (readonly [text: string, width: number])[] = [
  ["", 0],
  ["abc", 3],
  ["é", 1],
  ["e\u0301", 1],
  ["漢字", 4],
  ["한국", 4],
  ["カナ", 4],
  ["ｱ", 1],
  ["Ａ", 2],
  ["😀", 2],
  ["👩‍👩‍👧", 2],
  ["🇩🇪", 2],
  ["❤️", 2],
  ["✔", 1],
  ["1", 1],
  ["\u200b", 0],
  ["שלום", 4],
];

for (const [text, width] of widths) {
  test(`${JSON.stringify(text)} takes ${width} columns`, () => {
    assert.equal(displayWidth(text), width);
  });
}

test("padding counts columns, not characters", () => {
  assert.equal(padEndToWidth("漢", 4), "漢  ");
  assert.equal(padStartToWidth("漢", 4), "  漢");
  assert.equal(padEndToWidth("abcdef", 4), "abcdef");
});

test("cutting never splits a character and never gets wider than asked", () => {
  assert.equal(cutToWidth("漢字漢字", 8), "漢字漢字");
  assert.equal(cutToWidth("漢字漢字", 7), "漢字漢…");
  assert.equal(cutToWidth("漢字漢字", 6), "漢字…");
  assert.equal(cutToWidth("a👩‍👩‍👧b", 3), "a…");
  assert.equal(cutToWidth("abc", 1), "…");
});

test("T-100: text for a terminal shows escapes", () => {
  assert.equal(escapeControls("a\nb\tc\u001b[0m\u202e é 漢"), "a\\nb\\tc\\u001b[0m\\u202e é 漢");
});
