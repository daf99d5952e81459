import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../test/support/sample-c1z.ts";
import { OpenedFiles } from "./opened-files.ts";

const idOf = (source: string): string => source.slice("file:".length);

test("files are there after a restart, the latest first, under the name that they had", (context) => {
  const dataDir = temporaryDirectory(context);
  const files = new OpenedFiles(dataDir);
  const [first, second] = [files.add("/a/one.c1z", 1), files.add("/b/two.C1Z", 2)];
  const again = new OpenedFiles(dataDir);
  assert.deepEqual(again.list(), [second, first]);
  assert.equal(again.find(idOf(second.source))?.fileName, "two");
  assert.equal(again.find(idOf(first.source))?.path, "/a/one.c1z");
  assert.equal(statSync(join(dataDir, "opened-files.json")).mode & 0o077, 0);
});

test("a file that is opened again keeps its address and comes first", (context) => {
  const files = new OpenedFiles(temporaryDirectory(context));
  const { source } = files.add("/a/one.c1z", 1);
  files.add("/a/two.c1z", 2);
  assert.equal(files.add("/a/one.c1z", 3).source, source);
  assert.deepEqual(
    files.list().map(({ title }) => title),
    ["one.c1z", "two.c1z"],
  );
});

test("of many files the last ones are remembered; one that was sent is deleted with its place, others never", async (context) => {
  const dataDir = temporaryDirectory(context);
  const files = new OpenedFiles(dataDir);
  const own = join(dataDir, "own.c1z");
  const place = await files.uploadPlace();
  for (const path of [own, place.path]) writeFileSync(path, "");
  files.add(own, 1);
  files.add(place.path, 2, { id: place.id, name: "sent.c1z" });
  for (let at = 3; at < 23; at++) files.add(`/many/${at}.c1z`, at);
  assert.equal(files.list().length, 20);
  assert.deepEqual([existsSync(own), existsSync(place.path)], [true, false]);
});

test("forgetting says whether there was one", async (context) => {
  const files = new OpenedFiles(temporaryDirectory(context));
  const place = await files.uploadPlace();
  writeFileSync(place.path, "");
  const { source } = files.add(place.path, 1, { id: place.id, name: "sent.c1z" });
  assert.deepEqual([files.forget(idOf(source)), files.forget(idOf(source))], [true, false]);
  assert.ok(!existsSync(place.path));
});

test("a list that was damaged is an empty one, and entries that are none are left out", (context) => {
  const dataDir = temporaryDirectory(context);
  const path = join(dataDir, "opened-files.json");
  const good = { id: "1", path: "/a.c1z", title: "a.c1z", openedAtMs: 1, isUpload: false };
  for (const [text, count] of [
    ["{", 0],
    ['"text"', 0],
    [JSON.stringify([good, { ...good, path: 7 }, null]), 1],
  ] as const) {
    writeFileSync(path, text);
    assert.equal(new OpenedFiles(dataDir).list().length, count, text);
  }
});
