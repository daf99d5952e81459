import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { circles } from "../scripts/rules/circles.ts";
import { folderWidth } from "../scripts/rules/folder-width.ts";
import { importDirections } from "../scripts/rules/import-directions.ts";
import { plainWords, unplainWords } from "../scripts/rules/plain-words.ts";
import { productNames } from "../scripts/rules/product-names.ts";
import { readSourceFiles, type SourceFile, sourceFile, type Violation } from "../scripts/rules/source-files.ts";
import { textAsInterface } from "../scripts/rules/text-as-interface.ts";

const root = join(import.meta.dirname, "..");
const files = readSourceFiles(root);

type Rule = (files: readonly SourceFile[]) => readonly Violation[];

/** What the rule says of the repository when a file is put into it, or in front of what the file holds. */
function planted(rule: Rule, path: string, text: string): readonly string[] {
  const rest = files.filter((file) => file.path !== path);
  const before = files.find((file) => file.path === path)?.text ?? "";
  return rule([...rest, sourceFile(path, text + before)]).map(({ file, problem }) => `${file} ${problem}`);
}

test("the repository breaks no rule", () => {
  for (const rule of [importDirections, circles, folderWidth, productNames, textAsInterface, plainWords]) {
    assert.deepEqual(rule(files), [], rule.name);
  }
});

const directions = [
  {
    path: "src/sdk/planted.ts",
    text: 'import { version } from "../cloudsmith/connector-app.ts";\n',
    says: "src/sdk/planted.ts belongs to no room",
  },
  {
    path: "src/sdk/sync/planted.ts",
    text: 'export { metadata } from "../../cloudsmith/connector.ts";\n',
    says: "src/sdk/sync/planted.ts imports src/cloudsmith/connector.ts: src/sdk/sync/ may not import it",
  },
  {
    path: "src/cloudsmith/planted.ts",
    text: 'const { openC1z } = await import("../sdk/c1z/read/reader.ts");\n',
    says: "src/cloudsmith/planted.ts imports src/sdk/c1z/read/reader.ts: src/cloudsmith/ may not import it",
  },
  {
    path: "src/sdk/errors.ts",
    text: 'import type { Clock } from "./clock.ts";\n',
    says: "src/sdk/errors.ts imports src/sdk/clock.ts: src/sdk/errors.ts may not import it",
  },
  {
    path: "src/sdk/contracts/planted.ts",
    text: 'export type Planted = import("../log.ts").Logger;\n',
    says: "src/sdk/contracts/planted.ts imports src/sdk/log.ts: src/sdk/contracts/ may not import it",
  },
];

for (const { path, text, says } of directions) {
  test(`an import against the directions is named: ${says}`, () => {
    assert.deepEqual(planted(importDirections, path, text), [says]);
  });
}

test("a circle is named, also where all its imports are of types", () => {
  const closing = 'import type { SecretRedactor } from "./secret-redactor.ts";\n';
  const back = sourceFile("src/sdk/secret-redactor.ts", 'import type { Logger } from "./log.ts";\n');
  const rest = files.filter(({ path }) => path !== back.path);
  const [said, ...more] = planted(
    (all) => circles([...all.filter(({ path }) => path !== back.path), back]),
    "src/sdk/log.ts",
    closing,
  );
  assert.equal(rest.length, files.length - 1);
  assert.deepEqual(more, []);
  assert.match(said ?? "", /circle of imports: src\/sdk\/(\S+) -> src\/sdk\/(\S+) -> src\/sdk\/\1$/);
});

test("a folder of twenty-one files is named, tests not counted", () => {
  const folder = (count: number, ending: string): readonly SourceFile[] =>
    Array.from({ length: count }, (_, index) => sourceFile(`src/sdk/planted/file-${index}${ending}`, ""));
  const full = [...folder(20, ".ts"), ...folder(20, ".test.ts")];
  assert.deepEqual(folderWidth(full), []);
  const [wide] = folderWidth([...full, sourceFile("src/sdk/planted/one-more.ts", "")]);
  assert.equal(wide?.problem, "holds 21 files; 20 are the most");
});

test("a name of Cloudsmith in the SDK, the reports or the console is named", () => {
  const knows = "knows what Cloudsmith calls things:";
  const key = 'const key = "two_factor_enabled";\n';
  for (const path of ["src/sdk/sync/planted.ts", "src/reports/planted.ts", "src/console/sources/planted.ts"]) {
    assert.deepEqual(planted(productNames, path, key), [`${path} ${knows} two_factor_enabled`]);
  }
  assert.deepEqual(planted(productNames, "src/sdk/cli/planted.ts", 'const flag = "org-slug"; // Cloudsmith\n'), [
    `src/sdk/cli/planted.ts ${knows} org-slug, Cloudsmith`,
  ]);
  assert.deepEqual(planted(productNames, "sandbox/planted.ts", key), []);
});

