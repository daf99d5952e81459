import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { CloudsmithClient } from "../../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../../src/cloudsmith/connector.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { startConnectorServer } from "../../src/sdk/connector-server/server.ts";
import type { Connector } from "../../src/sdk/contracts/connector.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { runSync } from "../../src/sdk/sync/run-sync.ts";
import { rowsOf } from "../support/plain-c1z.ts";
import { remoteConnector } from "../support/remote-connector.ts";

const root = mkdtempSync(join(tmpdir(), "served-cloudsmith-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** Syncs into a file of its own and gives the rows. */
async function syncedRows(connector: Connector): Promise<ReturnType<typeof rowsOf>> {
  const path = join(mkdtempSync(join(root, "d-")), "sync.c1z");
  const signal = new AbortController().signal;
  const { syncId } = await runSync({
    connector,
    path,
    storageEngine: "sqlite",
    signal,
    logger: silentLogger,
    clock: systemClock,
  });
  return rowsOf(path, syncId);
}

test("the Cloudsmith connector gives the same rows over gRPC as in the same process", async () => {
  await using sandbox = await startSandbox({ organization: { members: 700, teams: 9, seed: 4 } });
  const connector = (): Connector => {
    const client = new CloudsmithClient({
      baseUrl: sandbox.baseUrl,
      apiKey: sandbox.keys.service,
      version: "0",
      clock: systemClock,
      logger: silentLogger,
      concurrency: 4,
      timeoutMs: 10_000,
    });
    return new CloudsmithConnector({ client, orgSlug: sandbox.organization.slug });
  };
  await using server = await startConnectorServer({
    connector: connector(),
    host: "127.0.0.1",
    port: 0,
    access: { token: "token-of-the-test" },
    logger: silentLogger,
  });
  const remote = await remoteConnector(server.baseUrl, { token: "token-of-the-test" });
  try {
    const rows = await syncedRows(remote);
    assert.deepEqual(rows, await syncedRows(connector()));
    assert.equal(rows["v1_resources"]?.filter((row) => row["resource_type_id"] === "user").length, 700);
  } finally {
    remote.close();
  }
});
