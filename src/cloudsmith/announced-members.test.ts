import assert from "node:assert/strict";
import { test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { memorySession } from "../../test/support/memory-session.ts";
import { systemClock } from "../sdk/clock.ts";
import type { Page } from "../sdk/contracts/connector.ts";
import type { Resource } from "../sdk/contracts/model.ts";
import { silentLogger } from "../sdk/log.ts";
import { CloudsmithClient } from "./client.ts";
import { CloudsmithConnector } from "./connector.ts";

const { signal } = new AbortController();

test("each page of members tells how many its list is to bring yet, so that their writing can be planned", async () => {
  await using sandbox = await startSandbox({ organization: { members: 90, teams: 3 } });
  const { slug, slugPerm, members } = sandbox.organization;
  const client = new CloudsmithClient({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys.service,
    version: "0",
    clock: systemClock,
    logger: silentLogger,
    pageSize: 20,
  });
  const connector = new CloudsmithConnector({ client, orgSlug: slug });
  await connector.validate({ signal, warn() {}, report() {} });
  const users = connector.syncers.find(({ resourceType }) => resourceType.id === "user");
  const parent = { resourceType: "organization", resource: slugPerm };
  const options = { signal, session: memorySession(), warn() {}, report() {} };
  let [listed, left, compared] = [0, 0, 0];
  let page: Page<Resource> | undefined;
  do {
    page = await users?.list(parent, { ...options, pageToken: page?.nextPageToken ?? "" });
    if (!page) break;
    listed += page.items.length;
    // A list that begins brings its own number; within a list it falls by what was shown.
    if (left > 0) {
      assert.equal(page.toCome ?? 0, left - page.items.length);
      compared++;
    }
    left = page.toCome ?? 0;
  } while (page.nextPageToken !== "");
  assert.equal(listed, members.length);
  assert.ok(compared >= 3);
  await connector.cleanup();
});
