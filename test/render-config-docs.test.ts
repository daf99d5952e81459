import assert from "node:assert/strict";
import { test } from "node:test";
import { renderConfigDocs } from "../scripts/render-config-docs.ts";
import { syncCommand } from "../src/sdk/cli/built-in-commands.ts";
import { standardFlags } from "../src/sdk/config/standard-fields.ts";
import { exampleApp, exampleFields } from "./support/example-connector.ts";

const page = renderConfigDocs(exampleApp());
const rows = page.split("\n").filter((line) => line.startsWith("| `--"));

test("every flag has exactly one row, and no other has one", () => {
  const flags = standardFlags({ stdoutIsTty: false, nowMs: 0 });
  const existing = flags.map(({ field }) => field.name);
  const ofASync = (syncCommand.options ?? []).map(({ name }) => name);
  const names = rows.map((row) => /^\| `--([\w-]+)`/.exec(row)?.[1]);
  assert.deepEqual(names.toSorted(), [...existing, ...ofASync, ...exampleFields.map(({ name }) => name)].toSorted());
});

test("a row has flag, variables, type, default and meaning", () => {
  assert.deepEqual(rows.slice(0, 2), [
    "| `--api-key` | `BATON_API_KEY`, else `EXAMPLE_API_KEY` | text | required | API key: Key of the example (secret) |",
    "| `--org` | `BATON_ORG` | text | required | Organization: Organization to read |",
  ]);
  assert.ok(
    rows.includes(
      "| `--file`, `-f` | `BATON_FILE` | text | `sync.c1z` | The .c1z file to write, a path or s3://BUCKET/KEY |",
    ),
  );
});

test("the page does not depend on the terminal or the time", () => {
  assert.equal(renderConfigDocs(exampleApp()), page);
  assert.doesNotMatch(page, /\d{4}-\d\d-\d\dT/);
});

test("every table has as many cells in each row as in its head", () => {
  for (const block of page.split("\n\n").filter((text) => text.startsWith("|"))) {
    const widths = block
      .trim()
      .split("\n")
      .map((line) => line.split(/(?<!\\)\|/).length);
    assert.equal(new Set(widths).size, 1, block);
  }
});
