/** The pace of the live region. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AnnouncePace, announceEveryMs } from "./announce-pace.ts";

test("the first word comes at once, every other one five seconds after the one before at the earliest", () => {
  const pace = new AnnouncePace();
  assert.equal(pace.waitMs(1_000), 0);
  pace.said(1_000);
  assert.equal(pace.waitMs(1_000), announceEveryMs);
  assert.equal(pace.waitMs(4_000), 2_000);
  assert.equal(pace.waitMs(6_000), 0);
  assert.equal(pace.waitMs(60_000), 0);
  assert.ok(announceEveryMs >= 5_000);
});
