import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { core, openWriter, teamType, temporaryDirectory, writeSync } from "../../test/support/sample-c1z.ts";
import { VirtualClock } from "../../test/support/virtual-clock.ts";
import { openInquiry } from "./ask.ts";
import { roster } from "./questions/roster.ts";

async function noticesOf(file: string, syncId?: string): Promise<readonly string[]> {
  using inquiry = await openInquiry({ file, ...(syncId !== undefined && { syncId }) });
  const { rows } = inquiry.answer(roster);
  for (;;) {
    const next = rows.next();
    if (next.done) return next.value.notices;
  }
}

function fileIn(context: TestContext): readonly [path: string, directory: string] {
  const directory = temporaryDirectory(context);
  return [join(directory, "sync.c1z"), directory];
}

test("a full sync that a newer one of a part hides is named, with the way to it", async (context) => {
  const [path, directory] = fileIn(context);
  const full = await writeSync(path, directory);
  const clock = new VirtualClock(Date.UTC(2026, 0, 3));
  await writeSync(path, directory, { type: "partial", users: ["ada"], clock });
  const notices = await noticesOf(path);
  assert.match(notices.join("\n"), /partial: it holds a part/);
  assert.match(notices.join("\n"), new RegExp(`--sync-id ${full}`));
  assert.deepEqual(await noticesOf(path, full), []);
});

test("of a file without a type of accounts is said why it shows nobody", async (context) => {
  const [path, directory] = fileIn(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.rows.putResourceTypes([teamType]);
  writer.rows.putResources([core]);
  writer.endSync();
  await writer.save();
  assert.match((await noticesOf(path)).join("\n"), /no resource type with the user trait/);
});
