import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Code } from "@connectrpc/connect";
import { FakeC1 } from "./fake-c1.ts";

test("health checks are answered from the first hello on, and no longer than the service runs", async () => {
  await using fake = await FakeC1.start();
  fake.fault({ method: "Hello", code: Code.Unavailable, times: 2 });
  const service = fake.service({ health: { host: "127.0.0.1", port: 0 } });
  const listening = () => service.lines.find(({ message }) => message === "health check server listening");
  await fake.until(() => fake.count("Hello") === 2);
  assert.equal(listening(), undefined);
  await fake.until(() => listening() !== undefined);
  assert.equal(fake.c1.hellos.length, 1);
  const url = `http://127.0.0.1:${String(listening()?.fields["port"])}/health`;
  assert.equal((await fetch(url)).status, 200);
  await service.stop();
  await assert.rejects(fetch(url));
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
