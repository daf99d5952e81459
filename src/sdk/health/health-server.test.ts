import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { exampleConnector } from "../../../test/support/example-connector.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import { type HealthServer, startHealthServer } from "./health-server.ts";

interface Running extends AsyncDisposable {
  readonly server: HealthServer;
  readonly clock: VirtualClock;
  readonly redactor: SecretRedactor;
  get(path: string, method?: string): Promise<Response>;
}

async function start(onValidate: () => void | Promise<void>): Promise<Running> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const redactor = new SecretRedactor();
  const connector = exampleConnector({ onValidate });
  const server = await startHealthServer({
    host: "127.0.0.1",
    port: 0,
    connector,
    clock,
    logger: silentLogger,
    redactor,
  });
  return {
    server,
    clock,
    redactor,
    get: (path, method = "GET") => fetch(`http://127.0.0.1:${server.port}${path}`, { method }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function refuse(): never {
  throw new BatonError({ code: "EX-401", status: Status.unauthenticated, message: "key canary-key-1 is bad" });
}

test("a healthy service answers healthy, ready and alive with the time in whole seconds", async () => {
  await using running = await start(() => undefined);
  assert.equal((await running.get("/ready")).status, 503, "C1 has not heard the introduction");
  running.server.setReady();
  for (const [path, status] of [
    ["/health", "healthy"],
    ["/ready", "ready"],
    ["/live", "alive"],
  ] as const) {
    for (const method of ["GET", "POST"]) {
      const response = await running.get(path, method);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/json");
      const { timestamp, details, ...rest } = (await response.json()) as Record<string, unknown>;
      assert.deepEqual(rest, { status });
      assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(details, path === "/health" ? { last_checked: "2026-01-02T03:04:05Z" } : undefined);
    }
  }
  assert.equal((await running.get("/health?verbose=1")).status, 200);
});

test("when the access is refused, health says so with details and without secrets; ready and live stay", async () => {
  await using running = await start(refuse);
  running.redactor.add("canary-key-1");
  const response = await running.get("/health");
  assert.equal(response.status, 503);
  const { status, details } = (await response.json()) as Record<string, unknown>;
  assert.equal(status, "unhealthy");
  assert.deepEqual(details, {
    error: "connector validation failed",
    validation_error: "EX-401: key [REDACTED] is bad",
    last_checked: "2026-01-02T03:04:05Z",
  });
  running.server.setReady();
  assert.equal((await running.get("/ready")).status, 200);
  assert.equal((await running.get("/live")).status, 200);
});

test("other paths are not found", async () => {
  await using running = await start(() => undefined);
  for (const path of ["/", "/healthz", "/health/", "/metrics"]) {
    assert.equal((await running.get(path)).status, 404);
  }
});

test("a verdict stands for a minute, good or bad, however many probes come", async () => {
  let checks = 0;
  let bad: boolean = false;
  await using running = await start(() => {
    checks++;
    if (bad) refuse();
  });
  const statusOf = async (): Promise<number> => (await running.get("/health")).status;
  assert.deepEqual(await Promise.all([statusOf(), statusOf(), statusOf()]), [200, 200, 200]);
  bad = true;
  running.clock.advance(59_999);
  assert.equal(await statusOf(), 200);
  assert.equal(checks, 1);
  running.clock.advance(1);
  assert.equal(await statusOf(), 503);
  bad = false;
  running.clock.advance(59_999);
  assert.equal(await statusOf(), 503);
  running.clock.advance(1);
  assert.equal(await statusOf(), 200);
  assert.equal(checks, 3);
});

test("an address that is taken is said so", async () => {
  await using running = await start(() => undefined);
  const { clock, redactor, server } = running;
  const options = { host: "127.0.0.1", port: server.port, connector: exampleConnector(), clock, redactor };
  await assert.rejects(startHealthServer({ ...options, logger: silentLogger }), { code: "HEALTH-BIND", exitCode: 2 });
});

test("closing frees the port, also while a probe keeps its connection", async () => {
  const running = await start(() => undefined);
  const socket = connect(running.server.port, "127.0.0.1");
  const closed = Promise.withResolvers<void>();
  socket.on("close", () => closed.resolve());
  socket.write("GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  await running.server.close();
  await closed.promise;
  await assert.rejects(running.get("/live"));
});

test("what a sync found out counts at once, and is what health says until the next check", async () => {
  let checks = 0;
  await using running = await start(() => void checks++);
  running.clock.advance(5_000);
  running.server.note({ healthy: false, error: { code: "EX-403", message: "the key is refused" } });
  const bad = await running.get("/health");
  assert.equal(bad.status, 503);
  assert.match(await bad.text(), /EX-403: the key is refused.*"last_checked":"2026-01-02T03:04:10Z"/);
  running.server.note({ healthy: true });
  assert.equal((await running.get("/health")).status, 200);
  assert.equal(checks, 0);
  running.clock.advance(60_000);
  assert.equal((await running.get("/health")).status, 200);
  assert.equal(checks, 1);
});

test("probes are answered while the main thread does not run at all", async () => {
  await using running = await start(() => undefined);
  running.server.setReady();
  assert.equal((await running.get("/health")).status, 200);
  const statuses = new Int32Array(new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT));
  const ask = `
    const { parentPort, workerData: { port, statuses } } = require("node:worker_threads");
    parentPort.once("message", async () => {
      for (const [index, path] of ["/live", "/ready", "/health"].entries()) {
        statuses[index + 1] = (await fetch("http://127.0.0.1:" + port + path)).status;
      }
      Atomics.store(statuses, 0, 1);
      Atomics.notify(statuses, 0);
    });`;
  const asker = new Worker(ask, { eval: true, workerData: { port: running.server.port, statuses } });
  await once(asker, "online");
  asker.postMessage("ask");
  // Nothing of this thread runs from here until all three are answered.
  assert.notEqual(Atomics.wait(statuses, 0, 0, 30_000), "timed-out");
  assert.deepEqual([...statuses], [1, 200, 200, 200, 0]);
  await asker.terminate();
});
