import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openChannel } from "../../src/sdk/c1/channel.ts";
import { parseCredentials } from "../../src/sdk/c1/credentials.ts";
import { uploadFile } from "../../src/sdk/c1/upload.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { Network } from "../../src/sdk/net/network.ts";
import { SecretRedactor } from "../../src/sdk/secret-redactor.ts";
import type { VirtualClock } from "../support/virtual-clock.ts";
import { FakeC1 } from "./fake-c1.ts";

const chunkBytes = 512 * 1024;

/** Uploads a file of random bytes for a task that was handed out. */
async function upload(fake: FakeC1, size: number, signal: AbortSignal = new AbortController().signal): Promise<Buffer> {
  const { clientId, clientSecret } = fake.c1.tokens.credentials;
  const { clock, caFile } = fake;
  const channel = openChannel({
    credentials: parseCredentials(clientId, clientSecret),
    host: fake.c1.host,
    network: Network.read({ SSL_CERT_FILE: caFile }, new SecretRedactor()),
    clock,
    redactor: new SecretRedactor(),
    patience: { silenceMs: 500, answerWithinMs: 500 },
  });
  try {
    const taskId = fake.addSync();
    await channel.client.getTask({ hostId: "host" });
    const path = join(fake.directory, "file");
    const bytes = randomBytes(size);
    writeFileSync(path, bytes);
    await uploadFile({
      client: channel.client,
      hostId: "host",
      taskId,
      path,
      clock,
      logger: silentLogger,
      observe: () => undefined,
      connectionWaitMs: 30_000,
      signal,
    });
    return bytes;
  } finally {
    channel.close();
  }
}

const sizes: readonly (readonly [size: number, chunks: readonly number[]])[] = [
  [0, []],
  [1, [1]],
  [chunkBytes - 1, [chunkBytes - 1]],
  [chunkBytes, [chunkBytes]],
  [chunkBytes + 1, [chunkBytes, 1]],
  [3 * chunkBytes + 7, [chunkBytes, chunkBytes, chunkBytes, 7]],
];

for (const [size, chunks] of sizes) {
  test(`a file of ${size} bytes arrives in ${chunks.length} pieces of 512 KiB at most`, async () => {
    await using fake = await FakeC1.start();
    const bytes = await upload(fake, size);
    const [arrived] = fake.c1.uploads;
    assert.deepEqual(arrived?.chunks, chunks);
    assert.ok(readFileSync(arrived.path).equals(bytes));
  });
}

test("T-34: an upload that is cut at any of ten points is made again from the start and arrives whole", async (t) => {
  const size = 9 * chunkBytes + 11;
  for (let point = 0; point < 10; point++) {
    await t.test(`cut after ${point} pieces`, async () => {
      await using fake = await FakeC1.start();
      let cuts = 0;
      fake.c1.onUpload((_taskId, bytes) => {
        if (bytes < point * chunkBytes || cuts > 0) return;
        cuts++;
        fake.c1.cutConnections();
      });
      const bytes = await upload(fake, size);
      assert.equal(cuts, 1);
      assert.equal(fake.c1.uploads.length, 1);
      assert.ok(readFileSync(fake.c1.uploads[0]?.path ?? "").equals(bytes));
    });
  }
});

test("T-34: an upload that is cut every time fails as unavailable when C1 was waited for long enough", async () => {
  await using fake = await FakeC1.start();
  fake.c1.onUpload((_taskId, bytes) => {
    if (bytes > chunkBytes) fake.c1.cutConnections();
  });
  await assert.rejects(upload(fake, 4 * chunkBytes), { code: "C1-CALL" });
  const waitedMs = (fake.clock as VirtualClock).sleeps.reduce((sum, ms) => sum + ms, 0);
  assert.ok(waitedMs >= 90_000 && waitedMs < 100_000, `${waitedMs} ms`);
  assert.equal(fake.c1.uploads.length, 0);
});

test("T-34: an upload that is told to stop ends with the reason, at once and without another attempt", async () => {
  await using fake = await FakeC1.start();
  const stop = new AbortController();
  const reason = new Error("told to stop");
  fake.c1.onUpload(() => stop.abort(reason));
  await assert.rejects(upload(fake, 8 * chunkBytes, stop.signal), reason);
  assert.equal(fake.count("UploadAsset"), 1);
});
