import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { temporaryDirectory } from "../../../test/support/sample-c1z.ts";
import { unprefixed } from "../../../test/support/unprefixed.ts";
import { column } from "../columns.ts";
import { type Answer, type Cell, type Conclusion, counted, type Rendering, type Row } from "../report.ts";
import { csvSafe, formulaSafe } from "./cell-text.ts";
import { renderCsv } from "./csv.ts";
import { renderJson } from "./json.ts";
import { renderTable } from "./table.ts";
import { renderXlsx } from "./xlsx.ts";
import { ZipWriter } from "./zip-writer.ts";

const payloads = [
  "=1+1",
  "+1",
  "-1",
  "-5",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "\0=1",
  "\u{ff1d}1+1",
  "\u{ff0b}1",
  "\u{ff0d}1",
  "\u{ff20}SUM(A1)",
  "  =1+1",
  "\u00a0=1",
  "\u200b=1",
  "\u{feff}=1",
  "=cmd|'/c calc'!A0",
  '=HYPERLINK("https://x.example","y")',
  "=1\n=2",
  "'=1",
  "''=1",
  "\u22121",
  "=,;\"'",
] as const;

function answer(rows: readonly Row[], conclusion: Partial<Conclusion> = {}): Answer {
  return {
    report: {
      name: "sample",
      title: "Sample",
      summary: "",
      columns: [column("a", "A", "text", () => ""), column("b", "B", "text", () => "")],
      rows: () => empty(),
    },
    sync: undefined,
    since: undefined,
    run: undefined,
    asOfSeconds: undefined,
    about: undefined,
    rows: (function* () {
      yield* rows;
      return { counts: [], notices: [], ...conclusion };
    })(),
  };
}

function* empty(): Generator<Row, Conclusion, undefined> {
  yield* [];
  return { counts: [], notices: [] };
}

function textOf(rendering: Rendering): string {
  return [...rendering].join("");
}

/** Reads CSV as RFC 4180 has it, character by character. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[""]];
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const row = rows.at(-1) ?? [];
    const add = (character: string): void => void row.push((row.pop() ?? "") + character);
    const character = text.charAt(index);
    if (isQuoted && character === '"' && text.charAt(index + 1) === '"') add(text.charAt(index++));
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === ",") row.push("");
    else if (!isQuoted && text.startsWith("\r\n", index)) {
      rows.push([""]);
      index++;
    } else add(character);
  }
  return rows.slice(0, -1);
}

test("T-99: 24 payloads that spreadsheets would run begin with an apostrophe, and are whole again without it", () => {
  assert.equal(payloads.length, 24);
  const [, ...rows] = parseCsv(textOf(renderCsv(answer(payloads.map((payload) => [payload, "x"])))));
  for (const [index, payload] of payloads.entries()) {
    const cell = rows[index]?.[0] ?? "";
    assert.ok(cell.startsWith("'"), cell);
    assert.equal(unprefixed(cell), payload);
  }
});

/** Cells as a spreadsheet takes them that splits at `separator`: a quote counts at the beginning of a cell alone. */
function cellsOf(text: string, separator: string): string[] {
  const cells = [""];
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const [character, cell = ""] = [text.charAt(index), cells.at(-1)];
    if (isQuoted && character === '"' && text.charAt(index + 1) !== '"') isQuoted = false;
    else if (isQuoted) cells.splice(-1, 1, cell + text.charAt(character === '"' ? ++index : index));
    else if (character === '"' && cell === "") isQuoted = true;
    else if (character === separator || character === "\n" || character === "\r") cells.push("");
    else cells.splice(-1, 1, cell + character);
  }
  return cells;
}

const splitPayloads = [
  "x;=1+1;y",
  "x;;=1",
  "x; \u200b+1",
  'x;"=1+1"',
  "x;''=1",
  "x\t@SUM(A1)",
  "x\t\t-1+1",
  "x\n=1+1",
  "x\r\n;\uff1d1+1",
  'x"\n"=1',
  "x|=1+1",
  ";",
  '";=1',
  "x;",
];

