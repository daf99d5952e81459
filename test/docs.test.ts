/** The pages keep up with the code: every code that can be printed is explained, every link leads somewhere. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { type CodePattern, codesInSource, documentedCodes, linksIn, lintMdx, slugsOf } from "./doc-checks.ts";

const root = join(import.meta.dirname, "..");
const pages = globSync(["*.md", "docs/*.{md,mdx}"], { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const sources = globSync(["src/**/*.ts", "sandbox/**/*.ts"], { cwd: root }).filter(
  (path) => !/\.test\.ts$|\/testing\/|\/gen\//.test(path),
);
const inCode = codesInSource(sources.map(read));
const inPage = documentedCodes(read("docs/troubleshooting.md"));

/** A row `X-NNN` explains each code of three digits. */
function matches(pattern: CodePattern, code: string): boolean {
  if (typeof pattern !== "string") return pattern.test(code);
  return pattern === code || (code.endsWith("-NNN") && pattern.replace(/-\d{3}$/, "-NNN") === code);
}

test("every error and warning code in the sources is explained in docs/troubleshooting.md", () => {
  assert.ok(inCode.length > 50, "codes were found in the sources");
  const missing = inCode.filter((pattern) => !inPage.some((code) => matches(pattern, code)));
  assert.deepEqual(missing, [], "give each a row in docs/troubleshooting.md");
});

test("docs/troubleshooting.md explains no code that the sources no longer have", () => {
  const obsolete = inPage.filter((code) => !inCode.some((pattern) => matches(pattern, code)));
  assert.deepEqual(obsolete, [], "take these rows out of docs/troubleshooting.md");
});

test("docs/troubleshooting.md explains each code once", () => {
  assert.deepEqual(inPage.toSorted(), [...new Set(inPage)].toSorted());
});

for (const page of pages) {
  test(`every link in ${page} leads to a page, and to a heading of it`, () => {
    for (const { target, anchor } of linksIn(read(page))) {
      const path = target === "" ? page : relative(root, join(root, dirname(page), target));
      assert.ok(existsSync(join(root, path)), `${page} links to ${target}, which is not there`);
      if (anchor === "") continue;
      assert.ok(slugsOf(read(path)).includes(anchor), `${page} links to #${anchor}, which ${path} does not have`);
    }
  });
}

test("docs/connector.mdx is well-formed and uses allowed components only", () => {
  assert.deepEqual(lintMdx(read("docs/connector.mdx")), []);
});

for (const [text, complaint] of [
  ["<Button>x</Button>", "component Button is not allowed"],
  ["<img />", "component img is not allowed"],
  ["Hello {name}", "an expression in braces"],
  ['import X from "x"', "an import or export"],
  ["<Steps>\n<Step>x\n</Steps>", "Step is not closed before Steps"],
  ["<Note>x", "Note is not closed"],
  ['<Card href="javascript:x">x</Card>', "a link of a scheme other than https"],
] as const) {
  test(`the check of MDX pages notices ${complaint}`, () => {
    assert.deepEqual(lintMdx(`---\ntitle: x\n---\n\n${text}\n`).slice(0, 1), [complaint]);
  });
}

test("the check of MDX pages leaves code alone", () => {
  assert.deepEqual(lintMdx("---\ntitle: x\n---\n\n```yaml\na: {b: <c>}\nimport x\n```\n\n`<img>` and `{x}`\n"), []);
});

test("docs/connector.mdx names itself in its front matter", () => {
  const [, frontMatter = ""] = /^---\n([\s\S]*?)\n---\n/.exec(read("docs/connector.mdx")) ?? [];
  const keys = [...frontMatter.matchAll(/^"?([A-Za-z:]+?)"?: \S/gm)].map(([, key]) => key);
  assert.deepEqual(keys, ["title", "og:title", "description", "og:description", "sidebarTitle"]);
});

test("codes are found as literals, as arguments, as templates; prefixes and comments are not codes", () => {
  const source = [
    '/** `AB-COMMENT` and "AB-COMMENT". */',
    'x({ code: "AB-ONE" }); notFound("AB-TWO", "text"); y({ code: "AB-ONE-MORE" });',
    `const y = { code: \`AB-THREE-\${z}\` };`,
    'if (code.startsWith("AB-")) return; const others = ["UTF-8"];',
    'const beginnings = ["AB-THREE"];',
  ].join("\n");
  const found = codesInSource([source]).map(String);
  assert.deepEqual(found, ["AB-ONE", "AB-TWO", "AB-ONE-MORE", "/^AB-THREE-[A-Z0-9]+$/"]);
});
