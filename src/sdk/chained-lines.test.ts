import assert from "node:assert/strict";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../../test/support/sample-c1z.ts";
import { brokenLine, ChainedLines, chainedLines, lineObject } from "./chained-lines.ts";

function filled(context: TestContext): string {
  const path = join(temporaryDirectory(context), "lines");
  writeFileSync(path, '{"old":1}\n');
  for (const n of [1, 2, 3]) {
    const lines = new ChainedLines(path);
    lines.append({ n });
    lines.append({ n, again: true });
    lines.close();
  }
  return path;
}

test("a chain goes on after a restart, after lines of another process and after older lines without a hash", (context) => {
  const path = filled(context);
  const [one, other] = [new ChainedLines(path), new ChainedLines(path)];
  for (const lines of [one, other, one]) lines.append({ from: lines === one ? "one" : "other" });
  one.close();
  other.close();
  assert.equal(brokenLine(chainedLines(readFileSync(path))), undefined);
  assert.equal([...chainedLines(readFileSync(path))].length, 10);
});

test("whichever byte is changed, a later line does not fit any more, or the line itself cannot be read", (context) => {
  const path = filled(context);
  const bytes = readFileSync(path);
  const lastLine = bytes.lastIndexOf(0x0a, bytes.length - 2);
  for (let at = 0; at <= lastLine; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.notEqual(brokenLine(chainedLines(changed)), undefined, `byte ${at}`);
  }
});

test("lines that were taken out, put in or moved are noticed", (context) => {
  const lines = readFileSync(filled(context), "utf8").trimEnd().split("\n");
  const broken = [
    lines.toSpliced(2, 1),
    lines.toSpliced(2, 0, '{"n":9}'),
    lines.toSpliced(2, 0, lines[2] ?? ""),
    [...lines.slice(0, 2), lines[3], lines[2], ...lines.slice(4)],
  ];
  for (const changed of broken)
    assert.notEqual(brokenLine(chainedLines(Buffer.from(`${changed.join("\n")}\n`))), undefined);
});

test("half a line, as a power cut leaves it, does not swallow the next one", (context) => {
  const path = filled(context);
  appendFileSync(path, '{"half":');
  const lines = new ChainedLines(path);
  lines.append({ n: 4 });
  lines.close();
  const read = [...chainedLines(readFileSync(path))];
  assert.deepEqual(read.map(lineObject).at(-1)?.["n"], 4);
  assert.deepEqual(brokenLine(read), { number: read.length - 1, problem: "no-object" });
});

test("a file that became shorter is read anew", (context) => {
  const path = filled(context);
  const lines = new ChainedLines(path);
  lines.append({ n: 4 });
  truncateSync(path, readFileSync(path).indexOf("\n") + 1);
  lines.append({ n: 5 });
  lines.close();
  assert.equal(brokenLine(chainedLines(readFileSync(path))), undefined);
});
