/** The README keeps its word: its commands exist, its help text is the program's, its sections are where readers look. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { exitCodePages, helpText, shownHelp, withExitCodes, withHelp } from "../scripts/generate-readme.ts";
import { exitCodes } from "../scripts/render-config-docs.ts";
import { signalExitCodes } from "../src/sdk/cli/cli-io.ts";
import { Status } from "../src/sdk/errors.ts";
import { fleetExitCode, resultExitCodes } from "../src/sdk/sync/verdict.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const packageJson: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Text under a heading of level two, up to the next one. */
function section(title: string): string {
  const [, text] = readme.split(`\n## ${title}\n`);
  assert.notEqual(text, undefined, `README.md has a section "${title}"`);
  return text?.split("\n## ")[0] ?? "";
}

/** Lines of the shell blocks in a text, without comments. */
function commands(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, body = ""]) => body);
  return blocks.flatMap((body) => body.split("\n")).filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

test("the README shows the help text that the program prints (npm run generate:readme brings it up to date)", () => {
  assert.equal(shownHelp(readme), helpText());
});

test("bringing the README up to date changes the help text and nothing else", () => {
  const changed = withHelp(readme, "other help\n");
  assert.equal(shownHelp(changed), "other help\n");
  assert.equal(withHelp(changed, shownHelp(readme)), readme);
});

for (const page of exitCodePages) {
  test(`${basename(page)} shows the program's exit codes (npm run generate:readme brings them up to date)`, () => {
    const text = readFileSync(page, "utf8");
    assert.equal(text, withExitCodes(text));
  });
}

test("every exit code that the sources can end with is in the table, and no other", () => {
  const sources = globSync("src/**/*.ts", { cwd: root }).filter(
    (path) => !/\.test\.ts$|\/(?:testing|gen)\//.test(path),
  );
  const texts = sources.map((path) => readFileSync(join(root, path), "utf8"));
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(/(?:status: |: |, )Status\.(\w+)/g)].map(([, name]) => name)),
  );
  // Only with an exit code of its own (stop signals), or inside the console and the connector server.
  const inside = new Set(["canceled", "outOfRange"]);
  used.add("ok");
  const listed = new Set(exitCodes.flatMap(({ codes }) => codes));
  for (const [name, code] of Object.entries(Status)) {
    if (used.has(name) && !inside.has(name)) assert.ok(listed.has(code), `Status.${name} (${code}) has a row`);
    else assert.ok(!listed.has(code), `Status.${name} (${code}) is used`);
  }
  const own = [...Object.values(resultExitCodes), fleetExitCode, ...Object.values(signalExitCodes)];
  assert.deepEqual([...listed].filter((code) => code > 16).toSorted(), own.toSorted());
});

test("the quick start has two commands, and both are scripts of the package", () => {
  const quickStart = commands(section("Quick start"));
  assert.equal(quickStart.length, 2);
  for (const command of quickStart) {
    const [npm, script = ""] = command.split(" ");
    assert.equal(npm, "npm");
    assert.ok(script in packageJson.scripts, `${script} is a script of the package`);
  }
});

test("every npm script that a page tells people to run exists", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map((page) =>
    readFileSync(join(root, page), "utf8"),
  );
  const named = pages.flatMap((page) =>
    [...page.matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, script = ""]) => script),
  );
  assert.ok(named.length > 0);
  for (const script of named) assert.ok(script in packageJson.scripts, `npm run ${script}`);
});

test("the README has the sections that readers of connector repositories look for, in their order", () => {
  const titles = [...readme.matchAll(/^## (.+)$/gm)].map(([, title = ""]) => title);
  const expected = ["Prerequisites", "Getting started", "Data model", "Contributing, support and issues"];
  assert.deepEqual(
    titles.filter((title) => expected.includes(title)),
    expected,
  );
  assert.equal(titles.at(-1), "Command line usage");
});

test("no command in the README gives a key as an argument, where other users of the machine could read it", () => {
  const lines = commands(readme);
  assert.ok(lines.length > 2);
  for (const line of lines) assert.doesNotMatch(line, /--(?:api-key|client-secret)/);
});
