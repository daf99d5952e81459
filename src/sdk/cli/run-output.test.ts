import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryIo } from "../../../test/support/memory-io.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import type { SyncProgress } from "../sync/events.ts";
import { ProgressDisplay, progressLines } from "./run-output.ts";
import { displayWidth } from "./terminal-text.ts";

const progress: SyncProgress = {
  phase: "grants",
  resources: { organization: 1, user: 12_000 },
  entitlements: 4,
  grants: 1,
  elapsedMs: 61_000,
  connector: { requests: 40, retries: 2, rateLimit: { limit: 5400, remaining: 5360 } },
};
const clock = new VirtualClock();
const view = { title: "acme", columns: 100, color: false, nowMs: clock.nowMs() };

test("progress names the phase, the counts, the traffic and the rate budget", () => {
  assert.deepEqual(progressLines(progress, view), [
    "Syncing acme: reading grants (6/9)",
    "  organization 1 · user 12,000 · 4 entitlements · 1 grant",
    "  1 min 01 s · 40 requests · 2 retries · 5,360 of 5,400 requests left in the rate budget",
  ]);
});

test("progress says what it waits for, until when and how long", () => {
  const waiting = { kind: "rate-limit", reason: "rate limit of Cloudsmith", untilMs: view.nowMs + 90_000 } as const;
  const [, , , line] = progressLines({ ...progress, connector: { requests: 1, retries: 0, waiting } }, view);
  assert.match(line ?? "", /^ {2}waiting until \d\d:\d\d:\d\d \(1 min 30 s\): rate limit of Cloudsmith$/);
});

test("no line is wider than the terminal or moves the cursor", () => {
  const resources = { ["漢字".repeat(40)]: 1, "evil\u001b[2J\n": 2 };
  for (const columns of [1, 20, 79, 200]) {
    for (const line of progressLines({ ...progress, resources }, { ...view, columns, note: "stopping" })) {
      assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`);
      assert.doesNotMatch(line, /\p{Cc}/u);
    }
  }
});

/** How often the block was drawn. */
function drawings(text: string): number {
  return text.split("Syncing acme: ").length - 1;
}

test("the block is redrawn in place at most ten times a second", () => {
  const still = new VirtualClock();
  const io = memoryIo({ clock: still });
  const display = new ProgressDisplay({ stderr: io.stderr, clock: still, color: false, title: "acme" });
  for (let index = 0; index < 1000; index += 1) {
    display.show({ ...progress, grants: index });
    still.advance(1);
  }
  assert.equal(drawings(io.stderrText()), 10);
  assert.equal(io.stderrText().split("\u001b[3A\u001b[0J").length - 1, 9);
  display.end();
  assert.ok(io.stderrText().endsWith("\u001b[3A\u001b[0J"), "the block is taken away");
});

test("other output goes above the block, and nothing is drawn after the end", () => {
  const still = new VirtualClock();
  const io = memoryIo({ clock: still });
  const display = new ProgressDisplay({ stderr: io.stderr, clock: still, color: false, title: "acme" });
  display.show(progress);
  display.around(() => io.stderr.write("a log line\n"));
  const [, after = ""] = io.stderrText().split("\u001b[3A\u001b[0Ja log line\n");
  assert.match(after, /^Syncing acme: /);
  display.note("Stopping.");
  assert.match(io.stderrText(), /\n {2}Stopping\.\n$/);
  display.end();
  const before = io.stderrText();
  display.around(() => undefined);
  display.note("late");
  assert.equal(io.stderrText(), before);
});