for (const [name, separator] of [
  ["semicolons", ";"],
  ["tabs", "\t"],
  ["bars", "|"],
  ["commas", ","],
] as const) {
  test(`T-99: CSV holds no formula for a reader that splits at ${name}, and its texts are whole again`, () => {
    const rows = splitPayloads.flatMap((payload): Row[] => [
      [payload, "=1+1"],
      ["Ada", payload],
      ["Ada", [payload, "=2", payload]],
    ]);
    const csv = textOf(renderCsv(answer(rows)));
    const formulas = cellsOf(csv, separator).filter((cell) => /^[\s\p{Cf}\0]*[=+@\uff1d-]/u.test(cell));
    assert.deepEqual(formulas, []);
    const [, ...read] = parseCsv(csv);
    const texts = rows.map((row) => row.map((cell) => (Array.isArray(cell) ? cell.join("; ") : cell)));
    assert.deepEqual(
      read.map((row) => row.map(unprefixed)),
      texts,
    );
  });
}

test("T-101: 50 KB of separators, quotes and blanks are made safe at once", () => {
  for (const part of ["\t", ";", '"', "'", " ;\t", "\n=", "; "]) {
    const text = part.repeat(50_000 / part.length);
    assert.equal(unprefixed(csvSafe(text)), text);
  }
});

test("T-99: ordinary texts and numbers have no apostrophe put before them", () => {
  const harmless: readonly Cell[] = ["Ada", "a=b", "O'Neil", "'quoted'", "", 0, -5, 1.5, "日本 太郎"];
  const [, ...rows] = parseCsv(textOf(renderCsv(answer(harmless.map((cell) => [cell, undefined])))));
  assert.deepEqual(
    rows.map(([cell]) => cell),
    harmless.map(String),
  );
  for (const cell of harmless) assert.equal(unprefixed(formulaSafe(String(cell))), String(cell));
});

test("CSV has CRLF, quotes only where they are needed, joined lists and a byte order mark when asked", () => {
  const rows: Row[] = [
    ['say "hi"', ["x", "y"]],
    ["a,b", "line\nbreak"],
  ];
  const expected = 'A,B\r\n"say ""hi""","x; y"\r\n"a,b","line\nbreak"\r\n';
  assert.equal(textOf(renderCsv(answer(rows))), expected);
  assert.equal(textOf(renderCsv(answer(rows), { byteOrderMark: true })), `\ufeff${expected}`);
});

test("T-100: a table lines up wide characters and shows what a terminal would act upon as escapes", () => {
  const rows: Row[] = [
    ["日本", 7],
    ["e\u0301a", 1234],
    ["\u001b[31mred\r\n\u202e", undefined],
  ];
  const text = textOf(renderTable(answer(rows, { counts: [counted("rows", 3)], notices: ["Look\u0007."] })));
  const lines = text.split("\n");
  assert.deepEqual(lines.slice(2, 4), [`A${" ".repeat(24)}B`, `${"-".repeat(23)}  ----`]);
  assert.equal(lines[4], `日本${" ".repeat(24)}7`);
  assert.equal(lines[5], `e\u0301a${" ".repeat(23)}1234`);
  assert.equal(lines[6], "\\u001b[31mred\\r\\n\\u202e");
  assert.equal(lines[8], "rows  3");
  assert.equal(lines[10], "! Look\\u0007.");
});

test("JSON is one object with every column in every row, absent values as null", () => {
  const text = textOf(
    renderJson(
      answer(
        [
          ["x", ["1", "2"]],
          [undefined, 3],
        ],
        { counts: [counted("rows", 2)] },
      ),
    ),
  );
  assert.deepEqual(JSON.parse(text), {
    schemaVersion: 1,
    report: "sample",
    title: "Sample",
    columns: [
      { key: "a", title: "A" },
      { key: "b", title: "B" },
    ],
    rows: [
      { a: "x", b: ["1", "2"] },
      { a: null, b: 3 },
    ],
    counts: { rows: 2 },
    notices: [],
  });
});

