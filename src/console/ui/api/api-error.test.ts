import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf as sample } from "../../../../test/browser/page-samples.ts";
import { ApiError, failureFrom, failureOf, unreachableFailure } from "./api-error.ts";

test("the server's own words are shown, with its code", () => {
  const failure = sample("wrong-key", { code: "CS-AUTH-401" });
  assert.deepEqual(failureOf({ error: failure }, 401), failure);
  assert.deepEqual(failureFrom(new ApiError(failure, 401)), failure);
});

test("an answer from something else than the console says its status, whatever is in it", () => {
  for (const body of [null, "<html>Bad gateway</html>", { error: "no" }, {}, 7]) {
    const { code, message } = failureOf(body, 502);
    assert.equal(code, "CONSOLE-PAGE");
    assert.match(message, /status 502/);
  }
});

test("when nobody answers, what was synced is said to be kept, and how to go on", () => {
  const { title, effect, hint } = unreachableFailure();
  assert.equal(title, "The console is not running");
  assert.match(effect ?? "", /is kept/);
  assert.match(hint ?? "", /baton-cloudsmith console/);
});

test("a mistake of the page's own is told as one, and never as an empty banner", () => {
  for (const thrown of [new TypeError("x is not a function"), "thrown", undefined]) {
    const failure = failureFrom(thrown);
    assert.equal(failure.title, "This page made a mistake");
    assert.match(failure.hint ?? "", /Load the page again/);
  }
});
