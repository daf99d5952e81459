import assert from "node:assert/strict";
import { test } from "node:test";
import { sectionOf, withSection } from "../markdown-table.ts";
import { consoleHeading, consoleSection } from "./table.ts";

const spread = { min: 1, median: 2, max: 30 };

test("a target that was missed is said to be", () => {
  const section = consoleSection(
    [
      { what: "fast", unit: "ms", spread, target: 2 },
      { what: "slow", unit: "KB", spread, target: 1 },
    ],
    ["About."],
  );
  assert.match(section, /\| fast +\| 2\.0 ms +\| 1\.0 to 30 +\| 2 ms met +\|/);
  assert.match(section, /\| slow +\| 2\.0 KB .*\| 1 KB MISSED +\|/);
});

test("the section is put in the place of the old one, and the rest of the page stays", () => {
  const page = "# Page\n\nText.\n";
  const once = withSection(page, consoleHeading, `${consoleHeading}\n\nold`);
  assert.equal(once, `# Page\n\nText.\n\n${consoleHeading}\n\nold\n`);
  const more = `${once}\n## Other\n\nmore\n`;
  assert.equal(withSection(more, consoleHeading, `${consoleHeading}\n\nnew`), more.replace("old", "new"));
  assert.equal(sectionOf(more, consoleHeading), `${consoleHeading}\n\nold`);
  assert.equal(sectionOf(page, consoleHeading), undefined);
});
