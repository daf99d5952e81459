import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { CloudsmithClient } from "../../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../../src/cloudsmith/connector.ts";
import { type Requested, requestedSettings } from "../../src/cloudsmith/on-request/settings.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { startConnectorServer } from "../../src/sdk/connector-server/server.ts";
import type { Connector, ListOptions } from "../../src/sdk/contracts/connector.ts";
import { Status } from "../../src/sdk/errors.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { runSync } from "../../src/sdk/sync/run-sync.ts";
import { memorySession } from "../support/memory-session.ts";
import { rowsOf } from "../support/plain-c1z.ts";
import { remoteConnector } from "../support/remote-connector.ts";

const root = mkdtempSync(join(tmpdir(), "served-cloudsmith-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** Syncs into a file of its own and gives the rows. */
async function syncedRows(
  connector: Connector,
  syncResourceTypes: readonly string[] = [],
): Promise<ReturnType<typeof rowsOf>> {
  const path = join(mkdtempSync(join(root, "d-")), "sync.c1z");
  const signal = new AbortController().signal;
  const { syncId } = await runSync({
    connector,
    path,
    storageEngine: "sqlite",
    syncResourceTypes,
    signal,
    logger: silentLogger,
    clock: systemClock,
  });
  return rowsOf(path, syncId);
}

function connectorOf(sandbox: Sandbox, requested: readonly Requested[] = []): Connector {
  const client = new CloudsmithClient({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys.owner,
    version: "0",
    clock: systemClock,
    logger: silentLogger,
    concurrency: 4,
    timeoutMs: 10_000,
  });
  return new CloudsmithConnector({ client, orgSlug: sandbox.organization.slug, requested: new Set(requested) });
}

/** The same from a connector that runs elsewhere; `drive` says how a syncer drives it. */
async function syncedFromServer(
  connector: Connector,
  drive: (remote: Connector) => Promise<ReturnType<typeof rowsOf>>,
): Promise<ReturnType<typeof rowsOf>> {
  const access = { token: "token-of-the-test" };
  await using server = await startConnectorServer({
    connector,
    host: "127.0.0.1",
    port: 0,
    access,
    logger: silentLogger,
  });
  const remote = await remoteConnector(server.baseUrl, access);
  try {
    return await drive(remote);
  } finally {
    remote.close();
  }
}

test("the Cloudsmith connector gives the same rows over gRPC as in the same process", async () => {
  await using sandbox = await startSandbox({ organization: { members: 700, teams: 9, seed: 4 } });
  const rows = await syncedFromServer(connectorOf(sandbox), (remote) => syncedRows(remote));
  assert.deepEqual(rows, await syncedRows(connectorOf(sandbox)));
  assert.equal(rows["v1_resources"]?.filter((row) => row["resource_type_id"] === "user").length, 700);
});

test("a syncer that lists the types in the opposite order, as that of the Go SDK does, gets the same resources", async () => {
  await using sandbox = await startSandbox({ organization: { members: 130, teams: 5, repositories: 6 } });
  const connector = () => connectorOf(sandbox, Object.keys(requestedSettings) as Requested[]);
  const types = connector().syncers.map(({ resourceType }) => resourceType.id);
  const opposite = await syncedFromServer(connector(), async (remote) => {
    const opposed: Connector = {
      metadata: remote.metadata,
      syncers: remote.syncers.toReversed(),
      validate: (options) => remote.validate(options),
      check: (options) => remote.check(options),
    };
    return await syncedRows(opposed, types);
  });
  const usual = await syncedRows(connector());
  for (const table of ["v1_resources", "v1_grants"]) {
    assert.deepEqual(contentOf(opposite, table), contentOf(usual, table), table);
  }
});

/** What the rows say, by id, whenever they were written. */
function contentOf(rows: ReturnType<typeof rowsOf>, table: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries((rows[table] ?? []).map(({ external_id, data }) => [String(external_id), data]));
}

/** What a syncer's list gets, in a sync of its own. */
function optionsOf(signal: AbortSignal, pageToken: string = ""): ListOptions {
  return { pageToken, signal, session: memorySession(), warn: () => {}, report: () => {} };
}

test("a sync that was given up ends no other one of the same connector", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, teams: 2, seed: 4 } });
  const connector = connectorOf(sandbox);
  const [organizations, users] = connector.syncers;
  const first = new AbortController();
  const { items } = (await organizations?.list(undefined, optionsOf(first.signal))) ?? assert.fail();
  await users?.list(items[0]?.id, optionsOf(first.signal));
  first.abort(new Error("given up"));
  const page = await users?.list(items[0]?.id, optionsOf(new AbortController().signal, "0:1:1"));
  assert.ok((page?.items.length ?? 0) > 10);
  await connector.cleanup?.();
});

test("a page that is none of the list, or of a sync that is forgotten, is refused by name", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, teams: 2, seed: 4 } });
  const connector = connectorOf(sandbox);
  const [organizations, , teams] = connector.syncers;
  const { signal } = new AbortController();
  const { items } = (await organizations?.list(undefined, optionsOf(signal))) ?? assert.fail();
  const [organization = assert.fail()] = items;
  const refused = { code: "BATON-PAGE-TOKEN", status: Status.invalidArgument, hint: "Begin the sync again." };
  await assert.rejects(teams?.list(organization.id, optionsOf(signal, "0:1:1")) ?? assert.fail(), refused);
  for (const token of ["rubbish", "000/1/000000001"]) {
    await assert.rejects(organizations?.grants?.(organization, optionsOf(signal, token)) ?? assert.fail(), refused);
  }
  await connector.cleanup?.();
});
