import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Numbers in text such as `T-01, T-02` or `T-40 to T-43`. */
function numbersIn(text: string): readonly string[] {
  const numbers: number[] = [];
  for (const [, first = "", last = first] of text.matchAll(/\bT-(\d+)(?: to T-(\d+))?/g)) {
    for (let number = Number(first); number <= Number(last); number++) numbers.push(number);
  }
  return numbers.map((number) => `T-${String(number).padStart(2, "0")}`);
}

/** Numbers in the strings of each test file; comments are left out, for they promise nothing. */
const byFile = new Map(
  globSync("{src,sandbox,bench,test}/**/*.test.{ts,tsx}", { cwd: root }).map((path) => {
    const code = read(path)
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .replaceAll(/^\s*\/\/.*$/gm, "");
    return [path.replaceAll("\\", "/"), new Set(numbersIn(code))] as const;
  }),
);
const named = new Set([...byFile.values()].flatMap((numbers) => [...numbers]));
const rows = read("docs/reliability.md")
  .split("\n")
  .flatMap((line) => {
    const [, numbers = "", , files = ""] = /^\| (T-[^|]*) \| ([^|]*) \| ([^|]*) \|$/.exec(line) ?? [];
    return numbers === ""
      ? []
      : [{ numbers: numbersIn(numbers), files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file) }];
  });

test("each number in the table of docs/reliability.md stands in the name of a test, in each file that the table gives", () => {
  assert.ok(rows.length > 50);
  for (const { numbers, files } of rows) {
    assert.ok(files.length > 0, numbers.join());
    for (const file of files) {
      const found = byFile.get(file);
      assert.ok(found, `${file} is no test file`);
      assert.ok(
        numbers.every((number) => found.has(number)),
        `${file} has no test of all of ${numbers}`,
      );
    }
  }
});

test("each number in the name of a test is in the table, or is the console's", () => {
  const listed = new Set(rows.flatMap(({ numbers }) => numbers));
  const isConsole = (number: string): boolean => Number(number.slice(2)) >= 90 && Number(number.slice(2)) <= 102;
  assert.deepEqual([...named].filter((number) => !listed.has(number) && !isConsole(number)).toSorted(), []);
});

test("every other page and comment names numbers that are in the table or are the console's", () => {
  const listed = new Set(rows.flatMap(({ numbers }) => numbers));
  for (const page of [...globSync("docs/*.{md,mdx}", { cwd: root }), "README.md", "SECURITY.md", "ARCHITECTURE.md"]) {
    for (const number of numbersIn(read(page))) {
      assert.ok(
        listed.has(number) || (Number(number.slice(2)) >= 90 && Number(number.slice(2)) <= 102),
        `${page}: ${number}`,
      );
    }
  }
});
