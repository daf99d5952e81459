import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeControls, formatLogLine, type LogEvent } from "./log-line.ts";

const event: LogEvent = {
  level: "info",
  timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  caller: "sync/engine.ts:12",
  message: "Synced resources",
  fields: { resource_type_id: "user", count: 3, took: 0.25, nested: { a: [1, "x"] } },
};
const keep = (text: string): string => text;

test("a JSON line has level, ts in seconds, caller, msg and then the fields in their order", () => {
  assert.equal(
    formatLogLine(event, "json", keep),
    '{"level":"info","ts":1767323045.678,"caller":"sync/engine.ts:12","msg":"Synced resources","resource_type_id":"user","count":3,"took":0.25,"nested":{"a":[1,"x"]}}',
  );
});

test("a console line is separated by tabs and ends in spaced JSON", () => {
  assert.equal(
    formatLogLine({ ...event, level: "warn" }, "console", keep),
    '2026-01-02T03:04:05.678Z\tWARN\tsync/engine.ts:12\tSynced resources\t{"resource_type_id": "user", "count": 3, "took": 0.25, "nested": {"a": [1, "x"]}}',
  );
});

test("a console line without fields ends after the message", () => {
  const line = formatLogLine({ ...event, fields: {} }, "console", keep);
  assert.equal(line, "2026-01-02T03:04:05.678Z\tINFO\tsync/engine.ts:12\tSynced resources");
});

test("errors are their messages, big numbers texts, dates ISO 8601, absent values left out", () => {
  const fields = { error: new Error("boom"), big: 12n, at: new Date(0), absent: undefined, none: null };
  const line = JSON.parse(formatLogLine({ ...event, fields }, "json", keep)) as Record<string, unknown>;
  assert.deepEqual(Object.entries(line).slice(4), [
    ["error", "boom"],
    ["big", "12"],
    ["at", "1970-01-01T00:00:00.000Z"],
    ["none", null],
  ]);
});

test("T-100: a field cannot take the place of the level or the message", () => {
  const line = formatLogLine({ ...event, fields: { level: "fake", msg: "fake", count: 1 } }, "json", keep);
  assert.match(line, /^\{"level":"info","ts":1767323045\.678,"caller":"sync\/engine\.ts:12","msg":"Synced resources",/);
  assert.ok(!line.includes("fake"));
});

const hostile: readonly string[] = [
  'x\n{"level":"error","msg":"forged"}',
  "x\r\nforged",
  "\u001b[2Jcleared",
  "\u009b31mred",
  "line\u2028separator\u2029paragraph",
  "\u202eright to left\u2066isolate",
  "\u0000nul\u0007bell\u007fdelete",
  "next\u0085line",
  "tab\tbed",
];

for (const format of ["json", "console"] as const) {
  test(`T-100: one event is one ${format} line whatever it contains, with escapes in place of control characters`, () => {
    for (const text of hostile) {
      const fields = { [text]: text, list: [text], inner: { value: text }, error: new Error(text) };
      const line = formatLogLine({ ...event, message: text, fields }, format, keep);
      const separators = format === "console" ? line.replaceAll("\t", "") : line;
      assert.doesNotMatch(separators, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u, JSON.stringify(text));
      assert.equal(line.split("\t").length, format === "console" ? 5 : 1);
    }
  });
}

test("a JSON line gives hostile text back unchanged when it is parsed", () => {
  for (const text of hostile) {
    const line = JSON.parse(formatLogLine({ ...event, message: text, fields: { text } }, "json", keep)) as object;
    assert.deepEqual(line, { ...line, msg: text, text });
  }
});

test("T-100: text for a terminal shows escapes", () => {
  assert.equal(escapeControls("a\nb\tc\u001b[0m\u202e é 漢"), "a\\nb\\tc\\u001b[0m\\u202e é 漢");
});

test("texts are redacted wherever they are: message, fields, keys, lists and errors", () => {
  const redact = (text: string): string => text.replaceAll("canary", "-");
  const fields = { canary: ["canary"], error: new Error("canary"), inner: { value: "canary" } };
  for (const format of ["json", "console"] as const) {
    assert.ok(!formatLogLine({ ...event, message: "canary", fields }, format, redact).includes("canary"));
  }
});