/** Reads a zip by its directory, as unzip does. */
function readZip(bytes: Buffer): Map<string, string> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const files = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [packed, nameLength, offset] = [at + 20, at + 28, at + 42].map((place, index) =>
      index === 1 ? bytes.readUInt16LE(place) : bytes.readUInt32LE(place),
    ) as [number, number, number]; // three in, three out
    const start = offset + 30 + bytes.readUInt16LE(offset + 26);
    const content = inflateRawSync(bytes.subarray(start, start + packed)).toString();
    files.set(bytes.toString("utf8", at + 46, at + 46 + nameLength), content);
    at += 46 + nameLength;
  }
  return files;
}

async function workbook(rows: readonly Row[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await renderXlsx(answer(rows, { counts: [counted("rows", rows.length)], notices: ["Look."] }), (bytes) =>
    pieces.push(bytes),
  );
  return Buffer.concat(pieces);
}

test("a workbook holds the cells of the CSV, texts as texts, numbers as numbers", async () => {
  const bytes = await workbook([
    ...payloads.map((payload): Row => [payload, -5]),
    ["<b>&\u0001 _x0041_\ud800", undefined],
  ]);
  const files = readZip(bytes);
  const sheet = files.get("xl/worksheets/sheet1.xml") ?? "";
  assert.ok(sheet.includes('state="frozen"'));
  assert.equal(sheet.match(/<v>-5<\/v>/g)?.length, payloads.length);
  assert.ok(!sheet.includes("<f>"), "no cell is a formula");
  const texts = [...sheet.matchAll(/<t xml:space="preserve">([^<]*)<\/t>/g)].map(([, text]) => text);
  assert.deepEqual(texts.slice(0, 2), ["A", "B"]);
  assert.equal(texts[2], "'=1+1");
  assert.equal(texts[10], "'_x0000_=1");
  assert.equal(texts.at(-1), "&lt;b&gt;&amp;_x0001_ _x005F_x0041_\ufffd");
  assert.ok(files.get("xl/worksheets/sheet2.xml")?.includes("Look."));
  assert.ok(files.get("xl/workbook.xml")?.includes('name="Sample"'));
});

test("the same rows give the same workbook, byte for byte", async () => {
  assert.deepEqual(await workbook([["x", 1]]), await workbook([["x", 1]]));
});

test("what the taker of a zip throws while an entry is compressed is what adding it throws", async () => {
  const full = new Error("full");
  let calls = 0;
  const zip = new ZipWriter(() => {
    if (++calls > 2) throw full;
  });
  const noise = Array.from({ length: 40 }, () => randomBytes(65_536));
  await assert.rejects(zip.add("large", noise), full);
});

test("a zip of large and empty entries is read back whole, also by unzip where there is one", async (context) => {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => pieces.push(bytes));
  const large = Array.from({ length: 20_000 }, (_, index) => `row ${index} ü\n`);
  await zip.add("large.txt", large);
  await zip.add("folder/ü.txt", [Buffer.from("bytes")]);
  await zip.add("empty.txt", []);
  zip.finish();
  const bytes = Buffer.concat(pieces);
  const files = readZip(bytes);
  assert.equal(files.get("large.txt"), large.join(""));
  assert.equal(files.get("folder/ü.txt"), "bytes");
  assert.equal(files.get("empty.txt"), "");
  const unzip = ["/usr/bin/unzip", "/bin/unzip"].find(existsSync);
  if (unzip === undefined) return context.diagnostic("unzip is not installed: only our own reader was asked");
  const path = join(temporaryDirectory(context), "a.zip");
  writeFileSync(path, bytes);
  assert.match(execFileSync(unzip, ["-t", path], { encoding: "utf8" }), /No errors detected/);
});
