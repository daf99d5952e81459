import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../test/support/sample-c1z.ts";
import { BatonError } from "../../sdk/errors.ts";
import { loadActivity, loadPeopleList } from "./load-text.ts";
import { readPeopleList } from "./people-list.ts";

function namingsOf(text: string | Uint8Array): readonly (readonly string[])[] {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return readPeopleList(bytes).people.map(({ naming }) => naming);
}

const people = [["Zoë Stein"], ["ada@example.com"]];

const forms: readonly (readonly [name: string, text: string | Uint8Array, expected: readonly (readonly string[])[]])[] =
  [
    ["one a line", "Zoë Stein\nada@example.com\n", people],
    ["a byte order mark and CRLF", "\ufeffZoë Stein\r\nada@example.com", people],
    ["line ends of old Macs, blank lines and blanks", "\r  Zoë Stein \r\r\tada@example.com\r", people],
    ["UTF-16, as Excel saves text", Buffer.from("\ufeffZoë Stein\r\nada@example.com", "utf16le"), people],
    ["Windows-1252, as Excel saves CSV", Buffer.from("Zoë Stein\r\nada@example.com", "latin1"), people],
    ["a line of titles", "Name\nZoë Stein\n", [["Zoë Stein"]]],
    ["titles and semicolons", "Name;E-Mail\r\nZoë Stein;zoe@example.com\r\n", [["zoe@example.com", "Zoë Stein"]]],
    [
      "the separator in a line of its own, as Excel has it",
      "\ufeffsep=;\r\nName;Mail\r\nStein, Zoë;z@x.y",
      [["z@x.y", "Stein, Zoë"]],
    ],
    ["titles and upright strokes", "Name|E-Mail\nZoë Stein|zoe@example.com", [["zoe@example.com", "Zoë Stein"]]],
    ["texts as formulas, which keep Excel from guessing", 'Login,Left\n="007",x\n"=""zoe""",y', [["007"], ["zoe"]]],
    ["titles in other columns", 'Dept,User Name,Left\n"R, D",zoe,2026-01-01', [["zoe"]]],
    ["first and last names", "Last name\tFirst name\nStein\tZoë", [["Zoë Stein"]]],
    [
      "quotes, separators and breaks in cells",
      'name,mail\n"Stein ""Z"", Zoë",\n"A\nB",x@y',
      [['Stein "Z", Zoë'], ["x@y", "A\nB"]],
    ],
    [
      "last names first",
      "Stein, Zoë\nLovelace, Ada",
      [
        ["Zoë Stein", "Stein, Zoë"],
        ["Ada Lovelace", "Lovelace, Ada"],
      ],
    ],
    ["columns without titles", "7;Zoë Stein;zoe@example.com", [["zoe@example.com", "7", "Zoë Stein"]]],
    ["addresses as mail programs copy them", "Zoë Stein <zoe@example.com>\n", [["zoe@example.com"]]],
    [
      "links to addresses",
      "mailto:zoe@example.com\n<MAILTO:ada@example.com>",
      [["zoe@example.com"], ["ada@example.com"]],
    ],
    [
      "the recipients of a message",
      "Zoë Stein <zoe@example.com>; \"Lovelace, Ada\" <ada@example.com>; 'Bo, A' <bo@x.y>;\nHopper, G <g@x.y>; c@x.y",
      [["zoe@example.com"], ["ada@example.com"], ["bo@x.y"], ["g@x.y"], ["c@x.y"]],
    ],
    [
      "recipients between commas, and addresses alone",
      "Stein, Zoë <zoe@example.com>, ada@example.com, Bo <bo@x.y>\na@x.y, b@x.y",
      [["zoe@example.com"], ["ada@example.com"], ["bo@x.y"], ["a@x.y"], ["b@x.y"]],
    ],
    ["one address and more about one person", "zoe@example.com, Zoë Stein, 7", [["zoe@example.com", "Zoë Stein", "7"]]],
    ["a quote inside a name", 'Dwayne "Rock" Johnson', [['Dwayne "Rock" Johnson']]],
  ];

for (const [name, text, expected] of forms) {
  test(`a list with ${name} is read`, () => assert.deepEqual(namingsOf(text), expected));
}

test("who is listed twice is asked for once, however typed", () => {
  const { people: found, repeated } = readPeopleList(Buffer.from("Zoë Stein\nzoe  stein\nADA\nada\n"));
  assert.deepEqual([found.map(({ line }) => line), repeated], [[1, 3], 2]);
});

test("10,000 lines are read, each with its number", () => {
  const text = Array.from({ length: 10_000 }, (_, index) => `"person ${index}";p${index}@example.com`).join("\r\n");
  const { people: found } = readPeopleList(Buffer.from(text));
  assert.equal(found.length, 10_000);
  assert.deepEqual(found.at(-1), {
    line: 10_000,
    text: "person 9999; p9999@example.com",
    naming: ["p9999@example.com", "person 9999"],
  });
});

const refused: readonly (readonly [name: string, bytes: Uint8Array, problem: RegExp])[] = [
  ["nothing", Buffer.from(""), /it names nobody/],
  ["blanks alone", Buffer.from("\ufeff \r\n\t\n"), /it names nobody/],
  ["titles alone", Buffer.from("Name,E-mail\n"), /it names nobody/],
  ["a workbook", Buffer.from("PK\u0003\u0004"), /workbook/],
  ["bytes of a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), /not a text/],
  ["a quote that is never closed", Buffer.from('Ada\n"Zoë\nBob'), /quote in line 2/],
  ["separators alone, on one line", Buffer.alloc(1e6, ","), /line 1 has more than 100,000 parts/],
  ["a title and separators", Buffer.from(`name${",".repeat(1e6)}`), /line 1 has more than 100,000 parts/],
  ["separators alone, on many lines", Buffer.from(";\n".repeat(1e5)), /it names nobody/],
  ["quotes behind blanks", Buffer.from(`${" ".repeat(200)}"`.repeat(4000)), /it names nobody/],
  [
    "titles that are names, and lines without end",
    Buffer.from(`${"name,".repeat(90_000)}\n${"a\n".repeat(1e5)}`),
    /columns/,
  ],
  ["more than anybody has", Buffer.alloc(8 * 1024 * 1024 + 1, 0x61), /larger than 8 MiB/],
];

for (const [name, bytes, problem] of refused) {
  test(`a list of ${name} is refused`, () => {
    const isRight = (caught: unknown) =>
      caught instanceof BatonError && caught.code === "REPORT-LIST" && problem.test(caught.message);
    assert.throws(() => readPeopleList(bytes), isRight);
  });
}

test("a list or events out of a device or a file without end are refused, and not read into memory", async (context) => {
  const io = { cwd: temporaryDirectory(context) };
  const huge = join(io.cwd, "huge");
  writeFileSync(huge, "");
  truncateSync(huge, 3e9);
  for (const [path, message] of [
    ["/dev/zero", /a device, pipe or socket/],
    [huge, /larger than \d+ MiB/],
  ] as const) {
    await assert.rejects(loadPeopleList(path, io), { code: "REPORT-LIST", message });
    await assert.rejects(loadActivity(path, io), { code: "REPORT-EVENTS", message });
  }
});

test("the system's own name for standard input is standard input", async () => {
  const io = { cwd: "/", readStdin: async () => Buffer.from("ada\n") };
  assert.deepEqual(await loadPeopleList("/dev/stdin", io), await loadPeopleList("-", io));
});
