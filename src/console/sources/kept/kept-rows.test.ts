import assert from "node:assert/strict";
import { readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { keptRows } from "./kept-rows.ts";

const same = <T>(row: T): T => row;
const rows = Array.from({ length: 1203 }, (_, index) => [index, `Zoë ${index}`, null, ["a", "b"]]);

test("rows are worked out once, come back as they were, and only their owner may read them", async (context) => {
  const folder = join(temporaryDirectory(context), "run.c1z.answers");
  let worked = 0;
  const work = async (): Promise<typeof rows> => {
    worked++;
    return rows;
  };
  assert.deepEqual(await keptRows(folder, "roster", work, same), rows);
  assert.deepEqual(await keptRows(folder, "roster", work, same), rows);
  assert.equal(worked, 1);
  assert.deepEqual(await keptRows(folder, "other", async () => [], same), []);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0);
});

test("rows that are cut off or damaged, and a folder that cannot be written, cost time alone", async (context) => {
  const folder = temporaryDirectory(context);
  await keptRows(folder, "roster", async () => rows, same);
  const [name = ""] = readdirSync(folder);
  const path = join(folder, name);
  truncateSync(path, statSync(path).size - 20);
  assert.deepEqual(await keptRows(folder, "roster", async () => rows, same), rows);
  writeFileSync(path, "no archive");
  assert.deepEqual(await keptRows(folder, "roster", async () => [1], same), [1]);
  writeFileSync(join(folder, "file"), "");
  assert.deepEqual(await keptRows(join(folder, "file"), "roster", async () => [2], same), [2]);
});
