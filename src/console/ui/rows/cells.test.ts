import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { columnOf, noonMs } from "../../../../test/browser/page-samples.ts";
import type { TableColumn, TableRow } from "../../contract/sources.ts";

const { cellContent, cellWords, roleTitle, valueTitle } = await import("./cells.tsx");

/** A cell as it is seen. */
function cell(kind: TableColumn["kind"], value: TableRow["cells"][number], absent: string | null = null) {
  return drawn(() => cellContent(columnOf("any", kind, { absent }), value), {});
}

test("each kind of value has its words: numbers with commas, states as chips, roles and lists as words", async () => {
  assert.equal((await cell("number", 45_000)).text, "45,000");
  assert.equal((await cell("number", 0)).text, "0");
  assert.equal((await cell("status", "disabled")).text, "Disabled");
  assert.equal((await cell("two-factor", "no")).text, "No");
  assert.equal((await cell("role", ["owner", "manager"])).text, "Owner, Manager");
  assert.equal((await cell("word", "removed")).text, "Removed");
  assert.equal((await cell("text", ["a", "b"])).text, "a, b");
});

test("a state is never told by colour alone: its chip has a shape and a word", async () => {
  for (const state of ["enabled", "disabled", "deleted", "pending", "unknown"]) {
    const { html, text } = await cell("status", state);
    assert.match(html, /<svg/);
    assert.equal(text.toLowerCase(), state);
  }
});

test("a state of another product stands as the file has it", async () => {
  assert.equal((await cell("status", "suspended by HR")).text, "suspended by HR");
  assert.equal((await cell("two-factor", "toString")).text, "toString");
});

test("what is not known is a dash that is read out, or the column's own word", async () => {
  for (const value of [null, "", []]) {
    const { text, html } = await cell("email", value);
    assert.equal(text, "– not known");
    assert.match(html, /aria-hidden="true">–/);
    assert.equal((await cell("moment", value, "Never or hidden")).text, "Never or hidden");
  }
});

test("a moment is its day in UTC, with the exact time and its zone on hover", async () => {
  const [time] = (await cell("moment", new Date(noonMs).toISOString())).elements("time");
  assert.equal(time?.text, "30 Nov 2026");
  assert.equal(time?.["datetime"], "2026-11-30T12:00:00.000Z");
  assert.equal(time?.["title"], "30 Nov 2026, 13:00 CET");
});

test("a moment that no calendar has stands as the file has it", async () => {
  assert.equal((await cell("moment", "the day before yesterday")).text, "the day before yesterday");
});

test("an address breaks before its domain, and what is hidden deserves a look", async () => {
  const address = await cell("email", "grace.hopper@navy.example");
  assert.match(address.html, /grace\.hopper@<wbr\/?>navy\.example/);
  assert.equal((await cell("visibility", "Visible")).elements("svg").length, 0);
  assert.equal((await cell("visibility", "hidden")).elements("svg").length, 1);
});

test("values have names where rows are filtered by them, also where there is none", () => {
  assert.equal(roleTitle("owner"), "Owner");
  assert.equal(roleTitle(""), "No role");
  assert.equal(valueTitle({ kind: "role" }, ""), "No role");
  assert.equal(valueTitle({ kind: "status" }, "disabled"), "Disabled");
  assert.equal(valueTitle({ kind: "status" }, ""), "None");
});

test("as plain text a moment is a day, and a list has commas", () => {
  assert.equal(cellWords("2026-11-30T23:30:00Z", "moment"), "30 Nov 2026");
  assert.equal(cellWords("2026-11-30T23:30:00Z"), "2026-11-30T23:30:00Z");
  assert.equal(cellWords("not a day", "moment"), "not a day");
  assert.equal(cellWords(["a", "b"]), "a, b");
  assert.equal(cellWords(null), "");
  assert.equal(cellWords(7), "7");
});
