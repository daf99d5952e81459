import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exampleApp } from "../../../../test/support/example-connector.ts";
import { type MemoryIo, memoryIo } from "../../../../test/support/memory-io.ts";
import type { ConnectorApp } from "../app.ts";
import { runCli } from "../run-cli.ts";

const cwd = mkdtempSync(join(tmpdir(), "closing-counts-"));
after(() => rmSync(cwd, { recursive: true, force: true }));

type Summarize = NonNullable<ConnectorApp["summarize"]>;

async function sync(stderrIsTty: boolean, summarize: Summarize): Promise<{ code: number; io: MemoryIo }> {
  const env = { BATON_API_KEY: "canary-api-key", BATON_ORG: "acme", NO_COLOR: "1" };
  const io = memoryIo({ argv: ["-f", join(cwd, "out.c1z")], cwd, env, stderrIsTty });
  return { code: await runCli({ ...exampleApp({ members: ["ada"] }), summarize }, io), io };
}

test("on a terminal the closing table shows what was counted in the written file", async () => {
  const { code, io } = await sync(true, async (path) => [
    { title: "Accounts", rows: [[`in ${path.slice(-7)}`, 1234]] },
  ]);
  assert.equal(code, 0);
  assert.match(io.stderrText(), / {2}Accounts\n {4}in out\.c1z +1,234\n/);
});

test("in a pipe nothing is counted", async () => {
  let calls = 0;
  const { code, io } = await sync(false, async () => {
    calls++;
    return [];
  });
  assert.deepEqual([code, calls], [0, 0]);
  assert.doesNotMatch(io.stderrText(), /Accounts/);
});

test("a count that fails is warned of, and the run is a success all the same", async () => {
  const { code, io } = await sync(true, async () => {
    throw new Error("out of space");
  });
  assert.equal(code, 0);
  assert.match(io.stderrText(), /counting it for the summary failed[\s\S]*out of space/);
  assert.match(io.stderrText(), /✔ Synced/);
});
