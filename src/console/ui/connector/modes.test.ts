import assert from "node:assert/strict";
import { test } from "node:test";
import { modeTexts, modeTitle, readMode } from "./modes.ts";

test("a way to run is read out of an address; what there is not is once", () => {
  for (const { mode, title } of modeTexts) {
    assert.equal(readMode(mode), mode);
    assert.equal(modeTitle(mode), title);
  }
  assert.equal(readMode("hourly"), "once");
  assert.equal(readMode(undefined), "once");
});

test("no command line asks for a key among its arguments, where others could read it", () => {
  for (const { command } of modeTexts) assert.doesNotMatch(command, /--api-key(?!-file)|--client-secret(?!-file)/);
});
