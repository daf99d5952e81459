/** Notifications, sent for real to a host of this machine. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { startSandbox } from "../../../sandbox/server.ts";
import { openTestConnectors } from "../../../test/console/test-connectors.ts";
import { BatonError } from "../../sdk/errors.ts";

interface Received {
  readonly kind: string;
  readonly connector: { readonly orgSlug: string } | null;
  readonly run: { readonly errorCode: string | null } | null;
}

/** A host that takes notifications, and the next one that comes. */
async function startReceiver(status = 200): Promise<{ server: Server; url: string; next: () => Promise<Received> }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const waiting: Received[] = [];
  server.on("request", async (request, response) => {
    waiting.push((await json(request)) as Received);
    response.writeHead(status).end();
    server.emit("received");
  });
  const next = async (): Promise<Received> => {
    while (waiting.length === 0) await once(server, "received");
    return waiting.shift() as Received;
  };
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/of-the-team`, next };
}

test("the test button, a partial roster and its end are told, with the organization", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { notifier } = console.connectors;
  const { server, url, next } = await startReceiver();
  try {
    const saved = notifier.save({ form: "json", url });
    assert.deepEqual([saved.host, saved.last], [new URL(url).host, null]);
    assert.equal((await notifier.test()).last?.failure, null);
    assert.equal((await next()).kind, "test");
    const { id } = await console.connect(sandbox, { apiKey: sandbox.keys.member });
    const partial = await next();
    assert.deepEqual([partial.kind, partial.connector?.orgSlug], ["partial", "sandbox-org"]);
    await console.connectors.saveSettings(id, { apiKey: sandbox.keys.service });
    await console.ended(id);
    assert.equal((await next()).kind, "recovered");
  } finally {
    server.close();
  }
});

test("what does not arrive is said with the host and never the address, and no sync fails for it", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { notifier } = console.connectors;
  const { server, url } = await startReceiver(404);
  try {
    notifier.save({ form: "slack", url });
    const { last } = await notifier.test();
    assert.equal(last?.failure?.code, "CONSOLE-WEBHOOK");
    assert.match(last?.failure?.message ?? "", /status 404/);
    assert.ok(!JSON.stringify(notifier.settings()).includes("of-the-team"));
    assert.equal((await console.connect(sandbox)).status, "Connected");
  } finally {
    server.close();
  }
});

for (const url of ["http://elsewhere.example/hook", "ftp://host/hook", "no address", "https://ada:secret@host/hook"]) {
  test(`the address ${url} is refused`, async () => {
    await using console = await openTestConnectors();
    const { notifier } = console.connectors;
    assert.throws(
      () => notifier.save({ form: "json", url }),
      (caught) => caught instanceof BatonError && caught.code === "CONSOLE-WEBHOOK",
    );
    await assert.rejects(notifier.test(), (caught) => caught instanceof BatonError);
    assert.equal(notifier.save({ form: "teams", url: "" }).host, "");
  });
}
