import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../../test/support/sample-c1z.ts";
import { tellWatcher } from "../sdk/file-progress.ts";
import { hashOfFile } from "./hash-file.ts";

test("hashing a file says that it moves on, however long it takes, and gives what sha256sum gives", async (context: TestContext) => {
  const path = join(temporaryDirectory(context), "file");
  const bytes = Buffer.alloc(1_000_000, 7);
  writeFileSync(path, bytes);
  const told: unknown[] = [];
  const { send } = process;
  context.after(() => {
    if (send) process.send = send;
    else delete process.send;
  });
  process.send = (message: unknown) => told.push(message) > 0;
  tellWatcher();
  assert.equal(await hashOfFile(path), createHash("sha256").update(bytes).digest("hex"));
  assert.deepEqual(told[0], { type: "progress" });
});
