import assert from "node:assert/strict";
import { test } from "node:test";
import { saysTheSame } from "./records.ts";

/** A field of bytes. */
const field = (number: number, content: string): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), Buffer.from(content)]);
const record = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);
const [id, name] = [field(1, "ada"), field(4, "Ada")];
const [early, late, longer] = [field(8, "at nine"), field(8, "at five"), field(8, "at half past")];
const endless = field(8, "x".repeat(100));
/** The same moment as `early`, its length written in two bytes. */
const wide = Buffer.concat([Buffer.from([66, 0x87, 0]), Buffer.from("at nine")]);

for (const [what, left, right, expected] of [
  ["when it was read", record(id, early, name), record(id, late, name), true],
  ["when it was read, in more bytes", record(id, early, name), record(id, longer, name), true],
  ["when it was read, with a length that takes two bytes", record(id, early, name), record(id, wide, name), true],
  ["when it was read, at the beginning", record(early, id), record(longer, id), true],
  ["when it was read, at the end", record(id, early), record(id, endless), true],
  ["nothing, and nobody says when", record(id, name), record(id, name), true],
  ["that one does not say when", record(id, early, name), record(id, name), false],
  ["what is before", record(id, early, name), record(field(1, "bob"), early, name), false],
  ["what is behind", record(id, early, name), record(id, late, field(4, "Bob")), false],
  ["how much is behind", record(id, early, name), record(id, late, name, name), false],
  ["that another field is in its place", record(id, early, name), record(id, field(9, "at nine"), name), false],
  [
    "that what is behind looks like a part of it",
    record(id, early),
    record(id, field(8, "at"), field(3, "ine")),
    false,
  ],
] as const) {
  test(`two records that differ in ${what} ${expected ? "say the same" : "do not"}`, () => {
    assert.equal(saysTheSame(left, right), expected);
    assert.equal(saysTheSame(right, left), expected);
  });
}
