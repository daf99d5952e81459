import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { FakeC1 } from "./fake-c1.ts";

test("probes are answered before C1 is, ready comes with the first hello, and all ends with the service", async () => {
  await using fake = await FakeC1.start();
  const gate = Promise.withResolvers<void>();
  fake.c1.onCall(async ({ method }) => {
    if (method === "Hello") await gate.promise;
  });
  const service = fake.service({ health: { host: "127.0.0.1", port: 0 } });
  const listening = () => service.lines.find(({ message }) => message === "health check server listening");
  await fake.until(() => listening() !== undefined);
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${String(listening()?.fields["port"])}${path}`)).status;
  assert.deepEqual([await statusOf("/live"), await statusOf("/ready"), await statusOf("/health")], [200, 503, 200]);
  assert.equal(fake.c1.hellos.length, 0);
  gate.resolve();
  await fake.until(() => fake.c1.hellos.length === 1);
  await fake.until(() => fake.count("GetTask") > 0);
  assert.equal(await statusOf("/ready"), 200);
  await service.stop();
  await assert.rejects(statusOf("/live"));
});

test("health changes at once when a sync ends, without a check of its own", async () => {
  await using fake = await FakeC1.start();
  let isBad: boolean = false;
  const service = fake.service({
    health: { host: "127.0.0.1", port: 0 },
    createConnector: async () =>
      exampleConnector({
        onList() {
          if (isBad) throw new BatonError({ code: "EX-403", status: Status.permissionDenied, message: "key refused" });
        },
      }),
  });
  const port = () => service.lines.find(({ message }) => message === "health check server listening")?.fields["port"];
  await fake.until(() => port() !== undefined);
  const statusOf = async (): Promise<number> => (await fetch(`http://127.0.0.1:${String(port())}/health`)).status;
  assert.equal(await statusOf(), 200);
  isBad = true;
  fake.addSync();
  await fake.untilFinished(1);
  await fake.until(() => service.lines.some(({ message }) => message === "task failed"));
  assert.equal(await statusOf(), 503);
  isBad = false;
  fake.addSync();
  await fake.untilFinished(2);
  await fake.until(() => service.lines.some(({ message }) => message === "Task complete!"));
  assert.equal(await statusOf(), 200);
  await service.stop();
});

test("a health check port that is taken ends the service", async () => {
  await using fake = await FakeC1.start();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const service = fake.service({ health: { host: "127.0.0.1", port } });
  await assert.rejects(service.done, { code: "HEALTH-BIND" });
  taken.close();
});