test("a word that is not plain is named, in code, comments and docs", () => {
  const text = "// Whoever opens the door.\nconst desk = 1; // outdoors\n";
  assert.deepEqual(planted(plainWords, "src/sdk/sync/planted.ts", text), [
    'src/sdk/sync/planted.ts line 1 says "Whoever"',
    'src/sdk/sync/planted.ts line 1 says "door"',
    'src/sdk/sync/planted.ts line 2 says "desk"',
  ]);
  for (const page of globSync(["*.md", "docs/*.md", "docs/*.mdx"], { cwd: root })) {
    assert.deepEqual(unplainWords(readFileSync(join(root, page), "utf8")), [], page);
  }
});

const readers = [
  ['if (error.message.includes("gone")) retry();', "searches"],
  ['if (waiting.reason.startsWith("rate limit")) retry();', "searches"],
  ["if (/rate limit/i.test(waiting.reason)) retry();", "matches"],
  ["const code = /CS-[A-Z]+/.exec(String(error));", "matches"],
  ["const said = error.message.toLowerCase(); if (/gone/.test(said)) retry();", "matches"],
  ['const { message } = error; if (message === "Sync complete.") retry();', "compares"],
  ['if (count.label !== "disabled") retry();', "compares"],
  ["if (fact.label === clockLabel) retry();", "compares"],
  ['const what = error.message.replace(/ It begins.*/, "");', "searches"],
  ["const { label } = count; return counts.get(label);", "looks up"],
  ['switch (error.message) { case "gone": retry(); }', "decides"],
] as const;

test("a text taken as an interface is named", () => {
  const text = readers.map(([line]) => `function f() { ${line} }\n`).join("");
  const said = planted(textAsInterface, "src/sdk/sync/planted.ts", text);
  assert.equal(said.length, readers.length, said.join("\n"));
  for (const [index, [, what]] of readers.entries()) {
    const expected = new RegExp(`^src/sdk/sync/planted\\.ts line ${index + 1} ${what} .*words for people: `);
    assert.match(said[index] ?? "", expected);
  }
});

test("keys, codes and texts that are only shown are none", () => {
  const text = `
    if (error.code === "CS-AUTH-401" || error.message === "" || row.label === undefined) show(error.message);
    if (failure.reason === "timeout") show(\`\${failure.hint}.\`);
    show(labels.get(count.key));
  `;
  assert.deepEqual(planted(textAsInterface, "src/sdk/sync/planted.ts", text), []);
});

test("npm run check:rules fails, names what it found, and takes an empty directory for no success", () => {
  const copy = mkdtempSync(join(tmpdir(), "rules-"));
  const check = () =>
    spawnSync(process.execPath, [join(root, "scripts", "check-rules.ts"), copy], { encoding: "utf8" });
  try {
    assert.equal(check().status, 1);
    mkdirSync(join(copy, "src", "sdk"), { recursive: true });
    writeFileSync(join(copy, "src", "sdk", "planted.ts"), 'import "../main.ts";\n');
    const { status, stderr } = check();
    assert.equal(status, 1);
    assert.match(stderr, /^importDirections: src\/sdk\/planted\.ts belongs to no room$/m);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

/** Text in backquotes that is a path of this repository: it has a slash or a known ending, and nothing but path characters. */
function pathsNamed(markdown: string): readonly string[] {
  const quoted = [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const rooms = /^(?:\.\/)?(?:src|sandbox|scripts|test|bench|docs|proto|bin|tools|types|examples|\.ci)\//;
  return quoted.filter((text) => rooms.test(text) && /^[\w./-]+$/.test(text));
}

for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md"]) {
  test(`every path that ${page} names exists`, () => {
    const named = pathsNamed(readFileSync(join(root, page), "utf8"));
    assert.ok(named.length > 10, `${named.length} paths found`);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });
}

test("ARCHITECTURE.md has at most 200 lines", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  assert.ok(text.trimEnd().split("\n").length <= 200);
});

test("CONTRIBUTING.md has a recipe for each usual change, and each names its files", () => {
  const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const recipes = text.split(/^### /m).slice(1);
  const titles = recipes.map((recipe) => recipe.split("\n")[0]);
  const usual = ["A profile field", "A resource type", "A flag", "A report", "A review", "An error code", "A column"];
  assert.deepEqual(titles, [...usual, "Retention"]);
  for (const recipe of recipes) assert.ok(pathsNamed(recipe).length >= 2, recipe);
});
