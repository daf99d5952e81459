import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { memoryIo } from "../../../test/support/memory-io.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { resolveConfig } from "../config/resolve.ts";
import { standardFields } from "../config/standard-fields.ts";
import { BatonError } from "../errors.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import { createLogger, formatLogLine, type LogEvent, loggingChoices, logLevels, openLogSinks } from "./logger.ts";

const root = mkdtempSync(join(tmpdir(), "logger-"));
after(() => rmSync(root, { recursive: true, force: true }));

function choices(env: Record<string, string>, stdoutIsTty = false) {
  const fields = standardFields({ stdoutIsTty, nowMs: 0 });
  return loggingChoices(resolveConfig({ fields, relations: [], argv: new Map(), env }));
}

test("events below the level are dropped", () => {
  for (const level of logLevels) {
    const lines: string[] = [];
    const sinks = [(line: string): void => void lines.push(line)];
    const logger = createLogger({
      level,
      format: "json",
      sinks,
      redactor: new SecretRedactor(),
      clock: new VirtualClock(),
    });
    for (const at of logLevels) logger[at](at);
    const levels = lines.map((line) => (JSON.parse(line) as { level: string }).level);
    assert.deepEqual(levels, logLevels.slice(logLevels.indexOf(level)));
  }
});

test("the caller is the directory, file and line that logged", () => {
  const lines: string[] = [];
  const sinks = [(line: string): void => void lines.push(line)];
  const logger = createLogger({
    level: "info",
    format: "json",
    sinks,
    redactor: new SecretRedactor(),
    clock: new VirtualClock(),
  });
  logger.info("here");
  const { caller } = JSON.parse(lines[0] ?? "") as { caller: string };
  assert.match(caller, /^cli\/logger\.test\.ts:\d+$/);
});

test("secrets added later are hidden as well", () => {
  const lines: string[] = [];
  const redactor = new SecretRedactor();
  const logger = createLogger({
    level: "info",
    format: "json",
    sinks: [(line): void => void lines.push(line)],
    redactor,
    clock: new VirtualClock(),
    caller: () => "x/y.ts:1",
  });
  redactor.add("canary-secret");
  logger.info("got canary-secret", { header: "Bearer canary-secret" });
  assert.equal(
    lines[0],
    '{"level":"info","ts":1767323045,"caller":"x/y.ts:1","msg":"got [REDACTED]","header":"Bearer [REDACTED]"}',
  );
});

const levels: readonly (readonly [text: string, level: string, notes: number])[] = [
  ["debug", "debug", 0],
  ["WARN", "warn", 0],
  ["Error", "error", 0],
  ["fatal", "error", 0],
  ["dpanic", "error", 0],
  ["loud", "info", 1],
];

for (const [text, level, notes] of levels) {
  test(`--log-level ${text} logs at ${level}${notes > 0 ? " and says so" : ""}`, () => {
    const chosen = choices({ BATON_LOG_LEVEL: text });
    assert.equal(chosen.level, level);
    assert.equal(chosen.notes.length, notes);
  });
}

test("lines are for people when standard output is a terminal, else JSON, unless the format is given", () => {
  assert.equal(choices({}, true).format, "console");
  assert.equal(choices({}, false).format, "json");
  assert.equal(choices({ BATON_LOG_FORMAT: "json" }, true).format, "json");
  assert.equal(choices({ BATON_LOG_FORMAT: "console" }, false).format, "console");
  const unknown = choices({ BATON_LOG_FORMAT: "xml" }, true);
  assert.equal(unknown.format, "json");
  assert.deepEqual(unknown.notes, ['unknown log format "xml", using json']);
});

test("T-82: log files get the lines instead of standard error, are appended to, and belong to their owner alone", () => {
  const io = memoryIo({ cwd: root });
  for (const line of ["one", "two"]) {
    const log = openLogSinks(["a.log", "b.log"], io);
    for (const sink of log.sinks) sink(line);
    log.close();
  }
  for (const name of ["a.log", "b.log"]) {
    assert.equal(readFileSync(join(root, name), "utf8"), "one\ntwo\n");
    assert.equal(statSync(join(root, name)).mode & 0o777, 0o600);
  }
  assert.equal(io.stderrText(), "");
});

test("stdout and stderr can be named as log files", () => {
  const io = memoryIo({ cwd: root });
  const log = openLogSinks(["stdout", "stderr"], io);
  for (const sink of log.sinks) sink("line");
  assert.deepEqual([io.stdoutText(), io.stderrText()], ["line\n", "line\n"]);
});

test("a log file that cannot be opened is refused", () => {
  const io = memoryIo({ cwd: root });
  assert.throws(
    () => openLogSinks(["missing/a.log"], io),
    (error: unknown) =>
      error instanceof BatonError &&
      error.code === "BATON-LOG-PATH" &&
      error.exitCode === 2 &&
      error.message === "the log file missing/a.log cannot be opened (ENOENT)",
  );
});

test("a synced file is no log: lines at its end would make it unreadable", () => {
  const path = join(root, "sync.c1z");
  const io = memoryIo({ cwd: root });
  for (const magic of ["C1ZF\0", "C1Z3\0"]) {
    writeFileSync(path, `${magic}rows`);
    assert.throws(() => openLogSinks(["sync.c1z"], io), {
      code: "BATON-LOG-PATH",
      message: /sync\.c1z is a synced file/,
    });
    assert.equal(readFileSync(path, "utf8"), `${magic}rows`);
  }
});

test("a full disk ends the log file, not the program: lines go to standard error", { skip: !hasFullDevice() }, () => {
  const io = memoryIo({ cwd: root });
  const log = openLogSinks(["/dev/full"], io);
  for (const sink of log.sinks) {
    sink("one");
    sink("two");
  }
  log.close();
  assert.equal(
    io.stderrText(),
    "the log file /dev/full takes no more lines (ENOSPC); logging to standard error\none\ntwo\n",
  );
});

function hasFullDevice(): boolean {
  return statSync("/dev/full", { throwIfNoEntry: false }) !== undefined;
}

test("lines to the journal begin with their priority, and others do not", () => {
  for (const isJournal of [true, false]) {
    const io = memoryIo();
    const stderr = { ...io.stderr, isJournal };
    const { sinks } = openLogSinks([], { ...io, stderr });
    const logger = createLogger({
      level: "debug",
      format: "json",
      sinks,
      redactor: new SecretRedactor(),
      clock: io.clock,
    });
    for (const level of ["debug", "info", "warn", "error"] as const) logger[level]("x");
    const beginnings = io
      .stderrText()
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(0, line.indexOf("{")));
    assert.deepEqual(beginnings, isJournal ? ["<7>", "<6>", "<4>", "<3>"] : ["", "", "", ""]);
  }
});

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

test("texts are redacted wherever they are: message, fields, keys, lists and errors", () => {
  const redact = (text: string): string => text.replaceAll("canary", "-");
  const fields = { canary: ["canary"], error: new Error("canary"), inner: { value: "canary" } };
  for (const format of ["json", "console"] as const) {
    assert.ok(!formatLogLine({ ...event, message: "canary", fields }, format, redact).includes("canary"));
  }
});
